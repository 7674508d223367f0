"""marshmallow's fields as JSON Schema 2020-12: type, validators, and what the metadata say.

apispec reads the metadata. A field of a team's own describes itself in an attribute `json_schema`.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from apispec.ext.marshmallow.field_converter import FieldConverterMixin
from marshmallow import fields, missing
from packaging.version import Version

from openapi.examples import valid_examples
from openapi.marshmallow import rules, types
from openapi.marshmallow.values import as_json, number
from openapi.marshmallow.variants import Variant, variant_of
from openapi.schemas import Direction, Json

if TYPE_CHECKING:
    from openapi.marshmallow.converter import MarshmallowConverter


class FieldConverter(FieldConverterMixin):
    """The fields of one schema in one direction.

    :param schemas: makes references to the schemas that are nested in it
    :param direction: whether a request or an answer has it
    :param variant: the schema; None for a field that stands alone
    :param as_list: whether a list in one text is described by its items, as in a query
    """

    openapi_version = Version("3.1.0")

    def __init__(
        self,
        schemas: "MarshmallowConverter",
        direction: Direction,
        variant: Variant | None,
        *,
        as_list: bool,
    ) -> None:
        self._schemas, self._direction, self._variant = schemas, direction, variant
        self._as_list = as_list
        self.attribute_functions = [
            self._type,
            self._default,
            self._rules,
            self.field2read_only,
            self.field2write_only,
            self._metadata,
            self._examples,
            self._nullable,
        ]

    def _type(self, field: Any, **_: Any) -> Json:
        declared = getattr(field, "json_schema", None)
        if isinstance(declared, Mapping):
            return dict(declared)
        if isinstance(field, fields.Nested):
            return self._nested(field)
        if self._as_list and isinstance(field, (fields.List, fields.Tuple)):
            return types.array(field, self.field2property)
        return dict(types.members(field, self.field2property, self._direction))

    def _nested(self, field: fields.Nested) -> Json:
        nested = self._variant.nested(field) if self._variant else variant_of(field.schema)
        if isinstance(field, fields.Pluck):
            plucked = field.schema.fields[field.field_name]
            one = self._schemas.property(plucked, self._direction, nested)
        else:
            one = self._schemas.reference(nested, self._direction)
        is_many = field.many or (field.schema.many and not isinstance(field, fields.Pluck))
        return {"type": "array", "items": one} if is_many else one

    def _rules(self, field: Any, *, ret: Json) -> Json:
        return rules.keywords(field, ret)

    def _default(self, field: Any, **_: Any) -> Json:
        default = field.load_default
        if isinstance(field, fields.Constant) or default is missing or callable(default):
            return {}
        is_one_text = types.is_delimited(field) and not self._as_list
        inner = getattr(field, "inner", None)
        if inner is None or is_one_text or not isinstance(default, (list, tuple)):
            written = as_json(field, default)
            return {} if written is missing else {"default": written}
        items = [as_json(inner, each) for each in default]
        return {} if missing in items else {"default": items}

    def _metadata(self, field: Any, **_: Any) -> Json:
        members = {name: number(value) for name, value in self.metadata2properties(field).items()}
        # `required` of a property is its schema's.
        members.pop("required", None)
        for name in ("title", "description"):
            if name in members:
                members[name] = str(members[name])
        return members

    def _examples(self, field: Any, *, ret: Json) -> Json:
        given, shown = field.metadata, valid_examples(field, ret, self._schemas.components)
        for name in ("example", "examples"):
            ret.pop(name, None)
        if _count(given) != _count(shown):
            owner = type(self._variant.schema).__name__ if self._variant else "A parameter"
            self._schemas.unfit_examples.add(f"{owner}.{field.name}")
        return shown

    def _nullable(self, field: Any, *, ret: Json) -> Json:
        if field.allow_none:
            _allow_null(ret)
        elif not field.dump_only and not {"type", *_COMBINED, "enum", "const"} & ret.keys():
            # Whatever it is, null is refused.
            return {"not": {"type": "null"}}
        return {}


def _count(members: Mapping[str, Any]) -> int:
    return ("example" in members) + len(members.get("examples") or ())


_COMBINED = ("$ref", "oneOf", "anyOf", "allOf")


def _allow_null(members: Json) -> None:
    if "const" in members:
        members["enum"] = [members.pop("const")]
    if None not in members.get("enum", [None]):
        members["enum"] = [*members["enum"], None]
    types = members.get("type", [])
    if types:
        types = [types] if isinstance(types, str) else types
        members["type"] = list(dict.fromkeys([*types, "null"]))
    elif combined := {name: members.pop(name) for name in _COMBINED if name in members}:
        members["anyOf"] = [combined, {"type": "null"}]
