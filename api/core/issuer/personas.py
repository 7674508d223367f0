"""The personas of the login page, each with the scopes that it grants."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Persona:
    """A person as whom one can log in.

    :param name: the name in the form and in the claim sub
    :param title: the title on the login page
    :param motto: the sentence below the title
    :param prefixes: the persona grants the scopes that start with one of these
    """

    name: str
    title: str
    motto: str
    prefixes: tuple[str, ...]

    def grants(self, scopes: Iterable[str]) -> list[str]:
        """Return the scopes that the persona grants.

        :param scopes: the scopes of the API
        """
        return [scope for scope in scopes if scope.startswith(self.prefixes)]


@dataclass(frozen=True)
class Approval:
    """The result of a login.

    :param subject: the claim sub of the token
    :param scopes: the scopes of the token
    """

    subject: str
    scopes: tuple[str, ...]


PERSONAS = (
    Persona("reader", "Reader", "Sees everything, changes nothing.", ("read:",)),
    Persona("writer", "Writer", "Reads, and writes what is theirs.", ("read:", "write:")),
    Persona("administrator", "Administrator", "May do all that the API can.", ("",)),
)
CUSTOM = "custom"


def approve(name: str, scopes: Iterable[str], ticked: Collection[str]) -> Approval:
    """Return the approval of a login.

    :param name: the name of the persona, or CUSTOM
    :param scopes: the scopes of the API
    :param ticked: the scopes that the custom approval has
    :raises LookupError: the login page has no such persona
    """
    if name == CUSTOM:
        granted = [scope for scope in scopes if scope in ticked]
    else:
        granted = _persona(name).grants(scopes)
    return Approval(f"auth0|{name}", tuple(granted))


def _persona(name: str) -> Persona:
    for persona in PERSONAS:
        if persona.name == name:
            return persona
    raise LookupError(f"There is no persona of the name {name!r}.")
