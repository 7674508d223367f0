"""Operations of the tests with guards of every kind: optional, claims, and a signature."""

from typing import Any

from flask import Request
from marshmallow import Schema, fields, validate

from api.core.bridge import Namespace, Resource
from api.core.guard import (
    SecurityScheme,
    claim_check,
    optional_token,
    require,
    require_auth,
    same_hmac,
)
from api.core.problems import Problem

SECRET = "whsec_of_the_tests"


class EditorsOnly(Problem):
    """Only editors change what the guests see. Ask for the role of an editor."""

    name = "editors-only"
    status = 403
    title = "Only editors may do this"
    detail = "Ask for the role of an editor, and log in again."


class Caller(Schema):
    """Who calls"""

    name = fields.Str(
        required=True,
        validate=validate.Length(1, 40),
        metadata={"description": "A name.", "example": "you"},
    )


class Order(Schema):
    """An order of the shop"""

    number = fields.Int(
        required=True,
        strict=True,
        validate=validate.Range(1, 9999),
        metadata={"description": "Its number.", "example": 12},
    )


def is_from_shop(request: Request) -> bool:
    return same_hmac(request.headers["X-Signature"], request.get_data(), SECRET)


is_editor = claim_check("https://example.com/roles", contains="editor", problem=EditorsOnly)
shop = SecurityScheme(
    "shop",
    header="X-Signature",
    check=is_from_shop,
    description="The HMAC of the body with SHA-256, in hexadecimal.",
)
ns = Namespace("callers", "Callers of every kind", path="/api/callers", auth=require_auth())


@ns.route("/greeting")
class Greeting(Resource):
    @require_auth(optional=True)
    @ns.operation(returns=Caller)
    def get(self) -> dict[str, str]:
        """Name the caller, if there is a token"""
        token = optional_token()
        return {"name": token.subject if token else "you"}

    @ns.operation(body=Caller, returns=Caller)
    def post(self, body: Any) -> Any:
        """Greet somebody else

        Its guard is that of its Namespace.
        """
        return body

    @require_auth(checks=[is_editor])
    @ns.operation(body=Caller)
    def put(self, body: Any) -> None:
        """Change the greeting"""


@ns.route("/orders")
class Orders(Resource):
    @require(shop)
    @ns.operation(body=Order)
    def post(self, body: Any) -> None:
        """Take an order of the shop"""
