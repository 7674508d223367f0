"""Authentication and authorisation. In reading order:

protector    require_auth and public: enforce and document, in the one line above a method
schemes      SecurityScheme and require: guards by a key or a signature in a header
guarding     what both have in common
credentials  the header Authorization, read
claim_checks further checks of a team's own, on the claims of a token
problems     the refusals, as clients see them
validator    the validator of Bearer tokens
verified     the cache of verified tokens: one that comes again need not be verified again
checks       what a check and its result are
token_checks the table of checks of an access token
token_rules  what an access token must be, in pure functions
claims       how the claims of a token are read
jws          the form of a token, read strictly
jwk          a public key, read strictly
base64url    the letters of both, read strictly
keys         the issuer's signing keys: when they are fetched, who waits for them
keyset       the keys that are kept: how long they count, which token they may refuse
flight       one fetch in the background at a time, for which many may wait
jwks         the issuer's documents, read
fetch        how their documents come over HTTPS
proxy        the proxy that their requests go through
token        the accepted token, as the resources see it
dpop         the validator of tokens that are bound to a key (DPoP)
proof        the proof of that key
proof_checks the table of checks of a proof
address      addresses of requests, compared
replay       the replay cache: which proofs were accepted
challenges   the header WWW-Authenticate
guard        the guard of one app: which schemes it accepts
extension    where an app keeps its guard
issuer       whose tokens are accepted: a tenant's, or the embedded issuer's
"""

from api.core.guard.claim_checks import ClaimCheck, claim_check
from api.core.guard.dpop import DPoPTokenValidator
from api.core.guard.extension import current_guard, guard_of, init_app
from api.core.guard.fetch import Fetch, fetch_https
from api.core.guard.guard import METADATA_PATH, Guard
from api.core.guard.issuer import Issuer, IssuerConfig, issuer_config
from api.core.guard.keys import SigningKeys
from api.core.guard.protector import (
    current_token,
    open_blueprints,
    optional_token,
    public,
    require_auth,
)
from api.core.guard.replay import (
    MemoryReplayCache,
    RedisReplayCache,
    ReplayCache,
    ReplayCacheUnavailable,
)
from api.core.guard.schemes import SecurityScheme, require, same_hmac, same_secret
from api.core.guard.token import AccessToken
from api.core.guard.token_rules import TokenRequirements
from api.core.guard.validator import Auth0JWTBearerTokenValidator
from api.core.guard.verified import VerifiedTokens

__all__ = [
    "METADATA_PATH",
    "AccessToken",
    "Auth0JWTBearerTokenValidator",
    "ClaimCheck",
    "DPoPTokenValidator",
    "Fetch",
    "Guard",
    "Issuer",
    "IssuerConfig",
    "MemoryReplayCache",
    "RedisReplayCache",
    "ReplayCache",
    "ReplayCacheUnavailable",
    "SecurityScheme",
    "SigningKeys",
    "TokenRequirements",
    "VerifiedTokens",
    "claim_check",
    "current_guard",
    "current_token",
    "fetch_https",
    "guard_of",
    "init_app",
    "issuer_config",
    "open_blueprints",
    "optional_token",
    "public",
    "require",
    "require_auth",
    "same_hmac",
    "same_secret",
]
