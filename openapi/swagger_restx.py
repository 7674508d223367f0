"""Swagger 2.0 of stock methods: what Flask-RESTX itself writes, made valid where it is not."""

import re
from collections.abc import Sequence

from openapi.components import Components
from openapi.operation import Operation, SwaggerOperation
from openapi.primitives20 import header20, parameter20
from openapi.schemas import Json, JsonSchema
from openapi.swagger_objects import schema_of

_PLACES = frozenset({"body", "formData", "header", "path", "query"})
_BODY = ("description", "in", "name", "required")


def path_item(operations: Sequence[Operation], components: Components) -> Json:
    """Return the Path Item Object of stock methods.

    :param operations: the operations of one path
    :param components: what the operations of the document share
    """
    written = [(each, each.swagger) for each in operations if each.swagger]
    _, first = written[0]
    is_shared = all(swagger.parameters == first.parameters for _, swagger in written)
    shared = _parameters(first.parameters, first, components) if is_shared else []
    item: Json = {"parameters": shared} if shared else {}
    for operation, swagger in written:
        inherited = () if is_shared else swagger.parameters
        item[operation.method] = _operation(operation, swagger, inherited, components)
    return item


def bare_item(swagger: SwaggerOperation, components: Components) -> Json:
    """Return the Path Item Object of a path without operations.

    :param swagger: what Flask-RESTX says of it
    :param components: what the operations of the document share
    """
    shared = _parameters(swagger.parameters, swagger, components)
    return {"parameters": shared} if shared else {}


def _operation(
    operation: Operation,
    swagger: SwaggerOperation,
    inherited: Sequence[Json],
    components: Components,
) -> Json:
    members = dict(swagger.members)
    own = members.pop("parameters", ())
    parameters = _parameters([*inherited, *own], swagger, components)
    responses = {
        status if re.fullmatch(r"[0-9]{3}", status) else "default": _response(
            response, swagger, components
        )
        for status, response in members["responses"].items()
    }
    return {
        **members,
        "operationId": operation.id,
        **({"parameters": parameters} if parameters else {}),
        "responses": responses,
    }


def _parameters(
    parameters: Sequence[Json], swagger: SwaggerOperation, components: Components
) -> list[Json]:
    return [
        _body(each, swagger, components) if each["in"] == "body" else parameter20(each)
        for each in parameters
        if each["in"] in _PLACES
    ]


def _body(parameter: Json, swagger: SwaggerOperation, components: Components) -> Json:
    known = {name: parameter[name] for name in _BODY if parameter.get(name) is not None}
    return {**known, "schema": _schema(schema_of(parameter), swagger, components)}


def _response(response: Json, swagger: SwaggerOperation, components: Components) -> Json:
    members = dict(response)
    if "schema" in members:
        members["schema"] = _schema(members["schema"], swagger, components)
    if "headers" in members:
        headers = members["headers"].items()
        members["headers"] = {name: header20(header) for name, header in headers}
    return members


def _schema(schema: Json, swagger: SwaggerOperation, components: Components) -> Json:
    return components.schemas.schema(JsonSchema(schema, models=swagger.models))
