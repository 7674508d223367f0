"""The security schemes that an Api declares, in the words of each version of OpenAPI."""

from collections.abc import Iterable, Mapping
from typing import Any

from openapi.operation import Operation
from openapi.schemas import Json

# The flows of 2.0: their names in OpenAPI 3, and the addresses that each must have.
_FLOWS = {
    "accessCode": ("authorizationCode", ("authorizationUrl", "tokenUrl")),
    "application": ("clientCredentials", ("tokenUrl",)),
    "implicit": ("implicit", ("authorizationUrl",)),
    "password": ("password", ("tokenUrl",)),
}
_NOWHERE = "about:blank"
_IN_20 = {
    "basic": ("description", "type"),
    "apiKey": ("description", "in", "name", "type"),
    "oauth2": ("authorizationUrl", "description", "flow", "scopes", "tokenUrl", "type"),
}
_AUTHORIZATION = {"type": "apiKey", "in": "header", "name": "Authorization"}


def authorizations(api: Any, operations: Iterable[Operation] = ()) -> dict[str, Json]:
    """Return the schemes that an Api, its namespaces and its operations declare, by name.

    :param api: a flask_restx.Api
    :param operations: its operations
    :returns: the Security Scheme Objects as they are declared, of any version
    """
    schemes = dict(api.authorizations or {})
    for namespace in api.namespaces:
        schemes.update(namespace.authorizations or {})
    needed = [each.access.scheme for each in operations if each.access and each.access.scheme]
    return {**schemes, **{scheme.name: scheme.definition() for scheme in needed}}


def scheme_of_20(scheme: Mapping[str, Any]) -> Json:
    """Return a scheme as 2.0 has it. What 2.0 has no word for is a key in a header.

    :param scheme: the scheme, in the words of any version
    """
    members = _complete(_older(dict(scheme)))
    known = _IN_20[members["type"]]
    return {name: members[name] for name in members if name in known or name.startswith("x-")}


def scheme_of_3(scheme: Mapping[str, Any]) -> Json:
    """Return a scheme as OpenAPI 3 has it.

    :param scheme: the scheme, in the words of any version
    """
    if scheme.get("type") == "basic":
        return {**scheme, "type": "http", "scheme": "basic"}
    if scheme.get("type") != "oauth2" or "flow" not in scheme:
        return dict(scheme)
    members = _complete(dict(scheme))
    name, _ = _FLOWS[members.pop("flow")]
    members.setdefault("scopes", {})
    others = {each: members[each] for each in members.keys() & {"type", "description"}}
    flow = {each: members[each] for each in members if each not in others}
    return {**others, "flows": {name: flow}}


def _older(scheme: dict[str, Any]) -> Json:
    match scheme:
        case {"type": "http", "scheme": "basic"}:
            return {**scheme, "type": "basic"}
        case {"type": "oauth2", "flows": flows} if flows:
            name, flow = next(iter(flows.items()))
            older = {newer: each for each, (newer, _) in _FLOWS.items()}
            return {**scheme, **flow, "flow": older.get(name, name)}
        case {"type": "apiKey", "in": "cookie"}:
            return {**scheme, "in": "header", "name": "Cookie"}
        case {"type": "basic" | "apiKey" | "oauth2"}:
            return scheme
    return {**scheme, **_AUTHORIZATION}


def _complete(scheme: Json) -> Json:
    """A scheme of 2.0 with what it must have, though the Api does not say it."""
    if scheme["type"] == "apiKey":
        return {**_AUTHORIZATION, **scheme}
    if scheme["type"] != "oauth2":
        return scheme
    flow = scheme["flow"] if scheme.get("flow") in _FLOWS else "implicit"
    _, urls = _FLOWS[flow]
    missing = {each: _NOWHERE for each in urls if each not in scheme}
    unknown = {"authorizationUrl", "tokenUrl"} - {*urls}
    members = {f"x-{name}" if name in unknown else name: scheme[name] for name in scheme}
    return {**members, **missing, "flow": flow}
