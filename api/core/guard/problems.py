"""The failures of authentication and authorisation, as clients see them (RFC 6750, RFC 9449).

api.core.problems draws the whole tree, and renders it.
"""

from typing import Any

from api.core.problems import Problem


class SigningKeysUnavailable(Problem):
    """The issuer's signing keys cannot be had at the moment, so no token can be checked.
    Your token may be fine: send the same request again after `Retry-After` seconds."""

    name = "signing-keys-unavailable"
    status = 503
    title = "The issuer's signing keys are not available"
    detail = "The token cannot be checked now: the issuer's signing keys cannot be had. Try again."
    response_headers = ("Retry-After",)


class ReplayMemoryUnavailable(Problem):
    """The memory of seen DPoP proofs cannot be reached, so that a proof might be a replay.
    Your proof may be fine: make a new one, and send the request again after `Retry-After`."""

    name = "replay-memory-unavailable"
    status = 503
    title = "DPoP proofs cannot be checked"
    detail = "The proof cannot be checked now: the memory of seen proofs cannot be reached."
    response_headers = ("Retry-After",)


class AuthorizationProblem(Problem):
    """The request was not authorised. `error` is the code of RFC 6750, if the challenge has one."""

    error: str | None = None
    response_headers = ("WWW-Authenticate",)

    @property
    def code(self) -> str:
        """What refusals are counted by: a name that is fixed in the code, without any input."""
        return self.error or self.name

    @property
    def error_description(self) -> str:
        """The detail in the characters of RFC 6750 section 3: %x20-21 / %x23-5B / %x5D-7E."""
        return quotable(self.detail)

    def members(self) -> dict[str, Any]:
        members = super().members()
        if self.error is None:
            return members
        return members | {"error": self.error, "error_description": self.error_description}


class InvalidRequest(AuthorizationProblem):
    """The `Authorization` header is malformed: send it once, as `Authorization: Bearer TOKEN`,
    one token, without quotes or commas."""

    name = "invalid-request"
    status = 400
    title = "The Authorization header is malformed"
    detail = "Send exactly one header of the form Authorization: Bearer TOKEN."
    error = "invalid_request"


class AuthorizationMissing(AuthorizationProblem):
    """The operation needs an access token and got none.
    Send one as `Authorization: Bearer TOKEN`; /docs says how to get one."""

    name = "authorization-missing"
    status = 401
    title = "An access token is needed"
    detail = "Send an access token in the header Authorization: Bearer TOKEN."


class InvalidCredential(AuthorizationProblem):
    """The operation takes a header of its own instead of an access token, such as the signature of
    a webhook. It is missing or wrong: the challenge names the header."""

    name = "invalid-credential"
    status = 401
    title = "The header that the operation needs is missing or wrong"
    detail = "The header that this operation needs is missing or wrong."


class FailedCheck(AuthorizationProblem):
    """A check of the guard failed. The detail names it, and says what to change.

    :param check: the name of the check
    :param remedy: what is wrong and what to change, without anything that the client sent
    """

    check: str
    remedy: str

    def __init__(self, *, check: str | None = None, remedy: str | None = None) -> None:
        self.check = check or self.check
        self.remedy = remedy or self.remedy
        super().__init__(f"{self.check}: {self.remedy}")

    @property
    def code(self) -> str:
        return f"{self.error}:{self.check}"


class InvalidToken(FailedCheck):
    """The access token failed a check; the detail names the check and what to change.
    `python manage.py token explain TOKEN` goes through all of them."""

    name = "invalid-token"
    status = 401
    title = "The access token is not accepted"
    check = "exp"
    remedy = "the token has expired; get a new one"
    error = "invalid_token"


class InvalidDPoPProof(FailedCheck):
    """The DPoP proof of this request failed a check (RFC 9449 section 4.3); the detail names it.
    Make a new proof for each request: for its method, its address and its access token."""

    name = "invalid-dpop-proof"
    status = 401
    title = "The DPoP proof is not accepted"
    check = "jti"
    remedy = "it was used before; make a proof for each request"
    error = "invalid_dpop_proof"


class InsufficientScope(AuthorizationProblem):
    """The token is good, but grants less than the operation needs. Ask the issuer for the scopes
    in the challenge, or have the permissions given to the user or application."""

    name = "insufficient-scope"
    status = 403
    title = "The access token grants too little"
    detail = "The token lacks a scope that this operation needs."
    error = "insufficient_scope"


def quotable(text: str) -> str:
    """Return the text in the characters that RFC 6750 allows between quotes in a challenge."""
    swapped = text.replace('"', "'").replace("\\", "/")
    return "".join(char if " " <= char <= "~" else "?" for char in swapped)
