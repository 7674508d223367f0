"""What requests send."""

from typing import Any

from flask_restx import fields

from tests.core.openapi.declarations.tables import declared, serve
from tests.core.openapi.stock import method


def thing(api: Any, name: str = "Thing") -> Any:
    return api.model(name, {"name": fields.String(required=True), "size": fields.Integer})


@declared()
def a_model(api: Any) -> None:
    serve(api, post=api.expect(thing(api))(method("Make it")))


@declared()
def a_model_that_is_validated(api: Any) -> None:
    serve(api, post=api.expect(thing(api), validate=True)(method("Make it")))


@declared({"validate": True})
def a_model_that_the_api_validates(api: Any) -> None:
    serve(api, post=api.expect(thing(api))(method("Make it")))


@declared()
def a_list_of_a_model(api: Any) -> None:
    serve(api, post=api.expect([thing(api)])(method("Make them")))


@declared()
def a_list_of_lists(api: Any) -> None:
    serve(api, post=api.expect([[thing(api)]])(method("Make them")))


@declared()
def a_model_with_a_description(api: Any) -> None:
    serve(api, post=api.expect((thing(api), "What to make"))(method("Make it")))


@declared()
def a_list_with_a_description(api: Any) -> None:
    serve(api, post=api.expect(([thing(api)], "What to make"))(method("Make them")))


@declared()
def a_model_by_its_name(api: Any) -> None:
    thing(api)
    serve(api, post=api.expect("Thing")(method("Make it")))


@declared()
def a_field(api: Any) -> None:
    serve(api, post=api.expect(fields.List(fields.Nested(thing(api))))(method("Make them")))


@declared()
def fields_alone(api: Any) -> None:
    serve(api, post=api.expect({"name": fields.String(required=True)})(method("Make it")))


@declared()
def a_list_of_a_type(api: Any) -> None:
    serve(api, post=api.expect([str])(method("Make them")))


@declared()
def two_models(api: Any) -> None:
    both = thing(api), thing(api, "Other")
    serve(api, post=api.expect(*both)(method("Make it")))


@declared()
def a_list_of_two_models(api: Any) -> None:
    both = [thing(api), thing(api, "Other")]
    serve(api, post=api.expect(both)(method("Make them")))


@declared()
def a_model_and_a_parser(api: Any) -> None:
    parser = api.parser().add_argument("dry", type=bool, location="args")
    serve(api, post=api.expect(parser, thing(api))(method("Make it")))


@declared()
def a_model_of_the_class(api: Any) -> None:
    api.expect(thing(api))(serve(api, post=method("Make it"), put=method("Change it")))


@declared()
def a_model_of_the_class_and_another_of_a_method(api: Any) -> None:
    put = api.expect(thing(api, "Change"))(method("Change it"))
    api.expect(thing(api))(serve(api, post=method("Make it"), put=put))


@declared()
def of_other_media_types(api: Any) -> None:
    expect = api.expect(thing(api))
    serve(api, post=expect(api.doc(consumes=["application/xml", "text/csv"])(method("Make it"))))


@declared()
def a_parameter_in_the_body(api: Any) -> None:
    serve(api, post=api.param("text", "The text", _in="body")(method("Make it")))


@declared()
def a_parameter_in_the_body_with_a_schema(api: Any) -> None:
    schema = {"type": "array", "items": {"type": "integer"}}
    declare = api.doc(params={"numbers": {"in": "body", "schema": schema, "required": True}})
    serve(api, post=declare(method("Add them")))


@declared()
def two_parameters_in_the_body(api: Any) -> None:
    one = {"in": "body", "schema": {"type": "object", "properties": {"a": {"type": "string"}}}}
    two = {"in": "body", "schema": {"type": "object", "properties": {"b": {"type": "string"}}}}
    serve(api, post=api.doc(params={"one": one, "two": two})(method("Add them")))


@declared()
def parameters_of_a_form(api: Any) -> None:
    named = api.param("name", "The name", _in="formData", required=True)
    sized = api.param("size", "The size", _in="formData", type=int, default=3)
    serve(api, post=named(sized(method("Make it"))))


@declared()
def a_file_of_a_form(api: Any) -> None:
    serve(api, post=api.param("picture", "It", _in="formData", type="file")(method("Send it")))


@declared()
def of_a_route(api: Any) -> None:
    model = thing(api)
    api.route("/things", doc={"post": {"expect": [model]}})(
        type("Things", (serve(api, "/others"),), {"post": method("Make it")})
    )
