"""Problem types with members of their own (RFC 9457 section 3.2)."""

import logging
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from marshmallow import Schema, fields
from openapi_spec_validator import validate

from api.core.bridge import Namespace, Resource
from api.core.declarations import DeclarationError
from api.core.documents import build_documents
from api.core.factory import create_app
from api.core.guard import public
from api.core.issuer import EmbeddedIssuer
from api.core.problems import Problem
from api.core.settings import Settings
from tests.core.demo import application


class Account(Schema):
    """An account"""

    id = fields.Int(required=True, metadata={"example": 7})


class Balance(Schema):
    """What is left"""

    balance = fields.Decimal(
        required=True, as_string=True, metadata={"description": "Left.", "example": "30.00"}
    )
    accounts = fields.List(fields.Nested(Account))
    until = fields.DateTime(data_key="validUntil", allow_none=True)


class OutOfCredit(Problem):
    """You have no credit: top up."""

    name, status, title, detail = "out-of-credit", 403, "Out of credit", "Top up."
    own_members = Balance


class Frozen(Problem):
    """The account is frozen."""

    name, status, title, detail = "frozen", 403, "Frozen", "The account is frozen."


class Overdrawn(OutOfCredit):
    """The account is overdrawn."""

    name, status, title, detail = "overdrawn", 409, "Overdrawn", "The account is overdrawn."


def created(
    issuer: EmbeddedIssuer,
    raised: Callable[[], Exception],
    problems: tuple[type[Problem], ...] = (OutOfCredit,),
) -> Flask:
    ns = Namespace("cars", "Cars", path="/cars")

    def get(self: Any) -> None:
        """Buy a car"""
        raise raised()

    view = public(ns.operation(problems=problems)(get))
    ns.add_resource(type("Cars", (Resource,), {"get": view}), "")
    return create_app(replace(application, namespaces=(ns,)), Settings(), issuer=issuer)


def test_members_are_sent(issuer: EmbeddedIssuer) -> None:
    """The members of a problem type are written by its schema, beside those of every problem."""
    values: dict[str, Any] = {"balance": Decimal("30.00"), "accounts": [{"id": 7, "secret": 1}]}
    client = created(issuer, lambda: OutOfCredit("Not enough.", **values)).test_client()
    response = client.get("/cars")
    assert (response.status_code, response.content_type) == (403, "application/problem+json")
    document = response.get_json()
    assert document.pop("instance")
    assert document == {
        "type": "/problems#out-of-credit",
        "title": "Out of credit",
        "status": 403,
        "detail": "Not enough.",
        "balance": "30.00",
        "accounts": [{"id": 7}],
    }


def test_a_subclass_has_the_members_too(issuer: EmbeddedIssuer) -> None:
    """A problem type that derives from another has the members of it."""
    client = created(issuer, lambda: Overdrawn(balance=1), (Overdrawn,)).test_client()
    response = client.get("/cars")
    assert (response.status_code, response.get_json()["balance"]) == (409, "1")


@pytest.mark.parametrize(
    ("raised", "said"),
    [
        (OutOfCredit, "cannot write balance"),
        (lambda: OutOfCredit(accounts=[]), "cannot write balance"),
        (lambda: OutOfCredit(balance=1, credit=2), "OutOfCredit has no member credit: declare"),
        (lambda: Frozen(balance=1), "Frozen has no member balance: declare own_members"),
    ],
)
def test_members_that_are_not_as_declared(
    issuer: EmbeddedIssuer,
    caplog: pytest.LogCaptureFixture,
    raised: Callable[[], Exception],
    said: str,
) -> None:
    """A problem without a required member, or with an undeclared one, is a logged 500."""
    with caplog.at_level(logging.ERROR):
        response = created(issuer, raised).test_client().get("/cars")
    assert response.status_code == 500
    assert response.get_json()["type"] == "/problems#internal-error"
    assert said in "\n".join(f"{each.getMessage()} {each.exc_info}" for each in caplog.records)


@pytest.mark.parametrize(
    "name",
    ["type", "title", "status", "detail", "instance", "errors", "error", "error_description"],
)
@pytest.mark.parametrize("by_key", [True, False, None])
def test_a_taken_name_is_refused(name: str, by_key: bool | None) -> None:
    """A member that problem documents have already is refused when the class is made."""
    if by_key is None:
        name, key = "headers", "ownHeaders"
    else:
        key = name
    field = fields.Str() if by_key is False else fields.Str(data_key=key)
    schema = Schema.from_dict({"own" if by_key else name: field})
    with pytest.raises(DeclarationError, match=rf"Taken: own_members has {name}, which every"):
        type("Taken", (Problem,), {"own_members": schema})


def test_the_members_are_a_class() -> None:
    """own_members that is no class is refused when the class is made."""
    with pytest.raises(DeclarationError, match="own_members takes a class of marshmallow's Schema"):
        type("Wrong", (Problem,), {"own_members": Balance()})


def test_an_exception_cannot_be_answered_without_the_members(issuer: EmbeddedIssuer) -> None:
    """An Application that maps an exception to a problem which needs a member is refused."""
    api = replace(application, problems={LookupError: OutOfCredit})
    with pytest.raises(DeclarationError, match="OutOfCredit, which needs its member balance"):
        create_app(api, Settings(), issuer=issuer)


def test_the_documents_have_the_members(issuer: EmbeddedIssuer) -> None:
    """The schema of the response has the members, of several problems those of each."""
    for problems, name, required in (
        ((OutOfCredit,), "OutOfCredit", True),
        ((OutOfCredit, Frozen), "OutOfCreditOrFrozen", False),
    ):
        documents = build_documents(created(issuer, OutOfCredit, problems))
        for file, document in documents.items():
            validate(document)
            is_20 = file == "swagger.json"
            places = document if is_20 else document["components"]
            response = places["responses"][name]
            content = response if is_20 else response["content"]["application/problem+json"]
            root = "definitions" if is_20 else "components/schemas"
            assert content["schema"] == {"$ref": f"#/{root}/{name}Problem"}
            schemas = places["definitions" if is_20 else "schemas"]
            schema = schemas[f"{name}Problem"]
            assert {"type", "detail", "balance", "accounts", "validUntil"} <= schema[
                "properties"
            ].keys()
            assert ("balance" in schema["required"]) is required
            assert "detail" in schema["required"]
            assert "Account" in schemas
            assert "balance" not in schemas["Problem"]["properties"]
            examples = content["examples"]
            example = (
                examples["application/problem+json"]
                if is_20
                else examples["out-of-credit"]["value"]
            )
            assert example["balance"] == "30.00"


def test_nested_members_have_names_of_their_own(issuer: EmbeddedIssuer) -> None:
    """A schema within the members that has the name of another one is refused at the start."""
    other = type("Account", (Schema,), {"number": fields.Int()})
    clashing = type(
        "Clashing",
        (Problem,),
        {
            **{"name": "clashing", "status": 409, "title": "Clashing", "detail": "Clashing."},
            "own_members": Schema.from_dict({"account": fields.Nested(other)}),
        },
    )
    with pytest.raises(DeclarationError, match="two schemas have the name Account"):
        created(issuer, OutOfCredit, (OutOfCredit, clashing))


def test_the_page_has_the_members(issuer: EmbeddedIssuer) -> None:
    """The page at /problems lists the members of a problem type, with their descriptions."""
    page = created(issuer, OutOfCredit).test_client().get("/problems").text
    assert "<li><code>balance</code>: Left.</li>" in page
    assert "<li><code>validUntil</code></li>" in page
