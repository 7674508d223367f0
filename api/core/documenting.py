"""The contract of a method as its Operation tells it: parameters, body and answers."""

from collections.abc import Mapping
from typing import Any

from apispec.ext.marshmallow.common import resolve_schema_instance

from api.core.contract import Contract
from api.core.forms import MULTIPART, files
from api.core.media_types import Kind
from api.core.requests import is_schema
from api.core.sizes import in_words
from openapi.declaration import parameters_of
from openapi.headers import HEADERS
from openapi.operation import JSON, Answer, Header, MediaType, Parameter, RequestBody
from openapi.schemas import STRING, JsonSchema

BINARY = JsonSchema({"type": "string", "format": "binary"})

CONDITIONS = {
    "If-Match": "The ETag that you have seen: 412 if somebody changed it since.",
    "If-None-Match": "The ETag that you have: 304 if it is still the same.",
}


def parameters(contract: Contract) -> tuple[Parameter, ...]:
    """Return the parameters of query and headers.

    :param contract: the contract
    """
    conditions = (
        Parameter(name=name, location="header", description=CONDITIONS[name])
        for name in contract.conditions()
    )
    return (
        *(parameters_of(contract.query, "query") if contract.query else ()),
        *(parameters_of(contract.headers, "header") if contract.headers else ()),
        *conditions,
    )


def request_body(contract: Contract) -> RequestBody | None:
    """Return the body; None where the method reads none.

    :param contract: the contract
    """
    if contract.body is None:
        return None
    content = {name: _media_type(name, kind) for name, kind in contract.contents.items()}
    limit = f"At most {in_words(contract.max_body)}." if contract.max_body else ""
    coding = "It may be sent with `Content-Encoding: gzip`." if contract.gzip else ""
    return RequestBody(content=content, description=" ".join(filter(None, [limit, coding])))


def _media_type(name: str, kind: Kind) -> MediaType:
    if not is_schema(kind):
        return MediaType(schema=BINARY if kind is bytes else STRING)
    of_files = files(resolve_schema_instance(kind)) if name == MULTIPART else ()
    encoding = {
        field: {"contentType": ", ".join(file.media_types)}
        for field, file in of_files
        if file.media_types
    }
    return MediaType(schema=kind, encoding=encoding)


def answers(contract: Contract, *, example: Any, links: Mapping[str, Any]) -> dict[str, Answer]:
    """Return what the method answers where it succeeds, by status.

    :param contract: the contract
    :param example: of the answer, or MISSING
    :param links: from the answer to other operations
    """
    media = MediaType(schema=contract.returns, example=example)
    success = Answer(
        content={JSON: media} if contract.returns else {},
        headers=_headers(ETag=contract.etag, Location=contract.location, Link=contract.paged),
        links=links,
    )
    answers = {str(int(contract.success)): success}
    if "If-None-Match" in contract.conditions():
        answers["304"] = Answer(description="Not modified", headers=_headers(ETag=True))
    return answers


def _headers(**sent: Any) -> dict[str, Header]:
    return {name: HEADERS[name] for name, is_sent in sent.items() if is_sent}
