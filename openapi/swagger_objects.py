"""Parts of an Operation, from the Objects of Swagger 2.0 in which Flask-RESTX speaks."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from openapi.operation import MISSING, Answer, Header, MediaType, Parameter, RequestBody
from openapi.restx_parsers import MULTIPART, URLENCODED
from openapi.schemas import Json, JsonSchema

_NOT_OF_SCHEMA = frozenset(
    {"allowEmptyValue", "collectionFormat", "description", "example", "in", "name", "required"}
    | {"schema", "x-example"}
)
_FORMS = {MULTIPART, URLENCODED}
# A delimiter between the items is what OpenAPI 3 has for `explode: false`; 2.0 has the comma.
_STYLES: dict[str, Json] = {
    "multi": {"explode": True},
    "csv": {"explode": False},
    "ssv": {"style": "spaceDelimited", "explode": False},
    "pipes": {"style": "pipeDelimited", "explode": False},
}


@dataclass(frozen=True)
class Objects:
    """The Objects of one operation, and what they refer to.

    :param parameters: its Parameter Objects, those of its path included
    :param members: its Operation Object
    :param models: the models that its schemas refer to, by name
    :param shared: the Response Objects that its own refer to, by name
    """

    parameters: Sequence[Json]
    members: Json
    models: Mapping[str, Any]
    shared: Mapping[str, Json]

    def plain_parameters(self) -> tuple[Parameter, ...]:
        """Return the parameters of path, query, headers and cookies; those of the path first."""
        kept = [each for each in self.parameters if each["in"] not in ("body", "formData")]
        return tuple(map(self._parameter, sorted(kept, key=lambda each: each["in"] != "path")))

    def body(self, consumes: Iterable[str]) -> RequestBody | None:
        """Return what a request may send: JSON or the like, a form, or either.

        :param consumes: the media types of a body that is no form
        """
        bodies = [each for each in self.parameters if each["in"] == "body"]
        form = [each for each in self.parameters if each["in"] == "formData"]
        content: dict[str, MediaType] = {}
        if form:
            media = MediaType(schema=self._form(form), encoding=_encoding(form))
            content = dict.fromkeys(self.members.get("consumes", (MULTIPART,)), media)
        if bodies:
            media = MediaType(schema=self._schemas([schema_of(each) for each in bodies]))
            content |= dict.fromkeys(consumes, media)
        if not content:
            return None
        described = [str(each["description"]) for each in bodies if each.get("description")]
        required = any(each.get("required") for each in (*bodies, *form))
        return RequestBody(content=content, required=required, description="\n".join(described))

    def answers(self, produces: Iterable[str], *, is_declared: bool) -> dict[str, Answer]:
        """Return the answers by status.

        :param produces: the media types of an answer
        :param is_declared: whether an answer without a schema has them as well
        """
        return {
            str(status): self._answer(str(status), response, produces, is_declared)
            for status, response in self.members["responses"].items()
        }

    def answer(self, response: Json, produces: Iterable[str]) -> Answer:
        """Return an answer.

        :param response: its Response Object
        :param produces: its media types
        """
        schema = response.get("schema")
        media = MediaType(schema=None if schema is None else self._schema(schema))
        headers = response.get("headers", {})
        return Answer(
            description=str(response.get("description") or "Success"),
            content={} if schema is None else dict.fromkeys(produces, media),
            headers={name: self._header(each) for name, each in headers.items()},
        )

    def _answer(
        self, status: str, response: Json, produces: Iterable[str], is_declared: bool
    ) -> Answer:
        if "$ref" in response:
            name = response["$ref"].rpartition("/")[2]
            return replace(self.answer(self.shared[name], produces), shared=name)
        answer = self.answer(response, produces)
        has_content = status.startswith("2") and status != "204"
        if is_declared and has_content and not answer.content:
            return replace(answer, content=dict.fromkeys(produces, MediaType()))
        return answer

    def _parameter(self, spec: Json) -> Parameter:
        is_list = spec.get("type") == "array" and spec["in"] == "query"
        return Parameter(
            name=spec["name"],
            location=spec["in"],
            schema=self._schema(schema_of(spec)),
            required=spec["in"] == "path" or bool(spec.get("required")),
            description=str(spec.get("description") or ""),
            example=spec.get("example", spec.get("x-example", MISSING)),
            style=_STYLES.get(spec.get("collectionFormat", "csv"), {}) if is_list else {},
        )

    def _header(self, spec: Json) -> Header:
        description = str(spec.get("description") or "")
        return Header(description=description, schema=self._schema(schema_of(spec)))

    def _form(self, fields: Sequence[Json]) -> JsonSchema:
        properties = {}
        for field in fields:
            described = {"description": field["description"]} if field.get("description") else {}
            properties[field["name"]] = {**schema_of(field), **described}
        required = [field["name"] for field in fields if field.get("required")]
        return self._schema({"type": "object", "properties": properties, "required": required})

    def _schemas(self, schemas: Sequence[Json]) -> JsonSchema:
        return self._schema(schemas[0] if len(schemas) == 1 else {"allOf": list(schemas)})

    def _schema(self, schema: Json) -> JsonSchema:
        return JsonSchema(schema, models=self.models)


def schema_of(spec: Json) -> Json:
    """Return the schema of a parameter or header of 2.0, which has its members beside the others.

    :param spec: the Parameter Object or Header Object
    """
    if "schema" in spec:
        return dict(spec["schema"])
    schema = {name: value for name, value in spec.items() if name not in _NOT_OF_SCHEMA}
    return {"type": schema.pop("type", "string"), **schema}


def _encoding(fields: Sequence[Json]) -> Json:
    """How the items of lists are written in a form, where each is no field of its own."""
    return {
        field["name"]: {"style": "form", **style}
        for field in fields
        if (style := _STYLES.get(field.get("collectionFormat", "multi"), {}))
        and field.get("type") == "array"
        and style["explode"] is False
    }
