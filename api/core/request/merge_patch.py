"""JSON Merge Patch (RFC 7396): a change of an object, whose members with null are removed."""

from copy import copy, deepcopy
from functools import cache
from typing import Any

import marshmallow
from marshmallow import Schema, fields

MERGE_PATCH = "application/merge-patch+json"


def patch_schema(schema: Schema) -> Schema:
    """Return the schema of a merge patch for what another schema describes.

    No member is required, and null removes each one that need not be there. This holds for nested
    objects and for the values of a Dict, and not within arrays, which are replaced as a whole. What
    is loaded has None where the patch has null.

    :param schema: the schema of the whole
    """
    patch = copy(schema)
    patch.__class__ = _patch_class(type(schema))
    # The fields of the schema itself stay as they are.
    patch.declared_fields = deepcopy(schema.declared_fields)
    patch._init_fields()
    return patch


class _MergePatch(Schema):
    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        super().on_bind_field(field_name, field_obj)
        # marshmallow binds the fields of a nested schema more than once.
        if vars(field_obj).get("is_patched"):
            return
        vars(field_obj)["is_patched"] = True
        if not field_obj.required:
            field_obj.allow_none = True
        field_obj.required = False
        field_obj.load_default = marshmallow.missing
        _patch_inner(field_obj)

    def _do_load(self, data: Any, **kwargs: Any) -> Any:
        # By their names: with `partial=True`, the items of arrays would be partial as well.
        return super()._do_load(data, **{**kwargs, "partial": tuple(self.fields)})


@cache
def _patch_class(whole: type[Schema]) -> type[Schema]:
    # A schema may be used by several operations: it has one patch, which has one name.
    own: Any = whole.Meta
    component = getattr(own, "component", whole.__name__)
    members = {
        "Meta": type("Meta", (own,), {"component": f"{component}MergePatch"}),
        "__doc__": whole.__doc__,
    }
    return type(f"{whole.__name__}MergePatch", (_MergePatch, whole), members)


def _patch_inner(field: fields.Field[Any]) -> None:
    if isinstance(field, fields.Nested) and not isinstance(field, fields.Pluck):
        whole = copy(field)
        if not field.many:
            field.nested = lambda: patch_schema(whole.schema)
    elif isinstance(field, fields.Mapping) and field.value_field:
        field.value_field.allow_none = True
        _patch_inner(field.value_field)
