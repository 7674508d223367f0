"""The validator of the scheme DPoP (RFC 9449): a token bound to a key, and a proof of the key."""

from typing import Any
from urllib.parse import quote

from flask import request

from api.core.guard import proof
from api.core.guard.checks import first_failure
from api.core.guard.problems import InvalidDPoPProof, InvalidRequest, ReplayMemoryUnavailable
from api.core.guard.proof import Proof, RequestContext
from api.core.guard.proof_checks import CHECKS, SECONDS_AHEAD, SECONDS_BACK
from api.core.guard.replay import ReplayCache, ReplayCacheUnavailable
from api.core.guard.token import AccessToken
from api.core.guard.token_checks import BOUND_TO_KEY
from api.core.guard.validator import Auth0JWTBearerTokenValidator
from api.core.http import root_url

# As long as a proof could be accepted, and a little longer.
REMEMBERED = SECONDS_BACK + SECONDS_AHEAD + 30


class DPoPTokenValidator(Auth0JWTBearerTokenValidator):
    """Checks the token as for Bearer, then the proof in the DPoP header of the same request.

    :param replay_cache: remembers which proofs were accepted
    """

    TOKEN_TYPE = "dpop"  # noqa: S105
    scheme = "DPoP"
    binding = BOUND_TO_KEY

    def __init__(self, *args: Any, replay_cache: ReplayCache) -> None:
        super().__init__(*args)
        self.replay_cache = replay_cache

    def authenticate_token(self, token_string: str) -> AccessToken:
        """Return the token after it and its proof have passed every check.

        :raises InvalidToken: a check of the token has failed
        :raises SigningKeysUnavailable: the signature of the token cannot be checked at the moment
        :raises InvalidDPoPProof: there is no proof, or a check of it has failed
        :raises InvalidRequest: the request names no host that the proof could be for
        :raises ReplayMemoryUnavailable: nobody can tell whether the proof was seen before
        """
        token = super().authenticate_token(token_string)
        self._check_proof(token_string, token)
        return token

    def _check_proof(self, token_string: str, token: AccessToken) -> None:
        header = request.headers.get("DPoP")
        if header is None:
            raise InvalidDPoPProof(check="format", remedy="send a proof in the header DPoP")
        sent, context = proof.read(header), self._request_context(token_string, token)
        failed = first_failure(CHECKS, sent, context)
        if failed:
            raise InvalidDPoPProof(check=failed.name, remedy=failed.remedy_for(sent, context))
        self._refuse_replay(sent)

    def _request_context(self, token_string: str, token: AccessToken) -> RequestContext:
        root = root_url()
        if root is None:
            raise InvalidRequest(
                "A DPoP proof is made for an address, and this request names no host: send a "
                "Host header."
            )
        return RequestContext(
            method=request.method,
            url=root + quote(request.path),
            token=token_string,
            jkt=token.claims["cnf"]["jkt"],
            now=self.now(),
        )

    def _refuse_replay(self, sent: Proof) -> None:
        try:
            is_new = self.replay_cache.add(proof.fingerprint(sent), REMEMBERED)
        except ReplayCacheUnavailable:
            # This door closes: a proof that was perhaps seen must not count.
            raise ReplayMemoryUnavailable(headers={"Retry-After": "1"}) from None
        if not is_new:
            remedy = "it was used before; make a proof for each request"
            raise InvalidDPoPProof(check="jti", remedy=remedy)
