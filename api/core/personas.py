"""The personas as whom people log in at the embedded issuer."""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from api.core.declarations import DeclarationError

ISSUED_CLAIMS = frozenset({"iss", "sub", "aud", "iat", "exp", "azp", "scope", "org_id"})
"""The claims that the embedded issuer writes itself."""

CUSTOM = "custom"
DENY = "deny"


@dataclass(frozen=True)
class Persona:
    """A person as whom one can log in.

    :param name: the name in the form and in the claim sub
    :param title: the title on the login page
    :param motto: the sentence below the title
    :param prefixes: the persona grants the scopes that start with one of these
    :param claims: further claims of its tokens: {"https://example.com/roles": ["editor"]}
    :param organization: the organization that it logs in to: the claim org_id
    """

    name: str
    title: str
    motto: str
    prefixes: tuple[str, ...]
    claims: Mapping[str, Any] = field(default_factory=dict)
    organization: str = ""

    def __post_init__(self) -> None:
        """
        :raises DeclarationError: the name or a claim cannot be used
        """
        if self.name in (CUSTOM, DENY):
            raise DeclarationError(f"a persona cannot be called {self.name}: name it otherwise")
        for claim, value in self.claims.items():
            fault = claim_fault(claim, value)
            if fault:
                raise DeclarationError(f"the persona {self.name} has the claim {claim}: {fault}")

    @property
    def all_claims(self) -> dict[str, Any]:
        """Its further claims, the organization included."""
        organization = {"org_id": self.organization} if self.organization else {}
        return {**self.claims, **organization}

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
"""The personas of an application that names no others."""


def claims_of_most_able(personas: Iterable[Persona], scopes: Collection[str]) -> dict[str, Any]:
    """Return the claims of the persona that grants most scopes; of several, the most claims.

    :param personas: the personas
    :param scopes: the scopes of the API
    """
    ranked = [(len(each.grants(scopes)), each.all_claims) for each in personas]
    return max(ranked, key=lambda each: (each[0], len(each[1])), default=(0, {}))[1]


def claim_fault(claim: str, value: Any) -> str:
    """Return why a token cannot have a further claim; empty if it can.

    :param claim: the name of the claim
    :param value: its value
    """
    if claim in ISSUED_CLAIMS:
        return "the issuer writes this claim itself"
    if not claim or value is None:
        return "a claim has a name, and a value that is not null"
    try:
        json.dumps({claim: value}, allow_nan=False, ensure_ascii=False).encode()
    except (TypeError, ValueError, RecursionError):
        return "its value cannot be written as JSON"
    return ""
