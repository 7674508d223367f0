"""The names of the variants of a schema."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from marshmallow import EXCLUDE, INCLUDE, Schema, fields

from openapi.marshmallow.names import component_name
from openapi.marshmallow.variants import variant_of
from openapi.schema_converter import SchemaConverter


class Maker(Schema):
    """Who makes it"""

    name = fields.Str(required=True)
    first_name = fields.Str()
    address = fields.Str()


class Item(Schema):
    """An item"""

    id = fields.Int(required=True)
    name = fields.Str(required=True)
    note = fields.Str()
    maker = fields.Nested(Maker)
    parts = fields.List(fields.Nested(lambda: Item(exclude=("parts",))))


class Small(Item):
    """An item with less"""

    class Meta:
        exclude = ("note",)


class Owned(Schema):
    """An item of somebody"""

    name = fields.Str()

    def __init__(self, owner: str, **options: Any) -> None:
        super().__init__(**options)
        self.owner = owner


NAMED: list[tuple[Any, str]] = [
    (Item, "Item"),
    (Item(many=True), "Item"),
    (Item(exclude=("id",)), "ItemWithoutId"),
    (Item(exclude=("name", "id")), "ItemWithoutIdName"),
    (Item(exclude=("id", "name")), "ItemWithoutIdName"),
    (Item(only=("name", "id")), "ItemOnlyIdName"),
    (Item(only=("id", "name")), "ItemOnlyIdName"),
    (Item(only=("id", "name", "note", "maker")), "ItemWithoutParts"),
    (Item(partial=True), "ItemChange"),
    (Item(partial=("name",)), "ItemOptionalName"),
    (Item(partial=("name", "maker.name")), "ItemOptionalMakerNameName"),
    (Item(exclude=("id",), partial=True), "ItemWithoutIdChange"),
    (Item(unknown=INCLUDE), "ItemWithUnknown"),
    (Item(unknown=EXCLUDE), "ItemIgnoringUnknown"),
    (Item(load_only=("note",)), "ItemWriteOnlyNote"),
    (Item(dump_only=("maker", "note")), "ItemReadOnlyMakerNote"),
    (Item(exclude=("maker.first_name",)), "ItemMakerWithoutFirstName"),
    (Item(only=("id", "maker.name")), "ItemOnlyIdMakerMakerOnlyName"),
    (Owned("ann"), "Owned"),
    (Small, "Small"),
    (Small(exclude=("id",)), "SmallWithoutId"),
]


@pytest.mark.parametrize(("schema", "name"), NAMED, ids=[name for _, name in NAMED])
def test_a_variant_is_called_after_what_it_changes(schema: Any, name: str) -> None:
    """The name of a variant says how it differs from its class, whatever the order of arguments."""
    assert component_name(variant_of(schema)) == name


def test_the_names_do_not_depend_on_the_order_of_use() -> None:
    """The components are the same, whichever variant is converted first."""
    schemas: list[Any] = [schema for schema, _ in NAMED]
    components = []
    for each in (schemas, schemas[::-1]):
        converter = SchemaConverter("3.1.0", strict=True)
        for schema in each:
            converter.schema(schema, "request")
        components.append(converter.components)
    assert components[0] == components[1]
    assert set(components[0]) >= {name for _, name in NAMED}


def test_nested_variants_are_referred_to() -> None:
    """A schema refers to the variants that it nests, and a partial one to partial ones."""
    converter = SchemaConverter("3.1.0")
    converter.schema(Item(partial=True, exclude=("maker.address",)), "request")
    members = converter.components["ItemMakerWithoutAddressChange"]["properties"]
    assert members["maker"] == {"$ref": "#/components/schemas/MakerWithoutAddressChange"}
    parts = {"$ref": "#/components/schemas/ItemWithoutPartsChange"}
    assert members["parts"] == {"type": "array", "items": parts}
    assert "required" not in converter.components["MakerWithoutAddressChange"]


def test_partial_names_reach_the_nested_schema() -> None:
    """A name with a dot in `partial` makes a member of the nested schema optional, and no other."""
    converter = SchemaConverter("3.1.0")
    converter.schema(Item(partial=("name", "maker.name")), "request")
    components = converter.components
    assert components["ItemOptionalMakerNameName"]["required"] == ["id"]
    assert "required" not in components["MakerOptionalName"]


def test_a_schema_made_of_a_dict_has_no_name() -> None:
    """A schema that is made of a dict is written where it is used."""
    converter = SchemaConverter("3.1.0", strict=True)
    converter.schema(Schema.from_dict({"a": fields.Nested({"b": fields.Int()})}))
    converter.schema(Schema.from_dict({"c": fields.Int()}))
    assert converter.components == {}


SCRIPT = """
import json
from marshmallow import Schema, fields, validate
from tests.core.openapi.test_variants import NAMED, Item
from openapi.schema_converter import SchemaConverter
chosen = Schema.from_dict(
    {"it": fields.Str(validate=validate.OneOf({"a", "b", "c", "d"})),
     "set": Item(only={"note", "id", "name"}).fields["note"]}, name="Chosen")
for version in ("3.1.0", "3.0.4", "2.0"):
    converter = SchemaConverter(version, strict=True)
    for schema in [schema for schema, _ in NAMED] + [chosen, Item(only={"note", "id", "name"})]:
        converter.schema(schema, "request")
        converter.schema(schema, "answer")
    print(json.dumps(converter.components))
"""


def test_documents_do_not_depend_on_the_hash_seed() -> None:
    """What is written is byte-identical under several hash seeds."""
    written = {
        subprocess.run(
            [sys.executable, "-c", SCRIPT],
            cwd=Path(__file__).parents[3],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": "."},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "2", "42")
    }
    assert len(written) == 1
