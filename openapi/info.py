"""What an Api says of itself: its Info Object, its tags, and where its paths begin."""

from collections.abc import Iterable
from typing import Any

from flask import current_app

from openapi.operation import Operation
from openapi.schemas import Json


def info(api: Any, *, has_summary: bool) -> Json:
    """Return the Info Object.

    :param api: a flask_restx.Api
    :param has_summary: whether this version of OpenAPI has the member `summary`
    """
    contact = {"name": api.contact, "url": api.contact_url, "email": api.contact_email}
    license_ = {"name": api.license, "url": api.license_url} if api.license else {}
    members = {
        "title": api.title,
        "version": api.version,
        "summary": getattr(api, "summary", None) if has_summary else None,
        "description": api.description,
        "termsOfService": api.terms_url,
        "contact": _with_values(contact),
        "license": _with_values(license_),
    }
    return _with_values(members)


def tags(api: Any, operations: Iterable[Operation]) -> list[Json]:
    """Return the tags: those of the Api in its order, then the namespaces by name.

    :param api: a flask_restx.Api
    :param operations: its operations; a namespace without one is left out
    """
    used = {name for operation in operations for name in operation.tags}
    descriptions = {ns.name: ns.description for ns in api.namespaces if ns.name in used}
    own = {tag["name"]: tag for tag in map(_tag, api.tags)}
    for name in sorted(descriptions):
        described = {"description": descriptions[name]} if descriptions[name] else {}
        own[name] = {"name": name, **own.get(name, {}), **described}
    return list(own.values())


def base_path(api: Any) -> str:
    """Return where the paths of an Api begin: "/", or the prefix of the Api and its blueprint.

    :param api: a flask_restx.Api, in the context of its app
    """
    root = api.endpoint("root")
    rules = [rule.rule for rule in current_app.url_map.iter_rules() if rule.endpoint == root]
    return f"/{(rules[0] if rules else api.prefix).strip('/')}"


def _tag(tag: Any) -> Json:
    if isinstance(tag, str):
        return {"name": tag}
    if isinstance(tag, dict):
        return dict(tag)
    return dict(zip(("name", "description"), tag, strict=False))


def _with_values(members: Json) -> Json:
    """The members that say something; Flask-RESTX takes functions for values."""
    values = {name: each() if callable(each) else each for name, each in members.items()}
    return {name: value for name, value in values.items() if value}
