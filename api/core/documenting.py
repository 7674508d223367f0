"""The contract of a method as its Operation tells it: parameters, body and answers."""

from http import HTTPStatus
from typing import Any

from apispec.ext.marshmallow.common import resolve_schema_instance
from marshmallow.fields import Field

from api.core.contract import Contract
from api.core.request.forms import MULTIPART, files
from api.core.request.media_types import Kind
from api.core.request.parts import is_schema
from api.core.response.answers import Answer as Declared
from api.core.response.answers import is_json
from api.core.sizes import in_words
from openapi.declaration import parameters_of
from openapi.headers import HEADERS
from openapi.operation import Answer, Header, MediaType, Parameter, RequestBody
from openapi.schemas import BINARY, STRING

# Subtypes and suffixes of media types that are text, beside those of `text/`.
_TEXTS = ("xml", "yaml", "javascript", "x-ndjson", "x-www-form-urlencoded")
_OF_FILE = ("Content-Disposition", "Last-Modified", "Accept-Ranges")

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
    content = {name: _read_as(name, kind) for name, kind in contract.contents.items()}
    limit = f"At most {in_words(contract.max_body)}." if contract.max_body else ""
    coding = "It may be sent with `Content-Encoding: gzip`." if contract.gzip else ""
    return RequestBody(content=content, description=" ".join(filter(None, [limit, coding])))


def _read_as(name: str, kind: Kind) -> MediaType:
    if not is_schema(kind):
        return MediaType(schema=BINARY if kind is bytes else STRING)
    of_files = files(resolve_schema_instance(kind)) if name == MULTIPART else ()
    encoding = {
        field: {"contentType": ", ".join(file.media_types)}
        for field, file in of_files
        if file.media_types
    }
    return MediaType(schema=kind, encoding=encoding)


def answers(contract: Contract) -> dict[str, Answer]:
    """Return what the method answers where it succeeds, by status.

    :param contract: the contract
    """
    declared = contract.by_status
    answers = {str(int(status)): _answer(status, answer) for status, answer in declared.items()}
    usual = declared.get(200)
    if usual and usual.file:
        content = {name: _media_type(usual, name) for name in usual.types}
        headers = _sent("Content-Range", "Content-Disposition", "ETag", "Last-Modified")
        answers["206"] = Answer(description="A part", content=content, headers=headers)
    if "If-None-Match" in contract.conditions() or (usual and usual.file):
        answers["304"] = Answer(description="Not modified", headers=_sent("ETag"))
    return answers


def _answer(status: int, answer: Declared) -> Answer:
    sent = {
        "ETag": answer.etag or answer.file,
        "Location": bool(answer.location),
        "Link": answer.paged,
        **dict.fromkeys(_OF_FILE, answer.file),
    }
    return Answer(
        description=answer.description or _usual(status),
        content={name: _media_type(answer, name) for name in answer.types},
        headers={
            **_sent(*(name for name, is_sent in sent.items() if is_sent)),
            **{name: _header(value) for name, value in answer.headers.items()},
        },
        links=answer.links,
    )


def _usual(status: int) -> str:
    return "Success" if status < 300 else HTTPStatus(status).phrase


def _media_type(answer: Declared, name: str) -> MediaType:
    example = answer.example_of(name)
    if answer.writes(name):
        return MediaType(schema=answer.schema, example=example)
    if is_json(name):
        return MediaType(example=example)
    return MediaType(schema=STRING if _is_text(name) else BINARY, example=example)


def _is_text(media_type: str) -> bool:
    kind, _, subtype = media_type.partition("/")
    return kind == "text" or subtype.rpartition("+")[2] in _TEXTS


def _header(value: str | Field[Any]) -> Header:
    if isinstance(value, str):
        return Header(description=value)
    return Header(
        description=str(value.metadata.get("description", "")),
        schema=value,
        required=value.required,
    )


def _sent(*names: str) -> dict[str, Header]:
    return {name: HEADERS[name] for name in names}
