"""The validator of the scheme DPoP (RFC 9449): a token bound to a key, and a proof of the key."""

from typing import Any
from urllib.parse import quote

from flask import request

from api.core.guard import proof
from api.core.guard.claims import Rule, check_bound
from api.core.guard.problems import InvalidDPoPProof, ReplayMemoryUnavailable
from api.core.guard.proof import Circumstances
from api.core.guard.replay import Replays, ReplaysUnavailable
from api.core.guard.token import AccessToken
from api.core.guard.validator import Auth0JWTBearerTokenValidator
from api.core.http import root_url

# As long as a proof could be accepted, and a little longer.
REMEMBERED = proof.SECONDS_BACK + proof.SECONDS_AHEAD + 30

USED_BEFORE = "it was used before; make a proof for each request"


class DPoPTokenValidator(Auth0JWTBearerTokenValidator):
    """Checks the token as for Bearer, then the proof in the DPoP header of the same request."""

    TOKEN_TYPE = "dpop"  # noqa: S105
    scheme = "DPoP"
    binding = Rule("cnf", check_bound)

    def __init__(self, *args: Any, replays: Replays) -> None:
        super().__init__(*args)
        self.replays = replays

    def authenticate_token(self, token_string: str) -> AccessToken:
        """The token, once it and its proof have passed every check.

        Raises what Bearer raises, InvalidDPoPProof (401), and ReplayMemoryUnavailable (503) where
        nobody can tell whether the proof was seen before.
        """
        token = super().authenticate_token(token_string)
        self._check_proof(token_string, token)
        return token

    def _check_proof(self, token_string: str, token: AccessToken) -> None:
        header = request.headers.get("DPoP")
        if header is None:
            raise InvalidDPoPProof(check="format", remedy="send a proof in the header DPoP")
        read = proof.read(header)
        failed = proof.first_failure(read, self._circumstances(token_string, token))
        if failed:
            raise InvalidDPoPProof(check=failed.name, remedy=failed.remedy)
        self._refuse_replay(read)

    def _circumstances(self, token_string: str, token: AccessToken) -> Circumstances:
        return Circumstances(
            method=request.method,
            url=root_url() + quote(request.path),
            token=token_string,
            jkt=token.claims["cnf"]["jkt"],
            now=self.now(),
        )

    def _refuse_replay(self, read: proof.Proof) -> None:
        try:
            first = self.replays.is_first(proof.fingerprint(read), REMEMBERED)
        except ReplaysUnavailable:
            # This door closes: a proof that was perhaps seen must not count.
            raise ReplayMemoryUnavailable(headers={"Retry-After": "1"}) from None
        if not first:
            raise InvalidDPoPProof(check="jti", remedy=USED_BEFORE)
