"""Where clients of the committed documents log in and call."""

from dataclasses import dataclass

# What the committed documents name: a tenant's place holder, and where `make run` serves.
EXAMPLE_ISSUER = "https://your-tenant.auth0.com/"
EXAMPLE_SERVER = "http://127.0.0.1:3010"


@dataclass(frozen=True)
class LoginEndpoints:
    """Where clients log in (RFC 6749 section 3), for the security scheme `auth0`."""

    authorization: str = f"{EXAMPLE_ISSUER}authorize"
    token: str = f"{EXAMPLE_ISSUER}oauth/token"
