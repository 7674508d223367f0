"""Models, and what they are made of."""

from typing import Any

from flask_restx import Model, OrderedModel, fields

from tests.core.openapi.declarations.tables import declared, serve
from tests.core.openapi.stock import method


class Cat:
    """A class of objects."""


class Dog:
    """Another."""


def answer(api: Any, model: Any, url: str = "/things") -> None:
    serve(api, url, get=api.marshal_with(model)(method("Read it")), name=f"Of{url[1:].title()}")


def animal(api: Any, **more: Any) -> Any:
    return api.model("Animal", {"name": fields.String(required=True)}, **more)


@declared()
def nested(api: Any) -> None:
    answer(api, api.model("Owner", {"animal": fields.Nested(animal(api))}))


@declared()
def nested_with_a_description(api: Any) -> None:
    nested = fields.Nested(animal(api), description="Its animal", required=True, readonly=True)
    answer(api, api.model("Owner", {"animal": nested}))


@declared()
def nested_as_a_list(api: Any) -> None:
    answer(api, api.model("Owner", {"animals": fields.Nested(animal(api), as_list=True)}))


@declared()
def nested_or_null(api: Any) -> None:
    one = fields.Nested(animal(api), allow_null=True, skip_none=True)
    answer(api, api.model("Owner", {"animal": one}))


@declared()
def nested_and_nullable(api: Any) -> None:
    one = fields.Nested(animal(api), nullable=True, description="Its animal")
    many = fields.Nested(animal(api), nullable=True, as_list=True)
    answer(api, api.model("Owner", {"animal": one, "animals": many}))


@declared()
def nested_in_lists_and_wildcards(api: Any) -> None:
    one = fields.Nested(animal(api))
    several = {"list": fields.List(one), "lists": fields.List(fields.List(one))}
    answer(api, api.model("Owner", {**several, "*": fields.Wildcard(one)}))


@declared()
def nested_in_itself(api: Any) -> None:
    tree = api.model("Tree", {"name": fields.String})
    tree["parent"] = fields.Nested(tree)
    tree["children"] = fields.List(fields.Nested(tree), default=[])
    answer(api, tree)


@declared()
def nested_in_each_other(api: Any) -> None:
    one, two = api.model("One", {"a": fields.String}), api.model("Two", {"b": fields.String})
    one["two"], two["one"] = fields.Nested(two), fields.Nested(one, allow_null=True)
    answer(api, one)


@declared()
def inherited(api: Any) -> None:
    answer(api, api.inherit("Cat", animal(api), {"lives": fields.Integer(required=True)}))


@declared()
def inherited_from_several(api: Any) -> None:
    owned = api.model("Owned", {"owner": fields.String})
    answer(api, api.inherit("Cat", animal(api), owned, {"lives": fields.Integer}))


@declared()
def inherited_twice(api: Any) -> None:
    cat = api.inherit("Cat", animal(api), {"lives": fields.Integer})
    answer(api, api.inherit("Kitten", cat, {"weeks": fields.Integer}))


@declared()
def inherited_by_the_model(api: Any) -> None:
    answer(api, api.add_model("Cat", animal(api).inherit("Cat", {"lives": fields.Integer})))


@declared()
def cloned(api: Any) -> None:
    answer(api, api.clone("Cat", animal(api), {"lives": fields.Integer}))


@declared()
def cloned_from_several(api: Any) -> None:
    owned = api.model("Owned", {"owner": fields.String})
    answer(api, api.clone("Cat", animal(api), owned, {"lives": fields.Integer}))


@declared()
def polymorphic(api: Any) -> None:
    base = api.model("Animal", {"kind": fields.String(discriminator=True), "name": fields.String})
    cat = api.inherit("Cat", base, {"lives": fields.Integer})
    dog = api.inherit("Dog", base, {"tricks": fields.List(fields.String)})
    animal = fields.Polymorph({Cat: cat, Dog: dog}, description="Either")
    answer(api, api.model("Owner", {"animal": animal}))


@declared()
def polymorphic_in_a_list(api: Any) -> None:
    base = api.model("Animal", {"name": fields.String})
    cat, dog = api.inherit("Cat", base, {}), api.inherit("Dog", base, {"tricks": fields.Raw})
    animal = fields.Polymorph({Cat: cat, Dog: dog}, required=True)
    answer(api, api.model("Owner", {"animals": fields.List(animal)}))


@declared()
def with_a_mask(api: Any) -> None:
    answer(api, animal(api, mask="{name}"))


@declared()
def strict(api: Any) -> None:
    model = animal(api, strict=True)
    serve(api, post=api.expect(model, validate=True)(method("Make one")))


@declared({"ordered": True})
def ordered(api: Any) -> None:
    answer(api, api.model("Thing", dict.fromkeys("zyxwab", fields.String)))


@declared()
def an_ordered_model_of_its_own(api: Any) -> None:
    answer(api, api.add_model("Thing", OrderedModel("Thing", {"b": fields.Raw, "a": fields.Raw})))


@declared()
def without_a_field(api: Any) -> None:
    answer(api, api.model("Empty", {}))


@declared()
def of_odd_names(api: Any) -> None:
    answer(api, api.model("Page[Animal]", {"items": fields.List(fields.Nested(animal(api)))}))
    answer(api, api.model("Größe in cm", {"it": fields.Nested(animal(api))}), "/sizes")


@declared()
def of_names_with_slashes(api: Any) -> None:
    inner = api.model("a/b~c", {"name": fields.String})
    answer(api, api.model("v1/Thing", {"inner": fields.Nested(inner)}))


@declared(is_wider=True)
def of_names_that_become_one(api: Any) -> None:
    answer(api, api.model("A B", {"one": fields.String}))
    answer(api, api.model("A_B", {"two": fields.String}), "/others")


@declared()
def that_nobody_registered(api: Any) -> None:
    inner = Model("Inner", {"name": fields.String})
    answer(api, Model("Outer", {"inner": fields.Nested(inner)}))


@declared(RESTX_INCLUDE_ALL_MODELS=True)
def that_nothing_refers_to(api: Any) -> None:
    animal(api)
    api.schema_model("Unused", {"type": "object", "properties": {"a": {"type": "string"}}})
    serve(api)


@declared()
def that_nothing_refers_to_are_left_out(api: Any) -> None:
    animal(api)
    serve(api)


@declared()
def a_json_schema(api: Any) -> None:
    schema = {
        "type": "object",
        "required": ["name"],
        "properties": {
            "name": {"type": "string", "minLength": 1, "example": "Ann"},
            "age": {"type": "integer", "minimum": 0, "exclusiveMinimum": True},
            "tags": {"type": "array", "items": {"type": "string"}, "uniqueItems": True},
        },
        "additionalProperties": False,
    }
    answer(api, api.schema_model("Person", schema))


@declared()
def a_json_schema_with_references(api: Any) -> None:
    animal(api)
    api.schema_model("Pair", {"properties": {"one": {"$ref": "#/definitions/Animal"}}})
    deep = {"anyOf": [{"type": "array", "items": {"$ref": "#/definitions/Pair"}}, {"not": {}}]}
    answer(api, api.schema_model("Deep", {"properties": {"deep": deep}}))


@declared(is_wider=True)
def a_json_schema_with_definitions(api: Any) -> None:
    schema = {
        "type": "object",
        "properties": {
            "name": {"$ref": "#/definitions/Name"},
            "again": {"$ref": "#"},
            "other": {"$ref": "#/$defs/Other"},
            "first": {"$ref": "#/properties/name"},
        },
        "definitions": {"Name": {"type": "string", "maxLength": 9}, "Animal": {"type": "boolean"}},
        "$defs": {"Other": {"items": {"$ref": "#/definitions/Animal"}, "type": "array"}},
    }
    answer(api, api.schema_model("Person", schema))
    answer(api, animal(api), "/animals")


@declared(is_wider=True)
def a_json_schema_of_2020(api: Any) -> None:
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "https://example.com/person",
        "type": ["object", "null"],
        "properties": {
            "kind": {"const": "person"},
            "pair": {"type": "array", "prefixItems": [{"type": "string"}], "items": False},
            "age": {"exclusiveMinimum": 0, "examples": [1, 2]},
        },
        "patternProperties": {"^x-": True},
        "propertyNames": {"maxLength": 9},
        "dependentRequired": {"age": ["kind"]},
        "if": {"required": ["age"]},
        "then": {"required": ["kind"]},
        "unevaluatedProperties": False,
    }
    answer(api, api.schema_model("Person", schema))


@declared(is_wider=True)
def a_json_schema_of_old(api: Any) -> None:
    schema = {
        "id": "person",
        "type": "object",
        "properties": {
            "pair": {"type": "array", "items": [{"type": "string"}], "additionalItems": False},
            "either": {"type": ["string", "integer"], "enum": ["a", 1]},
            "any": {"type": "any"},
        },
        "dependencies": {"pair": ["either"]},
    }
    answer(api, api.schema_model("Person", schema))


@declared(is_wider=True)
def a_json_schema_that_refers_nowhere(api: Any) -> None:
    answer(api, api.schema_model("Person", {"properties": {"a": {"$ref": "#/definitions/No"}}}))
