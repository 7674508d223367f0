"""Request parsers."""

from decimal import Decimal
from typing import Any

from flask_restx import fields, inputs, reqparse
from werkzeug.datastructures import FileStorage

from tests.core.openapi.declarations.tables import DECLARATIONS, Declaration, declared, serve
from tests.core.openapi.stock import method


def colour(value: str) -> str:
    """A type of a team's own."""
    return value


colour.__schema__ = {"type": "string", "format": "colour"}  # type: ignore[attr-defined]

ARGUMENTS: dict[str, dict[str, Any]] = {
    "of the query": {"location": "args"},
    "of query or form": {"location": "values"},
    "of JSON or query": {},
    "of several places": {"location": ("headers", "args")},
    "of a list of places": {"location": ["headers", "args"]},
    "of headers": {"location": "headers", "required": True, "help": "Which thing"},
    "of cookies": {"location": "cookies"},
    "of a cookie that is not documented": {"location": "cookie"},
    "of a form": {"location": "form", "required": True, "help": "Which thing"},
    "of JSON": {"location": "json", "type": int, "required": True, "help": "How many"},
    "of JSON, several": {"location": "json", "type": float, "action": "append"},
    "of JSON, one of": {"location": "json", "choices": ("a", "b"), "default": "a"},
    "a file": {"location": "files", "type": FileStorage, "required": True, "help": "A picture"},
    "a file without a type": {"location": "files"},
    "several files": {"location": "files", "type": FileStorage, "action": "append"},
    "an integer": {"type": int, "default": 3},
    "a float": {"type": float, "default": 0.5},
    "a boolean": {"type": bool},
    "a boolean of words": {"type": inputs.boolean, "default": False},
    "a decimal": {"type": Decimal},
    "a natural number": {"type": inputs.natural},
    "an integer in a range": {"type": inputs.int_range(1, 9)},
    "a pattern": {"type": inputs.regex("^[a-z]+$")},
    "patterns": {"type": inputs.regex("^[a-z]+$"), "action": "append"},
    "an address": {"type": inputs.URL(schemes=["https"])},
    "an e-mail": {"type": inputs.email()},
    "a date": {"type": inputs.date_from_iso8601},
    "a time": {"type": inputs.datetime_from_iso8601},
    "an interval": {"type": inputs.iso8601interval},
    "an IP address": {"type": inputs.ip},
    "a type of its own": {"type": colour, "help": "Which colour"},
    "a function": {"type": lambda value: value},
    "one of": {"choices": ("red", "green"), "default": "red"},
    "one of a list": {"choices": ["red", "green"], "type": str},
    "one of a range": {"choices": range(3), "type": int},
    "appended": {"action": "append", "type": int, "help": "Which ones"},
    "appended, one of": {"action": "append", "choices": ("a", "b")},
    "appended, with a default": {"action": "append", "default": ["a"]},
    "split": {"action": "split", "type": int, "required": True},
    "split, one of": {"action": "split", "choices": ("a", "b")},
    "split in a header": {"action": "split", "location": "headers"},
    "split in a form": {"action": "split", "location": "form"},
    "appended in a form": {"action": "append", "location": "form", "type": int},
    "a default of a function": {"default": lambda: 7, "type": int},
    "a default that is no value of the type": {"default": "many", "type": int},
    "not nullable": {"nullable": False},
    "with another name inside": {"dest": "inner"},
}


def _declare(**argument: Any) -> Any:
    def declare(api: Any) -> None:
        parser = reqparse.RequestParser().add_argument("it", **argument)
        serve(api, "/things/<int:number>", post=api.expect(parser)(method("Take it")))

    return declare


DECLARATIONS.update(
    {f"parsers: {name}": Declaration(_declare(**ARGUMENTS[name])) for name in ARGUMENTS}
)


@declared()
def of_a_model(api: Any) -> None:
    model = api.model("Thing", {"name": fields.String})
    parser = api.parser().add_argument("thing", type=model, location="json", required=True)
    serve(api, post=api.expect(parser)(method("Make it")))


@declared()
def of_a_form_with_a_file(api: Any) -> None:
    parser = api.parser().add_argument("title", location="form", default="Mine")
    parser.add_argument("picture", location="files", type=FileStorage)
    serve(api, post=api.expect(parser)(method("Send it")))


@declared()
def of_query_and_form(api: Any) -> None:
    parser = api.parser().add_argument("page", type=int, location="args")
    parser.add_argument("name", location="form").add_argument("X-Kind", location="headers")
    serve(api, post=api.expect(parser)(method("Send it")))


@declared()
def of_form_and_json(api: Any) -> None:
    parser = api.parser().add_argument("a", location="form").add_argument("b", location="json")
    serve(api, post=api.expect(parser)(method("Send it")))


@declared()
def of_many_json_members(api: Any) -> None:
    parser = api.parser()
    for name, kind in (("text", str), ("count", int), ("size", float), ("is_open", bool)):
        parser.add_argument(name, type=kind, location="json", help=f"The {name}")
    serve(api, put=api.expect(parser)(method("Change it")))


@declared()
def copied_and_changed(api: Any) -> None:
    base = api.parser().add_argument("a", type=int).add_argument("b").add_argument("c")
    changed = base.copy().replace_argument("b", required=True, help="Now needed")
    changed.remove_argument("c")
    serve(api, get=api.expect(base)(method()), post=api.expect(changed)(method()))


@declared()
def several(api: Any) -> None:
    one, two = api.parser().add_argument("one"), api.parser().add_argument("two", type=int)
    serve(api, get=api.expect(one, two)(method("List")))


@declared()
def of_the_class(api: Any) -> None:
    parser = api.parser().add_argument("page", type=int)
    resource = serve(api, "/a", "/b/<name>", get=method("List"), put=method("Change"))
    api.expect(parser)(resource)


@declared()
def of_the_class_and_a_method(api: Any) -> None:
    of_class = api.parser().add_argument("page", type=int).add_argument("size", type=int)
    own = api.parser().add_argument("page", type=int, required=True)
    api.expect(of_class)(serve(api, get=api.expect(own)(method("List")), delete=method("Clear")))


@declared()
def of_the_name_of_a_variable(api: Any) -> None:
    parser = api.parser().add_argument("name", required=True)
    serve(api, "/things/<name>", get=api.expect(parser)(method("Read it")))


@declared()
def as_doc_has_them(api: Any) -> None:
    parser = api.parser().add_argument("page", type=int)
    serve(api, get=api.doc(expect=[parser])(method("List")))
