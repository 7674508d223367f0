"""Refusals as WWW-Authenticate: a challenge for each scheme (RFC 6750, RFC 9449 section 7.1)."""

from collections.abc import Iterator
from dataclasses import dataclass

from api.core.guard.problems import AuthorizationProblem, InsufficientScope, quotable
from api.core.guard.proof import ALGORITHMS


@dataclass(frozen=True, slots=True)
class Offer:
    """What is said to every caller. schemes: the first is what who sent none is told about.
    metadata: the address of the resource's metadata (RFC 9728)."""

    schemes: tuple[str, ...]
    realm: str
    metadata: str


def challenges(
    offer: Offer, refusal: AuthorizationProblem, used: str | None, scopes: tuple[str, ...]
) -> Iterator[str]:
    """The challenges that tell a client what to do about `refusal`.

    used: the scheme of the request, whose challenge says what is wrong; the others say that they
    are there. The words are ours: nothing of the request is echoed, and nothing leaves its quotes.
    """
    blamed = used if used in offer.schemes else offer.schemes[0]
    for scheme in offer.schemes:
        attributes = {"realm": offer.realm, "resource_metadata": offer.metadata}
        if scheme == "DPoP":
            attributes["algs"] = " ".join(ALGORITHMS)
        if scheme == blamed:
            attributes |= _fault(refusal, scopes)
        listed = (f'{name}="{quotable(value)}"' for name, value in attributes.items())
        yield f"{scheme} {', '.join(listed)}"


def _fault(refusal: AuthorizationProblem, scopes: tuple[str, ...]) -> dict[str, str]:
    # RFC 6750 section 3.1: a request without credentials learns no error code.
    if refusal.error is None:
        return {}
    found = {"error": refusal.error, "error_description": refusal.error_description}
    if isinstance(refusal, InsufficientScope):
        # One list of words is all that the attribute can say: the first that would do.
        found["scope"] = scopes[0]
    return found
