"""What an Api says of itself: its Info Object, its tags, and where its paths begin."""

from collections.abc import Iterable
from typing import Any

from flask import current_app
from flask_restx.swagger import is_hidden

from openapi.methods import prefix_of
from openapi.operation import Operation
from openapi.schemas import Json


def info(api: Any, version: str) -> Json:
    """Return the Info Object.

    :param api: a flask_restx.Api
    :param version: the version of OpenAPI
    """
    contact = {"name": api.contact, "url": api.contact_url, "email": api.contact_email}
    is_told = api.contact and (api.contact_url or api.contact_email)
    if version == "2.0" and not is_ours(api) and not is_told:
        # Flask-RESTX leaves out a contact without a name, or with nothing but a name.
        contact = {}
    license_ = {"name": api.license, "url": api.license_url} if api.license else {}
    members = {
        "summary": getattr(api, "summary", None) if version.startswith("3.1") else None,
        "description": api.description,
        "termsOfService": api.terms_url,
        "contact": _with_values(contact),
        "license": _with_values(license_),
    }
    named = {"title": str(_value(api.title)), "version": str(_value(api.version))}
    return {**named, **_with_values(members)}


def tags(api: Any, operations: Iterable[Operation]) -> list[Json]:
    """Return the tags: those of the Api in its order, then the namespaces.

    Those of an Api of ours come by name, and one without an operation is left out.

    :param api: a flask_restx.Api
    :param operations: its operations
    """
    namespaces = [namespace for namespace in api.namespaces if _is_shown(namespace)]
    if is_ours(api):
        used = {name for operation in operations for name in operation.tags}
        namespaces = sorted((each for each in namespaces if each.name in used), key=_name)
    own = {tag["name"]: tag for tag in map(_tag, api.tags) if tag.get("name")}
    for namespace in namespaces:
        described = {"description": namespace.description} if namespace.description else {}
        own[namespace.name] = {**own.get(namespace.name, {"name": namespace.name}), **described}
    return list(own.values())


def is_ours(api: Any) -> bool:
    """Whether an Api is ours, which answers failures itself, and orders its tags.

    :param api: a flask_restx.Api
    """
    return hasattr(type(api), "scopes")


def host(api: Any) -> str:
    """Return the host that the settings of the app name, or "".

    :param api: a flask_restx.Api, in the context of its app
    """
    name = current_app.config.get("SERVER_NAME") or ""
    subdomain = getattr(api.blueprint, "subdomain", None)
    return f"{subdomain}.{name}" if name and subdomain else name


def base_path(api: Any) -> str:
    """Return where the paths of an Api begin: "/", or the prefix of the Api and its blueprint.

    :param api: a flask_restx.Api
    """
    prefix = prefix_of(api)
    return "/" if "<" in prefix else f"/{prefix.strip('/')}"


def _tag(tag: Any) -> Json:
    if isinstance(tag, str):
        return {"name": tag}
    if isinstance(tag, dict):
        return dict(tag)
    return dict(zip(("name", "description"), tag, strict=False))


def _name(namespace: Any) -> str:
    return str(namespace.name)


def _is_shown(namespace: Any) -> bool:
    return not all(is_hidden(each.resource, each.route_doc) for each in namespace.resources)


def _value(value: Any) -> Any:
    """A value; Flask-RESTX takes functions for them."""
    return value() if callable(value) else value


def _with_values(members: Json) -> Json:
    """The members that say something."""
    values = {name: _value(each) for name, each in members.items()}
    return {name: value for name, value in values.items() if value}
