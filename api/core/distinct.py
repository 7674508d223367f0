"""What must be the only one of its name at the start: operations, schemas and problem types."""

import inspect
import logging
import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from api.core.declarations import DeclarationError
from api.core.fieldrules import check_fields
from api.core.problems import OF_ANY_PATH
from openapi import schemes, security3, swagger20
from openapi.definitions import is_of_restx
from openapi.methods import Method, methods
from openapi.operation import Operation, ProblemType
from openapi.operation_ids import claimed_ids, key
from openapi.problem_pages import type_of
from openapi.reading import operations as operations_of
from openapi.schema_converter import ComponentNameError, SchemaConverter

_LOG = logging.getLogger(__name__)
_FORM = re.compile(r"[^\W\d][\w.-]*")


def check(api: Any) -> None:
    """Raise DeclarationError for two things of one name; it names both places.

    :param api: the Api
    """
    check_addresses(api)
    check_ids(api)
    listed = operations_of(api)
    check_fields(listed)
    check_models(api)
    check_schemas(listed)
    check_security_schemes(api, listed)
    of_operations = (problem for operation in listed for problem in operation.problems)
    check_problems((*OF_ANY_PATH, *of_operations))


def check_addresses(api: Any) -> None:
    """Raise DeclarationError when two operations have one method and address.

    Flask calls the first alone, and a document has place for one.

    :param api: the Api
    """
    known: dict[tuple[str, str], Method] = {}
    for method in methods(api):
        if method.is_documented:
            other = known.setdefault((method.name, method.path), method)
            if other.resource is not method.resource:
                raise DeclarationError(
                    f"two operations have one address: {other} and {method}. Give one of them "
                    "another, or leave it out of the documents: @ns.route(..., doc=False)"
                )


def check_ids(api: Any) -> None:
    """Raise DeclarationError when two operations claim one operationId, or two that are one to the
    generators of clients: they drop case and punctuation.

    :param api: the Api
    """
    known: dict[str, tuple[str, Method]] = {}
    documented = [method for method in methods(api) if method.is_documented]
    claims = claimed_ids(api, documented)
    for method in documented:
        identifier = claims[key(method)]
        if not _FORM.fullmatch(identifier):
            raise DeclarationError(
                f"{method} has the operationId {identifier!r}: "
                "it takes letters, digits, _, . and -, a letter first"
            )
        folded = "".join(filter(str.isalnum, identifier)).casefold()
        other_id, other = known.setdefault(folded, (identifier, method))
        if key(other) != key(method):
            both = " and ".join(dict.fromkeys((other_id, identifier)))
            raise DeclarationError(
                f"two operations share the operationId {both}: {other} and {method}. "
                'Give one an id of its own: @ns.operation(id="...")'
            )


def check_models(api: Any) -> None:
    """Raise DeclarationError when two namespaces have different models of one name.

    Flask-RESTX takes the last for both.

    :param api: the Api
    """
    known: dict[str, tuple[str, Any]] = {}
    for namespace in api.namespaces:
        for name, model in namespace.models.items():
            other, first = known.setdefault(name, (namespace.name, model))
            if first is not model and first.__schema__ != model.__schema__:
                raise DeclarationError(
                    f"two models have the name {name} in the documents: one of the namespace "
                    f"{other}, and one of {namespace.name}. Give one another name"
                )


def check_schemas(listed: Iterable[Operation]) -> None:
    """Raise DeclarationError when two different schemas have one name in the documents.

    :param listed: the operations, with the schemas that they name
    """
    operations = tuple(listed)
    converter = SchemaConverter("3.1.0", operations, strict=True)
    brought_by: dict[str, Operation] = {}
    for operation in operations:
        try:
            for schema, direction in operation.schemas():
                converter.schema(schema, direction)
        except ComponentNameError as error:
            one, two = (_place(schema) for schema in error.schemas)
            first = brought_by.get(error.name, operation)
            raise DeclarationError(
                f"two schemas have the name {error.name} in the documents: {one} of {first}, and "
                f"{two} of {operation}. Rename one, or give its class another name there: "
                'class Meta: component = "..."'
            ) from error
        for name in converter.names - brought_by.keys():
            brought_by.setdefault(name, operation)
    for field in converter.unfit_examples:
        _tell_of_example(field)


@cache
def _tell_of_example(field: str) -> None:
    # Once in a process, however many apps it makes and checks.
    _LOG.warning("the example of %s is not shown: the field would refuse it", field)


def check_security_schemes(api: Any, listed: Iterable[Operation]) -> None:
    """Raise DeclarationError when two security schemes have one name in the documents.

    :param api: the Api
    :param listed: its operations
    """
    known: dict[str, Any] = dict.fromkeys((*security3.SCHEMES, *swagger20.SCHEMES, "auth0"))
    known.update(schemes.authorizations(api))
    for operation in listed:
        scheme = operation.access and operation.access.scheme
        if scheme and known.setdefault(scheme.name, scheme.definition()) != scheme.definition():
            raise DeclarationError(
                f"another security scheme has the name {scheme.name} of that of {operation}: "
                "give one of them another name, or use the same SecurityScheme"
            )


def check_problems(problems: Iterable[ProblemType]) -> None:
    """Raise DeclarationError when two problem types have one name, or their classes have.

    :param problems: the problem classes that the app can answer
    """
    known: dict[tuple[str, str], ProblemType] = {}
    for problem in problems:
        for named, kind in _names(problem):
            other = known.setdefault(named, kind)
            if other is not kind:
                raise DeclarationError(
                    f"two problem types have the {named[0]} {named[1]}: {_place(other)} and "
                    f"{_place(kind)}. Give one of them another"
                )


def _names(problem: ProblemType) -> Iterator[tuple[tuple[str, str], ProblemType]]:
    # A class without a name of its own is another case of the type that it derives from.
    kind = type_of(problem)
    yield ("name", kind.name), kind
    # The documents call the shared answers after the classes.
    yield ("class name", problem.__name__), problem


def _place(thing: Any) -> str:
    """A class, or the class of a schema with what makes it a variant, with file and line."""
    if is_of_restx(thing):
        return f"the model {thing!r}"
    kind = thing if isinstance(thing, type) else type(thing)
    modifiers = ("only", "exclude", "load_only", "dump_only", "partial")
    changed = [f"{name}=" for name in modifiers if kind is not thing and getattr(thing, name, None)]
    variant = f" with {' and '.join(changed)}" if changed else ""
    return f"{kind.__module__}.{kind.__qualname__}{variant} ({_source(kind)})"


def _source(kind: type) -> str:
    try:
        return f"{inspect.getsourcefile(kind)}:{inspect.getsourcelines(kind)[1]}"
    except (OSError, TypeError):
        return "made at run time"
