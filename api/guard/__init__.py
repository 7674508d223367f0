"""Who may call. In reading order:

protector    require_auth: enforces and documents, in the one line above a method
validator    what a Bearer token must be
claims       the rules, a table of pure functions
jws          the form of a token, read strictly
keys         the issuer's signing keys
fetch        how their documents come over HTTPS
token        the accepted token, as the resources see it
challenges   refusals as WWW-Authenticate
"""

from api.guard.claims import Expected
from api.guard.fetch import Fetch, fetch_https
from api.guard.keys import SigningKeys
from api.guard.protector import current_token, init_app, require_auth
from api.guard.token import AccessToken
from api.guard.validator import Auth0JWTBearerTokenValidator

__all__ = [
    "AccessToken",
    "Auth0JWTBearerTokenValidator",
    "Expected",
    "Fetch",
    "SigningKeys",
    "current_token",
    "fetch_https",
    "init_app",
    "require_auth",
]
