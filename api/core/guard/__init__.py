"""Who may call. In reading order:

protector    require_auth and public: enforce and document, in the one line above a method
problems     the refusals, as clients see them
validator    what a Bearer token must be
claims       the rules, a table of pure functions
jws          the form of a token, read strictly
keys         the issuer's signing keys: when they are fetched, who waits for them
keyset       the keys that are kept: how long they count, which token they may refuse
flight       one fetch in the background at a time, for which many may wait
jwks         the issuer's documents, read
fetch        how their documents come over HTTPS
token        the accepted token, as the resources see it
dpop         a token that is bound to a key, and the proof of that key
proof        what a proof must say, a table of pure functions
replay       which proofs were seen
challenges   refusals as WWW-Authenticate
guard        the guard of one app: which schemes it takes
"""

from api.core.guard.claims import Expected
from api.core.guard.dpop import DPoPTokenValidator
from api.core.guard.fetch import Fetch, fetch_https
from api.core.guard.guard import METADATA_PATH, Guard
from api.core.guard.keys import SigningKeys
from api.core.guard.protector import current_guard, current_token, init_app, public, require_auth
from api.core.guard.replay import Replays, ReplaysInMemory, ReplaysInRedis, ReplaysUnavailable
from api.core.guard.token import AccessToken
from api.core.guard.validator import Auth0JWTBearerTokenValidator

__all__ = [
    "METADATA_PATH",
    "AccessToken",
    "Auth0JWTBearerTokenValidator",
    "DPoPTokenValidator",
    "Expected",
    "Fetch",
    "Guard",
    "Replays",
    "ReplaysInMemory",
    "ReplaysInRedis",
    "ReplaysUnavailable",
    "SigningKeys",
    "current_guard",
    "current_token",
    "fetch_https",
    "init_app",
    "public",
    "require_auth",
]
