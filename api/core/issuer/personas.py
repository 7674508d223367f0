"""What a login at the issuer grants."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from api.core.personas import Persona


@dataclass(frozen=True)
class Approval:
    """The result of a login.

    :param subject: the claim sub of the token
    :param scopes: the scopes of the token
    """

    subject: str
    scopes: tuple[str, ...]


CUSTOM = "custom"


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
    if name == CUSTOM:
        granted = [scope for scope in scopes if scope in ticked]
    else:
        granted = _persona(personas, name).grants(scopes)
    return Approval(f"auth0|{name}", tuple(granted))


def _persona(personas: Iterable[Persona], name: str) -> Persona:
    for persona in personas:
        if persona.name == name:
            return persona
    raise LookupError(f"There is no persona of the name {name!r}.")
