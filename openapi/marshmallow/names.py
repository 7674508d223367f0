"""The names of the variants of a schema in the documents.

A name says how the variant differs from its class. So it depends on nothing else: not on the order
of arguments, nor on which variant is used first.
"""

import re
from collections.abc import Iterable, Iterator

from marshmallow import Schema

from openapi.marshmallow.variants import Variant, component_of, nesting_fields, pending

_UNKNOWN = {"include": "WithUnknown", "exclude": "IgnoringUnknown", "raise": "RefusingUnknown"}


def component_name(variant: Variant) -> str:
    """Return the name in the documents: `Meta.component` or the class's name, and how it varies.

    :param variant: the variant
    """
    schema = variant.schema
    name = (component_of(schema) or type(schema).__name__) + "".join(_differences(variant))
    # OpenAPI has no other characters in the names of components.
    return re.sub(r"[^A-Za-z0-9._-]", "_", name)


def words(names: Iterable[str]) -> str:
    """Return names as one word of capitals: first_name is FirstName.

    :param names: the names
    """
    parts = (part for name in names for part in re.split(r"[^A-Za-z0-9]+", name))
    return "".join(part[:1].upper() + part[1:] for part in parts)


def _usual(schema: Schema) -> Schema:
    try:
        return type(schema)()
    except TypeError:
        # A class whose instances take arguments of their own has no usual one.
        return schema


def _differences(variant: Variant) -> Iterator[str]:
    schema, default = variant.schema, _usual(variant.schema)
    yield _selection(schema, default)
    for option, word in (("load_only", "WriteOnly"), ("dump_only", "ReadOnly")):
        changed = getattr(schema, option) ^ getattr(default, option)
        if changed:
            yield word + words(sorted(changed))
    yield from _differences_of_nested(schema, default)
    if variant.partial is True:
        yield "Change"
    elif variant.partial:
        yield f"Optional{words(sorted(variant.partial))}"
    if variant.unknown != default.unknown:
        yield _UNKNOWN[variant.unknown]


def _selection(schema: Schema, default: Schema) -> str:
    """The members that are left, or those that are left out, whichever are fewer."""
    kept = [name for name in default.declared_fields if name in schema.fields]
    gone = [name for name in default.fields if name not in schema.fields]
    # `only` can bring back what the Meta of the class leaves out.
    is_new = any(name not in default.fields for name in kept)
    if is_new or (gone and len(kept) <= len(gone)):
        return f"Only{words(kept)}"
    return f"Without{words(gone)}" if gone else ""


def _differences_of_nested(schema: Schema, default: Schema) -> Iterator[str]:
    for name, field in schema.fields.items():
        usual = default.fields.get(name)
        if usual is None or pending(field) == pending(usual):
            continue
        for each, other in zip(nesting_fields(field), nesting_fields(usual), strict=False):
            inner = _selection(each.schema, other.schema)
            deeper = "".join(_differences_of_nested(each.schema, other.schema))
            if inner or deeper:
                yield words([name]) + inner + deeper
