"""What a document of Swagger 2.0 says and one of OpenAPI 3 does not, read off the documents."""

from collections.abc import Mapping
from typing import Any

from flask_restx.swagger import Swagger
from openapi_spec_validator import (
    OpenAPIV2SpecValidator,
    OpenAPIV30SpecValidator,
    OpenAPIV31SpecValidator,
)

from tests.core.support.schema_losses import Lost, component_name, schema_losses, value_losses

VALIDATORS = {
    "3.1": OpenAPIV31SpecValidator,
    "3.0": OpenAPIV30SpecValidator,
    "2.0": OpenAPIV2SpecValidator,
}
METHODS = ("get", "head", "post", "put", "patch", "delete", "options")

_NOT_OF_SCHEMA = {"name", "in", "required", "description", "collectionFormat", "allowEmptyValue"}
_NOT_OF_SCHEMA |= {"example", "x-example"}
_MULTIPART = "multipart/form-data"
_STYLES = {
    "multi": ("form", True),
    "csv": ("form", False),
    "ssv": ("spaceDelimited", False),
    "pipes": ("pipeDelimited", False),
}


def own_document(api: Any) -> Any:
    """The document that Flask-RESTX itself makes of an Api, in the context of its app."""
    return Swagger(api).as_dict()


def errors(document: Any, version: str) -> list[str]:
    """What the validator of a version says against a document."""
    try:
        return [each.message for each in VALIDATORS[version](document).iter_errors()]
    except Exception as error:  # Some faults of a document end the validator.
        return [f"{type(error).__name__}: {error}"]


def comparable(document: Any) -> Any:
    """A document of 2.0 with its parameters in one order: Flask-RESTX's own depends on a hash."""
    if isinstance(document, Mapping):
        members = {name: comparable(value) for name, value in document.items()}
        if isinstance(members.get("parameters"), list):
            members["parameters"].sort(key=lambda each: (each.get("name", ""), each.get("in", "")))
        return members
    if isinstance(document, (list, tuple)):
        return [comparable(each) for each in document]
    return document


def losses(old: Any, new: Any) -> Lost:
    """What a document of 2.0 says that a document of 3.x of the same Api does not.

    :param old: the document of 2.0
    :param new: the document of 3.1 or 3.0
    """
    yield from value_losses("info", old["info"], new["info"])
    yield from value_losses("tags", old["tags"], new["tags"])
    yield from value_losses("security", old.get("security", []), new.get("security", []))
    url = new["servers"][0]["url"]
    for part in (old["basePath"].partition("://")[0], old.get("host", "")):
        if part != "http" and part not in url:
            yield f"servers: {url} has no {part}"
    components = new.get("components", {})
    for name, scheme in old.get("securityDefinitions", {}).items():
        yield from _scheme(name, scheme, components.get("securitySchemes", {}).get(name))
    for name, schema in old.get("definitions", {}).items():
        yield from schema_losses(
            name, schema, components.get("schemas", {}).get(component_name(name))
        )
    for name, response in old.get("responses", {}).items():
        shared = components.get("responses", {}).get(name)
        yield from _response(name, response, shared, old["produces"])
    for path, item in old["paths"].items():
        for method in item.keys() & set(METHODS):
            written = new["paths"].get(path, {}).get(method)
            if written is None:
                yield f"{method} {path}"
            else:
                yield from _Pair(old, item, method, new, path).losses()


class _Pair:
    """An operation as both documents have it."""

    def __init__(self, old: Any, item: Any, method: str, new: Any, path: str) -> None:
        self.place = f"{method} {path}"
        self.document, self.old, self.new = old, item[method], new["paths"][path][method]
        self.parameters = _merged(item, self.old)
        self.written = _merged(new["paths"][path], self.new)

    def losses(self) -> Lost:
        for name in ("tags", "operationId", "deprecated", "security"):
            if name in self.old:
                yield from value_losses(f"{self.place} {name}", self.old[name], self.new.get(name))
        for name in (each for each in self.old if each.startswith("x-")):
            yield from value_losses(f"{self.place} {name}", self.old[name], self.new.get(name))
        said = f"{self.new.get('summary', '')} {self.new.get('description', '')}"
        for name in ("summary", "description"):
            words = self.old.get(name, "").replace(".", " ").split()
            if missing := [word for word in words if word not in said]:
                yield f"{self.place} {name}: {missing}"
        for (name, place), spec in self.parameters.items():
            if place != "path" or f"{{{name}}}" in self.place:
                yield from self._parameter(name, place, spec)
        for status, response in self.old["responses"].items():
            produces = self.old.get("produces", self.document["produces"])
            written = self.new["responses"].get(status)
            yield from _response(f"{self.place} {status}", response, written, produces)

    def _parameter(self, name: str, place: str, spec: Any) -> Lost:
        where = f"{self.place} {place} {name}"
        if place in ("body", "formData"):
            yield from self._body(where, name, spec)
            return
        # Flask-RESTX says of a cookie that it is in the query.
        found = self.written.get((name, place)) or self.written.get((name, "cookie"))
        if found is None:
            yield where
            return
        yield from value_losses(f"{where} required", spec.get("required", False), found["required"])
        yield from value_losses(where, spec.get("description") or "", found.get("description", ""))
        yield from value_losses(where, spec.get("example"), found.get("example"))
        schema = _schema_of(spec)
        if place == "path" and schema.get("type") == "string":
            # Of a converter that is not Flask's, Flask-RESTX says nothing else.
            del schema["type"]
        yield from schema_losses(where, schema, found["schema"])
        if spec.get("type") == "array" and place == "query":
            style, explode = _STYLES[spec.get("collectionFormat", "csv")]
            if (found.get("style", "form"), found.get("explode", True)) != (style, explode):
                yield f"{where}: {spec.get('collectionFormat')}"

    def _body(self, where: str, name: str, spec: Any) -> Lost:
        body = self.new.get("requestBody", {})
        contents = {key: each["schema"] for key, each in body.get("content", {}).items()}
        if spec.get("required") and not body.get("required"):
            yield f"{where}: required"
        if spec["in"] == "formData":
            consumes = [_MULTIPART] if _is_file(spec) else self.old["consumes"]
            for media_type in consumes:
                yield from self._field(where, name, spec, contents.get(media_type))
            return
        yield from value_losses(where, spec.get("description") or "", body.get("description", ""))
        others = [contents[key] for key in contents if key not in self.old.get("consumes", ())]
        if not others:
            yield where
        for schema in others:
            bodies = [each for _, each in self.parameters.items() if each["in"] == "body"]
            own = schema if len(bodies) == 1 else schema["allOf"][bodies.index(spec)]
            yield from schema_losses(where, _schema_of(spec), own)

    def _field(self, where: str, name: str, spec: Any, schema: Any) -> Lost:
        if schema is None:
            yield where
            return
        described = {"description": spec["description"]} if spec.get("description") else {}
        yield from schema_losses(
            where, _schema_of(spec) | described, schema["properties"].get(name)
        )
        if spec.get("required") and name not in schema.get("required", ()):
            yield f"{where}: required"


def _schema_of(spec: Any) -> dict[str, Any]:
    """The schema of a parameter, header or field."""
    if "schema" in spec:
        return dict(spec["schema"])
    return {key: each for key, each in spec.items() if key not in _NOT_OF_SCHEMA}


def _is_file(spec: Any) -> bool:
    return "file" in (spec.get("type"), spec.get("items", {}).get("type"))


def _merged(item: Any, operation: Any) -> dict[tuple[str, str], Any]:
    listed = [*item.get("parameters", ()), *operation.get("parameters", ())]
    return {(each["name"], each["in"]): each for each in listed}


def _response(where: str, old: Any, new: Any, produces: Any) -> Lost:
    if new is None:
        yield where
        return
    if "$ref" in old:
        reference = old["$ref"].replace("#/responses/", "#/components/responses/")
        yield from value_losses(where, reference, new.get("$ref"))
        return
    yield from value_losses(f"{where} description", old.get("description", ""), new["description"])
    for name, header in old.get("headers", {}).items():
        written = new.get("headers", {}).get(name)
        if written is None:
            yield f"{where} header {name}"
        else:
            yield from value_losses(
                where, header.get("description", ""), written.get("description", "")
            )
            yield from schema_losses(
                f"{where} header {name}", _schema_of(header), written["schema"]
            )
    for media_type in produces if "schema" in old else ():
        schema = new.get("content", {}).get(media_type, {}).get("schema")
        yield from schema_losses(f"{where} {media_type}", old["schema"], schema)


def _scheme(name: str, old: Any, new: Any) -> Lost:
    if new is None:
        yield f"scheme {name}"
        return
    kept = {key: value for key, value in old.items() if key in ("description", "in", "name")}
    yield from value_losses(f"scheme {name}", kept, new)
    if old["type"] == "oauth2":
        [flow] = new["flows"].values()
        for key in old.keys() & {"authorizationUrl", "tokenUrl", "scopes"}:
            # A flow has no place for the address of another.
            yield from value_losses(f"scheme {name}", old[key], flow.get(key, flow.get(f"x-{key}")))
    expected = {"basic": "http"}.get(old["type"], old["type"])
    yield from value_losses(f"scheme {name} type", expected, new["type"])
