"""What the documents say of a contract: parameters, body, statuses and headers."""

from typing import Any

import pytest
from marshmallow import Schema, fields

from api.core import documenting
from api.core.contract import Contract
from openapi.headers import HEADERS
from openapi.operation import JSON


class Note(Schema):
    """A note"""

    text = fields.Str(required=True, metadata={"description": "Its text.", "example": "hello"})
    id = fields.Int(dump_only=True)
    key = fields.Str(data_key="X-Key")


def answers(**contract: Any) -> dict[str, Any]:
    return documenting.answers(Contract(**contract))


def test_the_fields_of_query_and_headers_are_parameters() -> None:
    """Fields of query and headers are documented under the names that clients write."""
    parameters = documenting.parameters(Contract(query=Note, headers=Note(only=("key",))))
    assert [(each.name, each.location, each.required) for each in parameters] == [
        ("text", "query", True),
        ("X-Key", "query", False),
        ("X-Key", "header", False),
    ]
    assert (parameters[0].description, parameters[0].example) == ("Its text.", "hello")


def test_the_conditions_that_count_are_parameters() -> None:
    """If-Match is documented for guarded changes, and with If-None-Match for reads with an ETag."""
    for contract, names in (
        ({"if_match": True}, ["If-Match"]),
        ({"returns": Note, "etag": True}, ["If-Match", "If-None-Match"]),
        ({"returns": Note, "body": Note, "etag": True}, []),
    ):
        parameters = documenting.parameters(Contract(**contract))
        assert [each.name for each in parameters] == names


def test_a_body_is_json() -> None:
    """A body is documented as required JSON, and an operation without one has no request body."""
    assert documenting.request_body(Contract()) is None
    body = documenting.request_body(Contract(body=Note))
    assert body is not None
    assert body.required
    assert {name: media.schema for name, media in body.content.items()} == {JSON: Note}


@pytest.mark.parametrize(
    ("contract", "statuses"),
    [
        ({}, ["204"]),
        ({"returns": Note}, ["200"]),
        ({"returns": Note, "status": 201}, ["201"]),
        ({"returns": Note, "etag": True}, ["200", "304"]),
    ],
)
def test_the_status_of_success_is_told(contract: dict[str, Any], statuses: list[str]) -> None:
    """The status of success is documented, and 304 as well where the answer has an ETag."""
    assert list(answers(**contract)) == statuses


def test_the_headers_of_success_are_told() -> None:
    """The headers that the contract sends are documented, and no others."""
    success = answers(returns=Note, status=201, etag=True, location="/notes/{0.id}", paged=True)
    assert success["201"].headers == {name: HEADERS[name] for name in ("ETag", "Location", "Link")}
    assert answers(returns=Note)["200"].headers == {}
