"""Messages over HTTP: statuses, scopes, ETags, pages, idempotency and faults."""

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from api.application import application
from api.core.factory import create_app
from api.core.issuer import EmbeddedIssuer
from api.core.settings import Settings
from api.core.storage import Database
from api.core.testing import location_of
from tests.core.support.databases import ON_BOTH, Sqlite

Bearer = Callable[..., FlaskClient]

MESSAGES = "/api/messages"
NOWHERE = f"{MESSAGES}/01934f6c-8b1e-7c3a-9d52-6f0e4b7a1c23"
READ, WRITE, ADMIN = "read:messages", "write:messages", "admin:messages"
HELLO = {"text": "Hello"}


@pytest.fixture
def ann(bearer: Bearer) -> FlaskClient:
    return bearer(READ, WRITE, sub="auth0|ann")


@pytest.fixture
def bob(bearer: Bearer) -> FlaskClient:
    return bearer(READ, WRITE, sub="auth0|bob")


@pytest.fixture
def hers(ann: FlaskClient) -> TestResponse:
    """The answer to ann's first message."""
    response = ann.post(MESSAGES, json=HELLO)
    assert response.status_code == 201
    return response


def problem(response: TestResponse) -> str:
    """The name of its problem type; that it is one is checked by the way."""
    assert response.mimetype == "application/problem+json"
    assert response.get_json()["status"] == response.status_code
    return str(response.get_json()["type"].removeprefix("/problems#"))


def named(response: TestResponse) -> list[str]:
    """What a 422 names: pointers and parameters."""
    assert problem(response) == "validation-failed"
    return [each.get("pointer", each.get("parameter")) for each in response.get_json()["errors"]]


def texts(response: TestResponse) -> list[str]:
    assert response.status_code == 200
    return [item["text"] for item in response.get_json()["items"]]


@ON_BOTH
def test_a_message_is_written_read_changed_and_deleted(ann: FlaskClient) -> None:
    """A message is written, read, listed, changed and deleted, and is 404 after that."""
    made = ann.post(MESSAGES, json=HELLO)
    place = location_of(made)
    assert made.status_code == 201
    read = ann.get(place)
    assert (read.status_code, read.json, read.headers["ETag"]) == (
        *(200, made.json),
        made.headers["ETag"],
    )
    changed = ann.patch(place, json={"text": "Bye"})
    assert (changed.status_code, changed.get_json()["text"]) == (200, "Bye")
    assert changed.get_json().keys() == made.get_json().keys()
    assert ann.get(place).json == changed.json
    assert ann.get(MESSAGES).json == {"items": [changed.json], "next": None}
    deleted = ann.delete(place)
    assert (deleted.status_code, deleted.data) == (204, b"")
    for again in (ann.get(place), ann.patch(place, json=HELLO), ann.delete(place)):
        assert (again.status_code, problem(again)) == (404, "message-not-found")
    assert ann.get(MESSAGES).json == {"items": [], "next": None}


@ON_BOTH
def test_author_and_time_are_ours(ann: FlaskClient) -> None:
    """The author is the token's sub, and the time is the server's, in UTC with microseconds."""
    before = datetime.now(UTC)
    made = ann.post(MESSAGES, json=HELLO).get_json()
    assert made.keys() == {"id", "text", "author", "created_at", "updated_at"}
    assert made["author"] == "auth0|ann"
    assert made["created_at"] == made["updated_at"]
    written_at = datetime.strptime(made["created_at"], "%Y-%m-%dT%H:%M:%S.%f%z")
    assert before <= written_at <= datetime.now(UTC)
    assert made["id"][14] == "7"


def test_a_change_leaves_author_and_time_of_writing(hers: TestResponse, bearer: Bearer) -> None:
    """A change by an administrator leaves the author and the time of writing as they were."""
    changed = (
        bearer(ADMIN, sub="auth0|root").patch(location_of(hers), json={"text": "Bye"}).get_json()
    )
    assert (changed["author"], changed["created_at"]) == (
        "auth0|ann",
        hers.get_json()["created_at"],
    )
    assert changed["updated_at"] > hers.get_json()["updated_at"]


@pytest.mark.parametrize("member", ["id", "author", "created_at", "updated_at", "a/b", "\ud800"])
@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_members_that_are_not_the_callers_are_named(
    ann: FlaskClient, hers: TestResponse, method: str, member: str
) -> None:
    """A body with a member that a caller may not set is answered 422, and nothing is written."""
    path = MESSAGES if method == "POST" else location_of(hers)
    response = ann.open(path, method=method, json=HELLO | {member: "x"})
    pointer = "/" + member.replace("/", "~1").replace("\ud800", "?")
    assert (response.status_code, named(response)) == (422, [pointer])
    assert ann.get(MESSAGES).get_json()["items"] == [hers.get_json()]


@pytest.mark.parametrize(
    ("operation", "scopes", "status"),
    [
        ("GET list", [READ], 200),
        ("GET", [READ], 200),
        ("POST list", [WRITE], 201),
        ("PATCH", [WRITE], 200),
        ("PATCH", [ADMIN], 200),
        ("DELETE", [WRITE], 204),
        ("DELETE", [ADMIN], 204),
    ],
)
def test_a_scope_is_enough(
    bearer: Bearer, hers: TestResponse, operation: str, scopes: list[str], status: int
) -> None:
    """One sufficient scope is enough for each operation."""
    assert ask(bearer(*scopes, sub="auth0|ann"), operation, hers).status_code == status


@pytest.mark.parametrize(
    ("operation", "scopes", "needed"),
    [
        ("GET list", [WRITE, ADMIN], READ),
        ("GET", [WRITE, ADMIN], READ),
        ("HEAD", [WRITE, ADMIN], READ),
        ("POST list", [READ, ADMIN], WRITE),
        ("PATCH", [READ], WRITE),
        ("DELETE", [READ], WRITE),
        ("DELETE", [], WRITE),
    ],
)
def test_a_scope_is_needed(
    bearer: Bearer, hers: TestResponse, operation: str, scopes: list[str], needed: str
) -> None:
    """Without the scope an operation is 403, even for the author; the challenge names the scope."""
    response = ask(bearer(*scopes, sub="auth0|ann"), operation, hers)
    assert response.status_code == 403
    assert 'error="insufficient_scope"' in response.headers["WWW-Authenticate"]
    assert f'scope="{needed}"' in response.headers["WWW-Authenticate"]


def ask(caller: FlaskClient, operation: str, message: TestResponse) -> TestResponse:
    """One of the operations, on the list or on that message."""
    method, _, target = operation.partition(" ")
    body: dict[str, Any] = {"json": HELLO} if method in ("POST", "PATCH") else {}
    return caller.open(MESSAGES if target else location_of(message), method=method, **body)


@ON_BOTH
@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
def test_a_message_is_its_authors(
    bob: FlaskClient, bearer: Bearer, hers: TestResponse, method: str
) -> None:
    """Only its author or an administrator may change or delete a message, and others get 403."""
    body: dict[str, Any] = {"json": {"text": "Mine"}} if method == "PATCH" else {}
    refused = bob.open(location_of(hers), method=method, **body)
    assert (refused.status_code, problem(refused)) == (403, "not-your-message")
    assert "WWW-Authenticate" not in refused.headers
    assert bob.get(location_of(hers)).json == hers.json
    administrator = bearer(ADMIN, sub="auth0|bob")
    assert administrator.open(location_of(hers), method=method, **body).status_code < 300


def test_without_a_token_nothing_is_told(client: FlaskClient, hers: TestResponse) -> None:
    """Without a token the answer does not show whether a message exists."""
    for path in (MESSAGES, location_of(hers), NOWHERE):
        assert problem(client.get(path)) == "authorization-missing"


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
@pytest.mark.parametrize(
    ("if_match", "matches"),
    [
        pytest.param("{etag}", True, id="the version"),
        pytest.param("*", True, id="any"),
        pytest.param('"x", {etag}', True, id="in a list"),
        pytest.param('"x",{etag},W/"y"', True, id="in a dense list"),
        pytest.param("{stale}", False, id="stale"),
        pytest.param("W/{etag}", False, id="weak"),
        pytest.param('"x", "y"', False, id="others"),
        pytest.param("", False, id="empty"),
        pytest.param('"', False, id="malformed"),
        pytest.param(",,,", False, id="commas"),
    ],
)
def test_if_match_keeps_what_others_did(
    ann: FlaskClient, hers: TestResponse, method: str, if_match: str, matches: bool
) -> None:
    """If-Match is compared strongly with the current version (RFC 9110 section 13.1.1)."""
    changed = ann.patch(location_of(hers), json={"text": "Changed"})
    value = if_match.format(etag=changed.headers["ETag"], stale=hers.headers["ETag"])
    body: dict[str, Any] = {"json": {"text": "Bye"}} if method == "PATCH" else {}
    response = ann.open(location_of(hers), method=method, headers={"If-Match": value}, **body)
    if matches:
        assert response.status_code < 300
    else:
        assert (response.status_code, problem(response)) == (412, "precondition-failed")
        assert ann.get(location_of(hers)).json == changed.json


@pytest.mark.parametrize(
    ("if_none_match", "status"),
    [
        pytest.param("{etag}", 304, id="the version"),
        pytest.param("W/{etag}", 304, id="weak"),
        pytest.param('"x", {etag}', 304, id="in a list"),
        pytest.param("*", 304, id="any"),
        pytest.param('"x"', 200, id="another"),
        pytest.param("", 200, id="empty"),
        pytest.param('"', 200, id="malformed"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_what_the_client_has_is_not_sent_again(
    ann: FlaskClient, hers: TestResponse, method: str, if_none_match: str, status: int
) -> None:
    """If-None-Match is compared weakly (RFC 9110 section 13.1.2), and a match is answered 304."""
    headers = {"If-None-Match": if_none_match.format(etag=hers.headers["ETag"])}
    response = ann.open(location_of(hers), method=method, headers=headers)
    assert response.status_code == status
    assert response.headers["ETag"] == hers.headers["ETag"]
    assert response.headers["Cache-Control"] == "private, no-cache"
    assert (response.data == b"") == (status == 304 or method == "HEAD")


def test_if_match_counts_for_reading_as_well(ann: FlaskClient, hers: TestResponse) -> None:
    """A GET whose If-Match does not match is answered 412 (RFC 9110 section 13.1.1)."""
    response = ann.get(location_of(hers), headers={"If-Match": '"x"'})
    assert (response.status_code, problem(response)) == (412, "precondition-failed")
    assert ann.get(location_of(hers), headers={"If-Match": hers.headers["ETag"]}).json == hers.json


def test_each_change_has_its_etag(ann: FlaskClient, hers: TestResponse) -> None:
    """Each change has a new strong ETag, even if the text stays the same."""
    etags = [hers.headers["ETag"]]
    for _ in range(3):
        etags.append(ann.patch(location_of(hers), json=HELLO).headers["ETag"])
        assert ann.get(location_of(hers)).headers["ETag"] == etags[-1]
    assert len(set(etags)) == 4
    assert all(etag.startswith('"') and etag.endswith('"') for etag in etags)


@pytest.mark.parametrize("path", [MESSAGES, "Location"])
def test_head_is_get_without_body(ann: FlaskClient, hers: TestResponse, path: str) -> None:
    """HEAD has the status and headers of GET, except for X-Request-Id and Date, and no body."""
    path = location_of(hers) if path == "Location" else path
    head, get = ann.head(path), ann.get(path)
    assert (head.status_code, head.data) == (200, b"")
    told = [
        {k: v for k, v in each.headers.items() if k not in {"X-Request-Id", "Date"}}
        for each in (head, get)
    ]
    assert told[0] == told[1]


@ON_BOTH
def test_pages_follow_each_other(ann: FlaskClient) -> None:
    """`next` and Link lead to the same next page, and the last page has neither."""
    for number in range(5):
        ann.post(MESSAGES, json={"text": f"No. {number}"})
    for order, expected in (("newest", "43210"), ("oldest", "01234")):
        response = ann.get(MESSAGES, query_string={"limit": 2, "order": order})
        found = texts(response)
        while response.get_json()["next"]:
            assert len(response.get_json()["items"]) == 2
            query = {"limit": 2, "order": order, "cursor": response.get_json()["next"]}
            linked = ann.get(next_link(response))
            response = ann.get(MESSAGES, query_string=query)
            assert linked.json == response.json
            found += texts(response)
        assert "Link" not in response.headers
        assert found == [f"No. {number}" for number in expected]


def next_link(response: TestResponse) -> str:
    """Where the Link header leads."""
    address, _, relation = response.headers["Link"].partition("; ")
    assert relation == 'rel="next"'
    return urljoin(response.request.path, address.removeprefix("<").removesuffix(">"))


@pytest.mark.parametrize(
    "query",
    [
        pytest.param([("limit", "1"), ("q", "ä & ö=+%")], id="Unicode and signs"),
        pytest.param([("author", "auth0|ann"), ("limit", "1")], id="in their order"),
        pytest.param([("limit", "1"), ("since", "2026-01-01T00:00:00+02:00")], id="offset"),
    ],
)
def test_link_keeps_the_query(ann: FlaskClient, query: list[tuple[str, str]]) -> None:
    """Link repeats the query of the request, with the new cursor in it once."""
    for _ in range(3):
        ann.post(MESSAGES, json={"text": "Ä & Ö=+%"})
    first = ann.get(MESSAGES, query_string=query)
    second = ann.get(next_link(first))
    for page in (first, second):
        parts = urlsplit(next_link(page))
        assert (parts.scheme, parts.netloc, parts.path) == ("", "", MESSAGES)
        assert parse_qsl(parts.query) == [*query, ("cursor", page.get_json()["next"])]
    assert ann.get(next_link(second)).get_json()["next"] is None


@pytest.mark.parametrize("limit", ["1", "200"])
def test_limits_within_bounds(ann: FlaskClient, hers: TestResponse, limit: str) -> None:
    """The smallest and the largest allowed limit are accepted."""
    assert texts(ann.get(f"{MESSAGES}?limit={limit}")) == ["Hello"]


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=-1", "limit"),
        ("limit=", "limit"),
        ("limit=1.0", "limit"),
        ("limit=1e1", "limit"),
        ("limit=%201", "limit"),
        ("limit=%D9%A1", "limit"),
        ("limit=99999999999999999999999", "limit"),
        ("order=", "order"),
        ("order=NEWEST", "order"),
        ("cursor=", "cursor"),
        ("cursor=x", "cursor"),
        ("cursor=%00", "cursor"),
        ("cursor=%F0%9F%98%80", "cursor"),
        ("since=yesterday", "since"),
        ("since=2026-01-01", "since"),
        ("since=2026-01-01T00:00:00", "since"),
        ("since=2026-01-01T00:00:00+00:00", "since"),
        ("until=2026-02-30T00:00:00Z", "until"),
        ("until=0001-01-01T00:00:00%2B01:00", "until"),
        ("author=", "author"),
        ("author=%00", "author"),
        (f"author={'x' * 256}", "author"),
        ("q=", "q"),
        ("q=%00", "q"),
        (f"q={'x' * 201}", "q"),
        ("page=2", "page"),
        ("Limit=2", "Limit"),
    ],
)
def test_bad_parameters_are_named(ann: FlaskClient, query: str, parameter: str) -> None:
    """A bad or unknown parameter is answered 422 with its name."""
    response = ann.get(f"{MESSAGES}?{query}")
    assert (response.status_code, named(response)) == (422, [parameter])


def test_all_bad_parameters_are_named_at_once(ann: FlaskClient) -> None:
    """All bad parameters are named in one answer."""
    response = ann.get(f"{MESSAGES}?limit=0&order=x&since=x&page=1")
    assert sorted(named(response)) == ["limit", "order", "page", "since"]


def test_a_cursor_is_for_the_filters_that_it_came_with(ann: FlaskClient) -> None:
    """A cursor works with another limit, and is refused with other filters or another order."""
    for _ in range(3):
        ann.post(MESSAGES, json=HELLO)
    cursor = ann.get(f"{MESSAGES}?limit=1&q=hello").get_json()["next"]
    assert texts(ann.get(f"{MESSAGES}?q=hello&cursor={cursor}&limit=9")) == ["Hello"] * 2
    for other in ("", "q=hell", "q=hello&order=oldest", "q=hello&author=auth0|ann"):
        assert named(ann.get(f"{MESSAGES}?{other}&cursor={cursor}")) == ["cursor"]


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        pytest.param("x", "x", id="shortest"),
        pytest.param("x" * 2000, "x" * 2000, id="longest"),
        pytest.param(" \t\n" + "x" * 2000 + "\u3000 ", "x" * 2000, id="trimmed, then counted"),
        pytest.param("\U0001f600" * 2000, "\U0001f600" * 2000, id="astral characters count one"),
        pytest.param("a\n \tb", "a\n \tb", id="white space within"),
        pytest.param("e\u0301 \u200f\uffff\x01", "e\u0301 \u200f\uffff\x01", id="odd characters"),
    ],
)
@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_good_texts_are_kept(
    ann: FlaskClient, hers: TestResponse, method: str, sent: str, kept: str
) -> None:
    """A text is stored without the white space around it, and otherwise unchanged."""
    path = MESSAGES if method == "POST" else location_of(hers)
    response = ann.open(path, method=method, json={"text": sent})
    assert response.get_json()["text"] == kept
    place = location_of(response if method == "POST" else hers)
    assert ann.get(place).get_json()["text"] == kept


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        pytest.param(b'{"text": ""}', "/text", id="empty"),
        pytest.param(b'{"text": " \\t\\u3000"}', "/text", id="white space"),
        pytest.param(b'{"text": "%s"}' % (b"x" * 2001), "/text", id="too long"),
        pytest.param(b'{"text": "a\\u0000b"}', "/text", id="NUL"),
        pytest.param(b'{"text": "a\\ud800b"}', "/text", id="lone surrogate"),
        pytest.param(b'{"text": "\\udc00\\ud800"}', "/text", id="surrogates the wrong way"),
        pytest.param(b'{"text": 7}', "/text", id="number"),
        pytest.param(b'{"text": null}', "/text", id="null"),
        pytest.param(b'{"text": ["x"]}', "/text", id="array"),
        pytest.param(b"{}", "/text", id="nothing"),
        pytest.param(b"[]", "", id="no object"),
        pytest.param(b"null", "", id="null alone"),
        pytest.param(b'"text"', "", id="string alone"),
    ],
)
@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_bad_texts_are_named(
    ann: FlaskClient, hers: TestResponse, method: str, body: bytes, pointer: str
) -> None:
    """A bad or missing text is answered 422 with its pointer, and nothing is written."""
    path = MESSAGES if method == "POST" else location_of(hers)
    response = ann.open(path, method=method, data=body, content_type="application/json")
    assert (response.status_code, named(response)) == (422, [pointer])
    assert ann.get(MESSAGES).get_json()["items"] == [hers.get_json()]


PLAIN = {"content_type": "text/plain", "data": b"x"}
LARGE = PLAIN | {"data": b"x" * (64 * 1024 + 1)}
BROKEN = {"content_type": "application/json", "data": b"{"}
EMPTY: dict[str, Any] = {"json": {}}
BAD_KEY = {"headers": {"Idempotency-Key": "a b"}}
STALE = {"headers": {"If-Match": '"x"'}}

FAULTS = [
    ("path, token", None, "GET", "/api/messages/7", {}, "not-found"),
    ("method, token", None, "PATCH", MESSAGES, {}, "method-not-allowed"),
    ("token, type", None, "POST", MESSAGES, PLAIN, "authorization-missing"),
    ("scope, body", READ, "POST", MESSAGES, EMPTY, "insufficient-scope"),
    ("scope, resource", WRITE, "GET", NOWHERE, {}, "insufficient-scope"),
    ("size, type", WRITE, "POST", MESSAGES, LARGE, "content-too-large"),
    ("type, key", WRITE, "POST", MESSAGES, PLAIN | BAD_KEY, "unsupported-media-type"),
    ("form, key", WRITE, "POST", MESSAGES, BROKEN | BAD_KEY, "malformed-body"),
    ("body, resource", WRITE, "PATCH", NOWHERE, EMPTY, "validation-failed"),
    ("body, author", WRITE, "PATCH", "Location", EMPTY | STALE, "validation-failed"),
    ("resource, version", WRITE, "DELETE", NOWHERE, STALE, "message-not-found"),
    ("author, version", WRITE, "DELETE", "Location", STALE, "not-your-message"),
    ("version", ADMIN, "DELETE", "Location", STALE, "precondition-failed"),
]


@pytest.mark.parametrize(
    ("scope", "method", "path", "request_", "expected"),
    [pytest.param(*case, id=name) for name, *case in FAULTS],
)
def test_the_first_fault_is_told(
    bearer: Bearer,
    client: FlaskClient,
    hers: TestResponse,
    scope: str | None,
    method: str,
    path: str,
    request_: dict[str, Any],
    expected: str,
) -> None:
    """Of two faults in one request, the one that is checked first is reported."""
    caller = client if scope is None else bearer(scope, sub="auth0|bob")
    path = location_of(hers) if path == "Location" else path
    response = caller.open(path, method=method, **request_)
    assert problem(response) == expected


@ON_BOTH
def test_a_retry_with_its_key_writes_nothing(ann: FlaskClient) -> None:
    """A retry with its key gets the first answer again, and another body is refused."""
    headers = {"Idempotency-Key": "0b1f9a3c"}
    first = ann.post(MESSAGES, json=HELLO, headers=headers)
    ann.patch(location_of(first), json={"text": "Changed"})
    again = ann.post(MESSAGES, json={"text": " Hello "}, headers=headers)
    assert (again.status_code, again.data) == (201, first.data)
    for name in ("Location", "ETag"):
        assert again.headers[name] == first.headers[name]
    refused = ann.post(MESSAGES, json={"text": "Bye"}, headers=headers)
    assert (refused.status_code, problem(refused)) == (422, "idempotency-key-reused")
    assert texts(ann.get(MESSAGES)) == ["Changed"]


@pytest.mark.parametrize("key", ["a", "!~", '"quoted"', "x" * 255], ids=lambda key: key[:8])
def test_good_keys(ann: FlaskClient, key: str) -> None:
    """An idempotency key may hold any printable ASCII character except a space."""
    headers = {"Idempotency-Key": key}
    made = [ann.post(MESSAGES, json=HELLO, headers=headers).json for _ in range(2)]
    assert made[0] == made[1]


@pytest.mark.parametrize(
    "key",
    [
        pytest.param("", id="empty"),
        pytest.param("a b", id="space"),
        pytest.param("a\tb", id="tab"),
        pytest.param("a\0b", id="NUL"),
        pytest.param("\N{LATIN SMALL LETTER E WITH ACUTE}", id="not ASCII"),
        pytest.param("x" * 256, id="too long"),
    ],
)
def test_bad_keys_are_named(ann: FlaskClient, key: str) -> None:
    """A bad idempotency key is answered 422 with the header's name, and nothing is written."""
    response = ann.post(MESSAGES, json=HELLO, environ_base={"HTTP_IDEMPOTENCY_KEY": key})
    assert (response.status_code, named(response)) == (422, ["Idempotency-Key"])
    assert texts(ann.get(MESSAGES)) == []


@ON_BOTH
@pytest.mark.parametrize(
    ("sub", "status"),
    [
        pytest.param("x" * 255, 201, id="longest"),
        pytest.param("\U0001f600" * 255, 201, id="longest, astral"),
        pytest.param("x" * 256, 422, id="too long"),
        pytest.param("a\0b", 422, id="NUL"),
    ],
)
def test_an_author_is_what_a_database_keeps(bearer: Bearer, sub: str, status: int) -> None:
    """A token whose sub cannot be stored as an author is answered 422 when it writes."""
    caller = bearer(READ, WRITE, sub=sub)
    response = caller.post(MESSAGES, json=HELLO)
    assert response.status_code == status
    if status == 201:
        assert caller.get(MESSAGES, query_string={"author": sub}).get_json()["items"] == [
            response.get_json()
        ]
    else:
        assert named(response) == ["Authorization"]
        assert caller.patch(NOWHERE, json=HELLO).status_code == 404


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where `outage` looks for its database."""
    return tmp_path / "later" / "api.db"


@pytest.fixture
def outage(issuer: EmbeddedIssuer, file: Path) -> Iterator[FlaskClient]:
    """A caller of an app whose database is away."""
    database = Database(f"sqlite:///{file}", branches=application.branches)
    client = create_app(application, Settings(), issuer=issuer, database=database).test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {issuer.mint(f'{READ} {WRITE}')}"
    yield client
    database.engine.dispose()


@pytest.mark.parametrize(
    ("method", "path", "after"),
    [
        ("GET", MESSAGES, 200),
        ("POST", MESSAGES, 201),
        ("GET", NOWHERE, 404),
        ("PATCH", NOWHERE, 404),
        ("DELETE", NOWHERE, 404),
    ],
)
def test_an_outage_is_told_and_passes(
    outage: FlaskClient, file: Path, sqlite: Sqlite, method: str, path: str, after: int
) -> None:
    """A database outage is answered 503 with Retry-After and no internals, and then it recovers."""
    body: dict[str, Any] = {"json": HELLO} if method in ("POST", "PATCH") else {}
    response = outage.open(path, method=method, **body)
    assert (response.status_code, problem(response)) == (503, "database-unavailable")
    assert response.headers["Retry-After"] == "1"
    assert not {"sqlite", "SELECT", "BEGIN", str(file)} & set(response.text.split())
    assert outage.get("/api/me").status_code == 200
    file.parent.mkdir()
    shutil.copy(urlsplit(sqlite.make()).path, file)
    assert outage.open(path, method=method, **body).status_code == after


@ON_BOTH
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_defect_tells_nothing_of_the_inside(
    ann: FlaskClient, database: Database, method: str
) -> None:
    """A database error is answered 500 without the driver's message."""
    with database.engine.begin() as connection:
        connection.execute(text("DROP TABLE messages"))
    body: dict[str, Any] = {"json": HELLO} if method == "POST" else {}
    response = ann.open(MESSAGES, method=method, **body)
    assert (response.status_code, problem(response)) == (500, "internal-error")
    for word in ("messages", "sqlite", "psycopg", "SELECT", "INSERT", "table", "Traceback"):
        assert word not in response.text
