"""What the documents say of the API as a whole: the first file that a team makes its own."""

from dataclasses import dataclass

TITLE = "Flask-RESTX API with Auth0"
VERSION = "1.0.0"
SUMMARY = "A REST API protected by Auth0 access tokens"
DESCRIPTION = """\
A REST API protected by Auth0 access tokens (RFC 6750, RFC 9068).

**To call it from this page**, press *Authorize* and paste an access token: the token alone.
Where do you get one?

- In development: `make run` prints one, and `python manage.py token mint --scope "read:messages"`
  makes another with the scopes that you name.
- With an Auth0 tenant: from the *Test* tab of the API in the Auth0 dashboard, or by
  `python manage.py token get`.
- Where *Authorize* offers **auth0**: log in there, and paste nothing.

**When a call is refused**, the answer says why: every failure is a problem document (RFC 9457)
whose `detail` tells what to change, and whose `type` leads to an explanation.
`python manage.py token explain` goes through all the checks of a token, one by one.
"""

# What the committed documents name: a tenant's place holder, and where `make run` serves.
EXAMPLE_ISSUER = "https://your-tenant.auth0.com/"
EXAMPLE_SERVER = "http://127.0.0.1:3010"


@dataclass(frozen=True)
class LoginEndpoints:
    """Where clients log in (RFC 6749 section 3), for the security scheme `auth0`."""

    authorization: str = f"{EXAMPLE_ISSUER}authorize"
    token: str = f"{EXAMPLE_ISSUER}oauth/token"
