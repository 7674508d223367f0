"""What a login at the issuer grants."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from api.core.personas import CUSTOM, Persona


@dataclass(frozen=True)
class Approval:
    """The result of a login.

    :param subject: the claim sub of the token
    :param scopes: the scopes of the token
    :param claims: further claims of the token
    """

    subject: str
    scopes: tuple[str, ...]
    claims: Mapping[str, Any] = field(default_factory=dict)


def approve(
    personas: Iterable[Persona], name: str, scopes: Iterable[str], ticked: Collection[str]
) -> Approval:
    """Return the approval of a login.

    :param personas: those of the login page
    :param name: the name of the persona, or CUSTOM
    :param scopes: the scopes of the API
    :param ticked: the scopes that the custom approval has
    :raises LookupError: the login page has no such persona
    """
    subject = f"auth0|{name}"
    if name == CUSTOM:
        return Approval(subject, tuple(scope for scope in scopes if scope in ticked))
    persona = _persona(personas, name)
    return Approval(subject, tuple(persona.grants(scopes)), persona.all_claims)


def _persona(personas: Iterable[Persona], name: str) -> Persona:
    for persona in personas:
        if persona.name == name:
            return persona
    raise LookupError(f"There is no persona of the name {name!r}.")
