"""Every operation has an id of its own, which does not depend on the order of registration."""

import pytest

from api.core.bridge import Namespace, Resource
from api.core.documents import build_documents
from api.core.issuer import EmbeddedIssuer
from tests.core.support.notes import Start, ids, operation, serving, starter


@pytest.fixture
def start(issuer: EmbeddedIssuer) -> Start:
    """`start(ns)`: the app with these namespaces, TESTING off."""
    return starter(issuer)


def test_an_id_of_its_own_settles_it(start: Start) -> None:
    """Two classes of one name are accepted if one of them declares another id."""
    app = start(serving("one"), serving("two", id="getOtherItems"))
    assert ids(app) == {"/one": "getItems", "/two": "getOtherItems"}


@pytest.mark.parametrize(
    ("urls", "expected"),
    [
        (["", "/archive"], {"": "getItems", "/archive": "getItemsArchive"}),
        (["/archive", ""], {"": "getItems", "/archive": "getItemsArchive"}),
        (["/b", "/a"], {"/a": "getItems", "/b": "getItemsB"}),
        (["", "/<int:item_id>"], {"": "getItems", "/{item_id}": "getItemsByItemId"}),
        (["", "/"], {"": "getItems", "/": "getItemsSlash"}),
        (
            ["/x/<id>", "/y/<id>/as-is_v2"],
            {"/x/{id}": "getItems", "/y/{id}/as-is_v2": "getItemsYByIdAsIsV2"},
        ),
        (["/<int:n>", "/<string:n>"], {"/{n}": "getItems"}),
    ],
    ids=str,
)
def test_a_resource_with_several_addresses_works(
    start: Start, urls: list[str], expected: dict[str, str]
) -> None:
    """The shortest address of a resource keeps the id, and the others add their words to it, in
    whatever order they come."""
    app = start(serving("one", *urls))
    assert ids(app) == {f"/one{path}": identifier for path, identifier in expected.items()}
    assert app.test_client().get(f"/one{urls[0].replace('<int:n>', '1')}").status_code == 200


def test_a_declared_id_of_several_addresses_works(start: Start) -> None:
    """A declared id stays with the shortest address, as a generated one does."""
    app = start(serving("one", "", "/archive", id="listItems"))
    assert ids(app) == {"/one": "listItems", "/one/archive": "listItemsArchive"}


def test_ids_do_not_depend_on_the_order_of_registration(start: Start) -> None:
    """A resource in two namespaces has the same ids whichever namespace comes first."""
    ids_by_order = []
    for order in (("/one", "/two"), ("/two", "/one")):
        namespaces = [Namespace(path, path, path=path) for path in order]
        items = type("Items", (Resource,), {"get": operation(namespaces[0])})
        for ns in namespaces:
            ns.add_resource(items, "")
        ids_by_order.append(ids(start(*namespaces)))
    assert ids_by_order[0] == ids_by_order[1] == {"/one": "getItems", "/two": "getItemsTwo"}


def test_a_route_may_name_its_operation(start: Start) -> None:
    """An id in the `doc` of a route or of a class counts, as in Flask-RESTX."""
    ns = Namespace("notes", "Notes", path="/notes")
    items = type("Items", (Resource,), {"get": operation(ns)})
    ns.route("/a", doc={"get": {"id": "readA"}})(items)
    ns.route("/b", doc={"get": {"id": "readB"}})(items)
    others = type("Items", (Resource,), {"get": operation(ns)})
    ns.route("/c")(ns.doc(get={"id": "readC"})(others))
    assert ids(start(ns)) == {"/notes/a": "readA", "/notes/b": "readB", "/notes/c": "readC"}


def test_what_is_hidden_needs_no_id(start: Start) -> None:
    """A hidden operation is in no document, and its id may be used by another operation."""
    hidden, shown = serving("hidden"), serving("shown")
    ns = Namespace("method", "Method", path="/method")
    ns.add_resource(type("Items", (Resource,), {"get": ns.hide(operation(ns))}), "")
    hidden.hide(hidden.resources[0].resource)
    route = Namespace("route", "Route", path="/route")
    route.route("", doc=False)(type("Items", (Resource,), {"get": operation(route)}))
    assert ids(start(hidden, ns, route, shown)) == {"/shown": "getItems"}


def test_a_route_of_some_methods_documents_those(start: Start) -> None:
    """A route with some of the methods documents only those, and serves only those."""
    ns = Namespace("notes", "Notes", path="/notes")
    both = type("Items", (Resource,), {"get": operation(ns), "put": operation(ns)})
    ns.add_resource(both, "", methods=["GET"])
    app = start(ns)
    assert app.test_client().put("/notes").status_code == 405
    assert list(build_documents(app)["openapi.json"]["paths"]["/notes"]) == ["get"]
