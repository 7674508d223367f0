"""Flask-RESTX's request parsers, as Parameter Objects of Swagger 2.0."""

from collections.abc import Callable
from copy import copy
from typing import Any

from flask_restx.model import ModelBase
from flask_restx.reqparse import RequestParser

from openapi.schemas import Json

_NOT_OF_SCHEMA = ("collectionFormat", "in", "name", "required")
_OF_ITEMS = ("enum", "format", "maximum", "minimum", "pattern")
URLENCODED, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"


class DocumentedParser(RequestParser):
    """A parser that documents its arguments even where form and JSON are mixed.

    :param parser: the parser
    :param exact: whether it says no more than Flask-RESTX does
    """

    def __init__(self, parser: RequestParser, *, exact: bool) -> None:
        super().__init__()
        self.args = parser.args
        self._is_exact = exact

    @property
    def __schema__(self) -> list[Json]:
        return [spec for argument in self.args if (spec := self._spec(argument))]

    def body_schema(self, schema_of: Callable[[Any], Json]) -> Json | None:
        """Return the schema of what is read of JSON, of which Flask-RESTX names only the types.

        :param schema_of: writes the schema of a model
        """
        properties, required = {}, []
        for argument, spec in ((each, self._spec(each)) for each in self.args):
            if spec.get("in") != "body":
                continue
            members = {name: spec[name] for name in spec if name not in _NOT_OF_SCHEMA}
            if isinstance(argument.type, ModelBase):
                del members["type"]
                members |= schema_of(argument.type)
            properties[spec["name"]] = members
            required += [spec["name"]] if spec.get("required") else []
        if not properties:
            return None
        return {"type": "object", "required": required, "properties": properties}

    def _spec(self, argument: Any) -> Json:
        if isinstance(argument.location, list):
            # Flask-RESTX itself cannot document it. Of several places a document can name one.
            argument = copy(argument)
            argument.location = next(iter(argument.location), "values")
        spec = dict(argument.__schema__ or {})
        if self._is_exact:
            return spec
        if argument.location == "cookies":
            # Of a cookie Flask-RESTX says that it is in the query.
            spec["in"] = "cookie"
        if argument.action in ("append", "split"):
            # What Flask-RESTX says of the list is true of its items.
            of_items = {name: spec.pop(name) for name in _OF_ITEMS if name in spec}
            spec["items"] = {**spec["items"], **of_items}
        return spec


def consumes(parameters: list[Json]) -> list[str] | None:
    """Return the media types of a form; None where there is none.

    :param parameters: the Parameter Objects of an operation
    """
    form = [spec for spec in parameters if spec["in"] == "formData"]
    if not form:
        return None
    has_file = any("file" in (spec.get("type"), spec.get("items", {}).get("type")) for spec in form)
    return [MULTIPART] if has_file else [URLENCODED, MULTIPART]
