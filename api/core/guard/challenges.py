"""The header WWW-Authenticate: a challenge for each scheme (RFC 6750, RFC 9449 section 7.1)."""

from collections.abc import Iterator
from dataclasses import dataclass

from api.core.guard.problems import AuthorizationProblem, InsufficientScope, quotable
from api.core.guard.proof_checks import ALGORITHMS


@dataclass(frozen=True, slots=True)
class ChallengeParameters:
    """What the challenges say to every caller.

    :param schemes: the schemes that are accepted; the first is used when the request had none
    :param realm: the Identifier of the API
    :param metadata: the address of the resource's metadata (RFC 9728); None if it is not known
    """

    schemes: tuple[str, ...]
    realm: str
    metadata: str | None


def challenges(
    parameters: ChallengeParameters,
    refusal: AuthorizationProblem,
    used: str | None,
    scopes: tuple[str, ...],
) -> Iterator[str]:
    """Yield a challenge for each scheme. One of them says what is wrong with the request.

    Nothing of the request is echoed, and nothing leaves its quotes.

    :param parameters: what the challenges say to every caller
    :param refusal: why the request is refused
    :param used: the scheme of the request, whose challenge says what is wrong
    :param scopes: the alternatives of which the operation needs one
    """
    failing_scheme = used if used in parameters.schemes else parameters.schemes[0]
    for scheme in parameters.schemes:
        attributes = {"realm": parameters.realm}
        if parameters.metadata is not None:
            attributes["resource_metadata"] = parameters.metadata
        if scheme == "DPoP":
            attributes["algs"] = " ".join(ALGORITHMS)
        if scheme == failing_scheme:
            attributes |= _error(refusal, scopes)
        listed = (f'{name}="{quotable(value)}"' for name, value in attributes.items())
        yield f"{scheme} {', '.join(listed)}"


def _error(refusal: AuthorizationProblem, scopes: tuple[str, ...]) -> dict[str, str]:
    # RFC 6750 section 3.1: a request without credentials learns no error code.
    if refusal.error is None:
        return {}
    attributes = {"error": refusal.error, "error_description": refusal.error_description}
    if isinstance(refusal, InsufficientScope):
        # One list of words is all that the attribute can say: the first that would do.
        attributes["scope"] = scopes[0]
    return attributes
