"""The variants of a marshmallow schema: only, exclude, partial, unknown, ..."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from marshmallow import Schema, fields

# The class of Schema.from_dict and of Nested({...}), where no name is given.
_ANONYMOUS = "GeneratedSchema"


@dataclass(frozen=True)
class Variant:
    """A schema as it is loaded where it stands.

    :param schema: the schema, an instance
    :param partial: whose members may be missing: True for all, or their names
    :param unknown: what happens to unknown members
    """

    schema: Schema
    partial: Any
    unknown: str

    @property
    def key(self) -> tuple[Any, ...]:
        """What two equal variants have in common."""
        schema = self.schema
        return (
            type(schema),
            frozenset(schema.fields),
            frozenset(schema.load_only),
            frozenset(schema.dump_only),
            self.partial or None,
            self.unknown,
            tuple(sorted((name, pending(field)) for name, field in schema.fields.items())),
        )

    @property
    def is_anonymous(self) -> bool:
        """Whether it has no name, so that it is written where it stands."""
        return type(self.schema).__name__ == _ANONYMOUS and not component_of(self.schema)

    def may_miss(self, name: str) -> bool:
        """Return whether a member may be missing although it is required.

        :param name: the name of its field
        """
        return self.partial is True or (bool(self.partial) and name in self.partial)

    @property
    def members(self) -> dict[str, Any]:
        """The fields, by name, in the order of the class."""
        return {
            name: self.schema.fields[name]
            for name in self.schema.declared_fields
            if name in self.schema.fields
        }

    def nested(self, field: fields.Nested) -> "Variant":
        """Return the variant of a schema that is nested in this one, however deep in lists.

        :param field: the field that nests it
        """
        partial = self.partial
        if isinstance(partial, frozenset):
            prefix = f"{field.name}."
            partial = frozenset(
                each.removeprefix(prefix) for each in partial if each.startswith(prefix)
            )
        elif partial is None:
            partial = field.schema.partial
        return Variant(field.schema, _frozen(partial), str(field.unknown or field.schema.unknown))

    def all_nested(self) -> Iterator["Variant"]:
        """Yield the schemas that are nested in this one, or that this one stands for."""
        if is_polymorphic(self.schema):
            yield from self.alternatives.values()
        for member in self.members.values():
            yield from (self.nested(field) for field in nesting_fields(member))

    def reachable(self) -> Iterator["Variant"]:
        """Yield this and every schema that is nested in it, however deep, each once."""
        seen, pending = {self.key}, [self]
        while pending:
            variant = pending.pop()
            yield variant
            new = [each for each in variant.all_nested() if each.key not in seen]
            seen |= {each.key for each in new}
            pending += new

    @property
    def alternatives(self) -> "dict[str, Variant]":
        """The schemas that a polymorphic schema stands for, by the type that they are for."""
        schemas: Any = getattr(self.schema, "type_schemas", {})
        return {str(kind): self._alternative(each) for kind, each in sorted(schemas.items())}

    def _alternative(self, schema: Any) -> "Variant":
        own = variant_of(schema)
        partial = own.partial if self.partial is None else self.partial
        return Variant(own.schema, partial, self.unknown)


def variant_of(schema: Schema | type[Schema]) -> Variant:
    """Return the variant that a schema is on its own.

    :param schema: a class or an instance
    """
    instance = schema() if isinstance(schema, type) else schema
    return Variant(instance, _frozen(instance.partial), str(instance.unknown))


def is_polymorphic(schema: Any) -> bool:
    """Return whether a schema stands for several, by type (that of marshmallow-oneofschema).

    :param schema: a schema
    """
    return hasattr(schema, "type_schemas") and hasattr(schema, "type_field")


def reads_type(schema: Any) -> bool:
    """Return whether a polymorphic schema reads the type from the member that it writes it to.

    :param schema: a polymorphic schema
    """
    own = getattr(type(schema), "get_data_type", None)
    return own is None or own.__module__.startswith("marshmallow_oneofschema")


def nesting_fields(field: Any) -> Iterator[fields.Nested]:
    """Yield the Nested fields that a field is or holds.

    :param field: any field
    """
    if isinstance(field, fields.Nested):
        yield field
    for inner in inner_fields(field):
        yield from nesting_fields(inner)


def inner_fields(field: Any) -> tuple[Any, ...]:
    """Return the fields of the items or values of a field.

    :param field: any field
    """
    if isinstance(field, fields.List):
        return (field.inner,)
    if isinstance(field, fields.Tuple):
        return tuple(field.tuple_fields)
    if isinstance(field, fields.Mapping) and field.value_field:
        return (field.value_field,)
    return ()


def component_of(schema: Schema) -> str:
    """Return the name that the Meta of a schema gives it in the documents, or "".

    :param schema: the schema
    """
    return str(getattr(type(schema).Meta, "component", ""))


def _frozen(partial: Any) -> Any:
    if partial is None or isinstance(partial, bool):
        return partial
    return frozenset(partial)


def pending(field: Any) -> Any:
    """Return what of `only` and `exclude` is meant for the schemas within a field.

    :param field: any field
    """
    return tuple(
        (None if each.only is None else tuple(sorted(each.only)), tuple(sorted(each.exclude)))
        for each in nesting_fields(field)
    )
