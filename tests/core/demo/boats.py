"""Boats of the tests: written with the models and the parsers of Flask-RESTX. Nothing is kept."""

from typing import Any

from flask_restx import fields, inputs, reqparse

from api.core.bridge import Namespace, Resource
from api.core.guard import require_auth

ns = Namespace("boats", "Boats", path="/api/boats")

engine = ns.model(
    "Engine", {"power": fields.Integer(required=True, min=1, max=999, example=90, description="kW")}
)
draft = ns.model(
    "BoatDraft",
    {
        "name": fields.String(
            required=True, min_length=1, max_length=20, example="Ann", description="Its name."
        ),
        "kind": fields.String(enum=["sail", "motor"], example="sail", description="Which kind."),
        "engine": fields.Nested(engine, description="Its engine."),
        "built": fields.Date(example="2020-01-02", description="When it was built."),
    },
)
boat = ns.inherit(
    "Boat", draft, {"id": fields.Integer(readonly=True, required=True, example=7, description="Id")}
)

search = reqparse.RequestParser()
search.add_argument("limit", type=inputs.int_range(1, 50), default=1, location="args", help="Many")
search.add_argument("kind", choices=("sail", "motor"), location="args", help="Which kind.")

form = reqparse.RequestParser()
form.add_argument(
    "name", type=inputs.regex(r"^\w{1,20}$"), required=True, location="form", help="Its name."
)
form.add_argument("berths", type=inputs.positive, location="form", help="How many.")


@ns.route("")
class Boats(Resource):
    @require_auth("read:messages")
    @ns.expect(search)
    @ns.response(200, "Boats", [boat])
    def get(self) -> Any:
        """List boats

        As many as are asked for.
        """
        asked = search.parse_args(strict=True)
        return [{"id": number, "name": "Ann"} for number in range(asked["limit"])]

    @require_auth("write:messages")
    @ns.expect(draft)
    @ns.response(201, "The boat", boat)
    def post(self) -> Any:
        """Add a boat

        It gets an id.
        """
        return {"id": 7, **ns.payload}, 201

    @require_auth("write:messages")
    @ns.expect(form)
    @ns.response(200, "The boat", boat)
    def put(self) -> Any:
        """Replace the boat

        By a form.
        """
        return {"id": 7, "name": form.parse_args()["name"]}
