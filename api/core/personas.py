"""The personas as whom people log in at the embedded issuer."""

from collections.abc import Iterable
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


PERSONAS = (
    Persona("reader", "Reader", "Sees everything, changes nothing.", ("read:",)),
    Persona("writer", "Writer", "Reads, and writes what is theirs.", ("read:", "write:")),
    Persona("administrator", "Administrator", "May do all that the API can.", ("",)),
)
