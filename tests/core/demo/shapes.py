"""Polymorphic schemas, and schemas that are nested in themselves."""

from typing import Any

from marshmallow import Schema, fields, validate
from marshmallow_oneofschema.one_of_schema import OneOfSchema

from api.core.bridge import Namespace, Resource
from api.core.guard import public, require_auth

ns = Namespace("shapes", "Shapes", path="/api/shapes")


class Circle(Schema):
    """A circle"""

    radius = fields.Decimal(
        required=True,
        as_string=True,
        validate=validate.Range(min=0),
        metadata={"description": "Its radius.", "example": "1.50"},
    )


class Group(Schema):
    """Shapes that belong together"""

    shapes = fields.List(
        fields.Nested(lambda: Shape()),
        required=True,
        validate=validate.Length(max=20),
        metadata={"description": "The shapes.", "example": []},
    )


class Shape(OneOfSchema):
    """A circle, or a group of shapes"""

    type_schemas = {"circle": Circle, "group": Group}  # noqa: RUF012

    def get_obj_type(self, obj: dict[str, Any]) -> str:
        return "circle" if "radius" in obj else "group"


class Branch(Schema):
    """A branch of a tree"""

    name = fields.Str(
        required=True,
        validate=validate.Length(1, 40),
        metadata={"description": "Its name.", "example": "oak"},
    )
    branches = fields.List(
        fields.Nested(lambda: Branch()),
        validate=validate.Length(max=20),
        metadata={"description": "The branches that grow from it."},
    )


@ns.route("")
class Shapes(Resource):
    @require_auth("write:messages")
    @ns.operation(body=Shape, returns=Shape, status=201)
    def post(self, body: dict[str, Any]) -> dict[str, Any]:
        """Draw a shape

        A group may hold groups.
        """
        return body


@ns.route("/trees")
class Trees(Resource):
    @public
    @ns.operation(body=Branch, returns=Branch)
    def post(self, body: dict[str, Any]) -> dict[str, Any]:
        """Draw a tree

        As deep as a JSON body may be.
        """
        return body
