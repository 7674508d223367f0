"""Refusals as WWW-Authenticate (RFC 6750 section 3)."""

from api.problems import AuthorizationProblem, InsufficientScope, quotable


def challenge(refusal: AuthorizationProblem, realm: str, scopes: tuple[str, ...]) -> str:
    """The challenge that tells a client what to do about `refusal`.

    Its words are ours: nothing of the request is echoed, and nothing leaves its quotes.
    """
    attributes = {"realm": realm}
    # RFC 6750 section 3.1: a request without credentials learns no error code.
    if refusal.error is not None:
        attributes |= {"error": refusal.error, "error_description": refusal.error_description}
    if isinstance(refusal, InsufficientScope):
        attributes["scope"] = " ".join(scopes)
    return "Bearer " + ", ".join(
        f'{name}="{quotable(value)}"' for name, value in attributes.items()
    )
