"""The serialisation of a handler's value as JSON, by its schema.

marshmallow writes `{}` for a value that has none of the members. Here, this is an AnswerError,
which is logged and answered 500.
"""

import inspect
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from types import AsyncGeneratorType, CoroutineType, GeneratorType, NoneType
from typing import Any, NamedTuple, NoReturn

from marshmallow import Schema, ValidationError, fields, missing
from marshmallow.decorators import POST_DUMP, PRE_DUMP

from api.core import encoding
from openapi.marshmallow.variants import is_polymorphic

# Values of exactly these types have no members. A subclass, such as a NamedTuple, may have some.
_PLAIN = (str, bytes, bytearray, bool, int, float, list, tuple, set, frozenset, GeneratorType)
# These are no abstract types, since a proxy such as `current_token` is an instance of all of them.
_NEVER = (NoneType, CoroutineType, AsyncGeneratorType, BaseException, type)


class AnswerError(TypeError):
    """A handler's value cannot be serialised. The text names types and fields, but no value."""


def refuse(value: Any, why: str) -> NoReturn:
    """Raise AnswerError for a value. The message does not have its content.

    :param value: the value
    :param why: the reason, which continues the sentence
    """
    if inspect.iscoroutine(value):
        # Python would otherwise warn that it was never awaited, without its place.
        value.close()
    kind = "None" if value is None else f"a value of type {value.__class__.__name__}"
    raise AnswerError(f"{kind}, {why}")


def as_json(schema: Schema, value: Any) -> bytes:
    """Return a value as JSON.

    :param schema: the schema that writes it
    :param value: the value of the handler
    :raises AnswerError: the schema or JSON cannot represent the value
    """
    try:
        return encoding.dumps(_dump(schema, value))
    except encoding.EncodingError as error:
        raise AnswerError(f"what JSON cannot hold ({error})") from error


def plain_json(value: Any) -> bytes:
    """Return a value as JSON, without a schema.

    :param value: the value of the handler
    :raises AnswerError: JSON cannot represent the value
    """
    try:
        return encoding.dumps(value)
    except encoding.EncodingError as error:
        raise AnswerError(f"what JSON cannot hold ({error})") from error


def _dump(schema: Schema, value: Any) -> Any:
    name = type(schema).__name__
    values = _items(value) if schema.many else [value]
    for each in values:
        if not _is_readable(schema, each):
            refuse(each, f"in which {name} can read nothing")
    try:
        dumped = schema.dump(values if schema.many else value)
    except ValidationError as error:
        raise AnswerError(f"what {name} refuses to write") from error
    for each, written in zip(values, dumped if schema.many else [dumped], strict=False):
        faults = list(_faults(schema, each, written, schema.partial))
        if faults:
            refuse(each, f"from which {name} cannot write {', '.join(faults)}")
    return dumped


def _items(value: Any) -> list[Any]:
    if isinstance(value, (str, bytes, Mapping, *_NEVER)) or not isinstance(value, Iterable):
        refuse(value, "where the schema writes a list")
    return list(value)


class _Shape(NamedTuple):
    """The requirements for the values of one schema.

    :param required: the members that must be written, each with the name of its field
    :param containers: the members that have schemas of their own, by key, attribute and field
    :param reads: the fields of which a value must have at least one
    :param is_free: whether a value may have any type, since the schema reads it in its own way
    """

    required: dict[str, str]
    containers: tuple[tuple[str, str, Any], ...]
    reads: tuple[str, ...]
    is_free: bool


@lru_cache(maxsize=1024)
def _shape(schema: Schema) -> _Shape:
    own = type(schema).dump is not Schema.dump
    is_free = own or bool(schema._hooks[PRE_DUMP])
    if own or schema._hooks[POST_DUMP]:
        return _Shape({}, (), (), is_free)
    named = [
        (name if field.data_key is None else field.data_key, field.attribute or name, field)
        for name, field in schema.dump_fields.items()
    ]
    # A member that was written has been read, unless it is a constant.
    reading = [field for _, _, field in named if not isinstance(field, fields.Constant)]
    is_proven = any(field.required and field.dump_default is missing for field in reading)
    computed = any(isinstance(field, (fields.Function, fields.Method)) for field in reading)
    return _Shape(
        {key: str(field.name) for key, _, field in named if field.required},
        tuple(each for each in named if _is_container(each[2])),
        () if is_free or is_proven or computed else tuple(attribute for _, attribute, _ in named),
        is_free,
    )


def _is_container(field: Any) -> bool:
    return isinstance(field, fields.Nested) or any(_is_container(each) for each in _inner(field))


def _inner(field: Any) -> Iterable[Any]:
    if isinstance(field, fields.List):
        return (field.inner,)
    if isinstance(field, fields.Tuple):
        return field.tuple_fields
    value_field = getattr(field, "value_field", None)
    return () if value_field is None else (value_field,)


def _is_readable(schema: Schema, value: Any) -> bool:
    """Return whether a value may have members, according to its type."""
    if isinstance(value, _NEVER):
        return False
    return value.__class__ not in _PLAIN or _shape(schema).is_free


def _faults(
    schema: Schema, value: Any, written: Any, partial: Any, where: str = ""
) -> Iterable[str]:
    """Return the required members that were not written, including those of nested schemas."""
    if is_polymorphic(schema):
        return _faults_of_type(schema, value, written, partial, where)
    shape = _shape(schema)
    if not isinstance(written, dict):
        return ()
    lacking: list[str] = []
    if partial is not True and not shape.required.keys() <= written.keys():
        absent = sorted(shape.required.keys() - written.keys())
        lacking += [f"{where}{key}" for key in absent if shape.required[key] not in (partial or ())]
    if shape.reads and not (isinstance(value, Mapping) and not value) and value is not missing:
        read = (schema.get_attribute(value, name, missing) for name in shape.reads)
        if all(each is missing for each in read):
            lacking.append(where.removesuffix(".") or "anything")
    for key, attribute, field in shape.containers:
        if key in written:
            source = schema.get_attribute(value, attribute, missing)
            below = _partial_below(partial, field.name)
            lacking += _faults_within(field, source, written[key], below, f"{where}{key}")
    return lacking


def _partial_below(partial: Any, name: str) -> Any:
    """Return which members of a nested schema may be missing: with a dot in `partial`, or all."""
    if partial is None or isinstance(partial, bool):
        return partial
    return [each.removeprefix(f"{name}.") for each in partial if each.startswith(f"{name}.")]


def _faults_of_type(
    schema: Any, value: Any, written: Any, partial: Any, where: str
) -> Iterable[str]:
    # It writes a tuple with the reason, and no object, for a value of a type that it does not know.
    if written is None:
        return ()
    if not isinstance(written, dict):
        return [where.removesuffix(".") or "an object of a known type"]
    chosen = schema.type_schemas[written[schema.type_field]]
    inner = chosen() if isinstance(chosen, type) else chosen
    return _faults(inner, value, written, inner.partial if partial is None else partial, where)


def _faults_within(field: Any, value: Any, written: Any, partial: Any, where: str) -> Iterator[str]:
    if isinstance(field, fields.Nested):
        partial = field.schema.partial if partial is None else partial
        for source, each in _pairs(value, written):
            is_known = each is not None and source is not missing
            if is_known and not _is_readable(field.schema, source):
                yield where
            else:
                yield from _faults(field.schema, source, each, partial, f"{where}.")
    elif isinstance(field, fields.List):
        for source, each in _pairs(value, written):
            yield from _faults_within(field.inner, source, each, partial, where)
    elif isinstance(field, fields.Tuple):
        pairs = _pairs(value, list(written or ()))
        for inner, (source, each) in zip(field.tuple_fields, pairs, strict=False):
            yield from _faults_within(inner, source, each, partial, where)
    elif isinstance(field, fields.Mapping) and field.value_field:
        for each in (written or {}).values():
            yield from _faults_within(field.value_field, missing, each, partial, where)


def _pairs(value: Any, written: Any) -> Iterable[tuple[Any, Any]]:
    """Return each written value with its source, or `missing` if that can be read only once."""
    if not isinstance(written, list):
        return [(value, written)]
    sources = value if isinstance(value, (list, tuple)) else [missing] * len(written)
    return zip(sources, written, strict=False)
