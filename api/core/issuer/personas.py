"""The people one can log in as. Whom one chooses decides the scopes, not what the client asks."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Persona:
    """A card of the login page; it grants the scopes that start with one of `prefixes`."""

    name: str
    title: str
    motto: str
    prefixes: tuple[str, ...]

    def grants(self, scopes: Iterable[str]) -> list[str]:
        return [scope for scope in scopes if scope.startswith(self.prefixes)]


@dataclass(frozen=True)
class Approval:
    """What came of a login: whose token it is to be, and what it may do."""

    subject: str
    scopes: tuple[str, ...]


PERSONAS = (
    Persona("reader", "Reader", "Sees everything, changes nothing.", ("read:",)),
    Persona("writer", "Writer", "Reads, and writes what is theirs.", ("read:", "write:")),
    Persona("administrator", "Administrator", "May do all that the API can.", ("",)),
)
CUSTOM = "custom"


def approve(name: str, scopes: Iterable[str], ticked: Collection[str]) -> Approval:
    """The approval of the persona called `name`; the custom one has the `ticked` scopes.

    Raises LookupError for a name that the login page does not offer.
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
