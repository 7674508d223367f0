"""The models that a document refers to, by the names of their components."""

from typing import Any

import pytest
from flask_restx import Model, SchemaModel, fields

from openapi.definitions import Definitions

ANIMAL = Model("Animal", {"name": fields.String})


def linked(schema: Any, *models: Any, any_name: bool = False) -> tuple[Any, dict[str, Any]]:
    """The schema with its references, and the components that it leads to."""
    definitions = Definitions(lambda _name, _model: None, any_name=any_name)
    written = definitions.linked(schema, {model.name: model for model in models})
    return written, definitions.schemas


@pytest.mark.parametrize(
    ("name", "component", "in_20"),
    [
        ("Animal", "Animal", "Animal"),
        ("Page[Animal]", "Page_Animal_", "Page[Animal]"),
        ("An animal", "An_animal", "An animal"),
        ("a/b~c", "a_b_c", "a_b_c"),
    ],
)
def test_a_component_has_a_name_that_its_version_allows(
    name: str, component: str, in_20: str
) -> None:
    """In OpenAPI 3 a component has letters, digits and three signs; in 2.0 a reference finds it."""
    model = Model(name, {"it": fields.Integer})
    reference = {"$ref": f"#/definitions/{name}"}
    assert list(linked(reference, model)[1]) == [component]
    assert list(linked(reference, model, any_name=True)[1]) == [in_20]


def test_two_names_that_become_one_get_a_number() -> None:
    """Two models whose names become the same are two components."""
    both = [{"$ref": "#/definitions/A B"}, {"$ref": "#/definitions/A_B"}]
    models = [Model("A B", {"one": fields.Raw}), Model("A_B", {"two": fields.Raw})]
    written, schemas = linked({"allOf": both}, *models)
    assert [each["$ref"] for each in written["allOf"]] == [
        "#/definitions/A_B",
        "#/definitions/A_B2",
    ]
    assert [list(each["properties"]) for each in schemas.values()] == [["one"], ["two"]]


def test_what_a_component_refers_to_comes_along() -> None:
    """References within references lead to components, even in a circle."""
    pair = SchemaModel("Pair", {"properties": {"a": {"$ref": "#/definitions/Animal"}}})
    deep = SchemaModel(
        "Deep", {"items": {"$ref": "#/definitions/Pair"}, "not": {"$ref": "#/definitions/Deep"}}
    )
    assert {*linked({"$ref": "#/definitions/Deep"}, ANIMAL, pair, deep)[1]} == {
        *("Animal", "Deep", "Pair")
    }


def test_definitions_within_a_model_are_components() -> None:
    """What stands among the definitions of a model is a component, by another name where a model
    has its own; "#" is the model."""
    inner = {"Name": {"type": "string"}, "Animal": {"type": "boolean"}}
    names = ("#/definitions/Name", "#/definitions/Animal", "#", "#/properties/0")
    properties = {str(number): {"$ref": name} for number, name in enumerate(names)}
    person = SchemaModel("Person", {"definitions": inner, "properties": properties})
    both = {"allOf": [{"$ref": "#/definitions/Person"}, {"$ref": "#/definitions/Animal"}]}
    _, schemas = linked(both, ANIMAL, person)
    assert schemas["Person"] == {
        "properties": {
            "0": {"$ref": "#/definitions/Name"},
            "1": {"$ref": "#/definitions/PersonAnimal"},
            "2": {"$ref": "#/definitions/Person"},
            "3": {"$ref": "#/definitions/Person/properties/0"},
        }
    }
    assert (schemas["Name"], schemas["PersonAnimal"]) == ({"type": "string"}, {"type": "boolean"})
    assert schemas["Animal"]["type"] == "object"


@pytest.mark.parametrize("reference", ["#/definitions/Unknown", "#", "#/properties/a"])
def test_a_reference_that_leads_nowhere_is_left_out(reference: str) -> None:
    """A reference that leads nowhere is left out, because the document would be invalid."""
    assert linked({"$ref": reference, "title": "A"}) == ({"title": "A"}, {})


def test_a_reference_to_another_document_stays() -> None:
    """A reference to another document is not ours to follow."""
    reference = {"$ref": "https://example.com/animal.json"}
    assert linked(reference) == (reference, {})


def test_an_example_is_no_reference() -> None:
    """What only looks like a reference, in an example, stays as it is."""
    schema = {"example": {"$ref": "#/definitions/Animal"}, "enum": [{"$ref": "#"}]}
    assert linked(schema, ANIMAL) == (schema, {})


def test_what_may_be_null_is_said_in_the_newer_versions() -> None:
    """A nested model that may be null is documented so; Flask-RESTX says nothing of it in 2.0."""
    nested = {"animal": fields.Nested(ANIMAL, allow_null=True)}
    owner = Model.inherit("Owner", ANIMAL, nested)
    reference = {"$ref": "#/definitions/Owner"}
    _, newer = linked(reference, ANIMAL, owner)
    _, older = linked(reference, ANIMAL, owner, any_name=True)
    [said], [unsaid] = (
        [each["Owner"]["allOf"][-1]["properties"]["animal"]] for each in (newer, older)
    )
    assert said == {"$ref": "#/definitions/Animal", "x-nullable": True}
    assert unsaid == {"$ref": "#/definitions/Animal"}
    assert "x-nullable" not in owner.__schema__["allOf"][-1]["properties"]["animal"]


def test_the_error_of_a_field_names_the_model() -> None:
    """A model whose field Flask-RESTX cannot describe is named in the error."""
    film = Model("Film", {"seen": fields.DateTime(default="yesterday")})
    with pytest.raises(ValueError, match="yesterday") as caught:
        linked({"$ref": "#/definitions/Film"}, film)
    assert caught.value.__notes__ == ["A field of the model Film has a value that it refuses."]
