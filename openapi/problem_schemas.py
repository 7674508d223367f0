"""The schema and the example of problem documents, with the members that problem types add."""

from collections.abc import Sequence
from typing import Any

import marshmallow
from apispec.ext.marshmallow.common import resolve_schema_instance

from openapi.operation import MISSING, ProblemType
from openapi.schema_converter import SchemaConverter
from openapi.schemas import ANSWER, AnySchema, Json, JsonSchema

_INSTANCE = "urn:uuid:0192f0c1-2345-7abc-8def-0123456789ab"


def own_members(problem: ProblemType) -> dict[str, marshmallow.fields.Field[Any]]:
    """Return the members that a problem type adds to a problem document (RFC 9457 section 3.2).

    :param problem: the problem type
    """
    schema = getattr(problem, "own_members", None)
    fields = resolve_schema_instance(schema).fields if schema else {}
    return {
        name if field.data_key is None else field.data_key: field for name, field in fields.items()
    }


def problem_schema(
    converter: SchemaConverter, base: AnySchema, problems: Sequence[ProblemType]
) -> Json:
    """Return the schema of the problem documents of one response.

    :param converter: gathers the schemas of the document
    :param base: the schema of every problem document
    :param problems: the problem types of the response
    """
    reference = converter.schema(base)
    added = [own_members(problem) for problem in problems]
    if not any(added) or "$ref" not in reference:
        return reference
    members = converter.components[str(reference["$ref"]).rpartition("/")[2]]
    own = {name: converter.schema(field) for each in added for name, field in each.items()}
    always = [name for name in own if all(_is_always_there(each.get(name)) for each in added)]
    name = "Or".join(problem.__name__.removesuffix("Problem") for problem in problems)
    merged = {
        **members,
        "properties": {**members.get("properties", {}), **own},
        "required": [*members.get("required", ()), *always],
    }
    return converter.schema(JsonSchema(merged, name=f"{name}Problem"))


def problem_example(problem: ProblemType) -> Json:
    """Return what a problem document of a type looks like.

    :param problem: the problem type
    """
    schema = getattr(problem, "own_members", None)
    # The document refers to the merged schema alone, so that this one is converted apart from it.
    own = SchemaConverter("3.1.0").example(schema, ANSWER) if schema else MISSING
    added = {} if own is MISSING else own
    return {**problem().members(), "instance": _INSTANCE, **added}


def _is_always_there(field: marshmallow.fields.Field[Any] | None) -> bool:
    return field is not None and field.required
