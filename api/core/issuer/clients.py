"""The two clients that the issuer knows: one for browsers, one for machines (RFC 6749, 2.1)."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field

from authlib.oauth2.rfc6749 import ClientMixin

from api.core.issuer.loopback import is_redirect_uri

# What a login may ask for beyond the API's scopes (OpenID Connect Core, section 5.4).
OIDC_SCOPES = ("openid", "profile", "email")


@dataclass(frozen=True)
class Client(ClientMixin):
    """What Authlib asks of a client; each question is one method of its ClientMixin."""

    client_id: str
    grant_type: str
    auth_methods: tuple[str, ...]
    scopes: tuple[str, ...]
    default_scopes: tuple[str, ...] = ()
    secret: str = field(default="", repr=False)

    def get_client_id(self) -> str:
        return self.client_id

    def get_default_redirect_uri(self) -> None:
        return None

    def get_allowed_scope(self, scope: str | None) -> str:
        """What of `scope` is known: as Auth0 does, the rest is dropped and not refused."""
        asked = scope.split(" ") if scope else self.default_scopes
        return " ".join(word for word in self.scopes if word in asked)

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return self.check_response_type("code") and is_redirect_uri(redirect_uri)

    def check_client_secret(self, client_secret: str) -> bool:
        # As bytes: compare_digest raises for text that is not ASCII.
        return secrets.compare_digest(self.secret.encode(), client_secret.encode())

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method in self.auth_methods

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code" and self.check_grant_type("authorization_code")

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == self.grant_type


def public_client(client_id: str, scopes: Iterable[str]) -> Client:
    """A client without a secret: Swagger UI, a single-page application."""
    return Client(client_id, "authorization_code", ("none",), (*OIDC_SCOPES, *scopes))


def machine_client(client_id: str, secret: str, scopes: Iterable[str]) -> Client:
    """A client with a secret; as at Auth0, who names no scope gets all that were granted."""
    known = tuple(scopes)
    methods = ("client_secret_basic", "client_secret_post")
    return Client(client_id, "client_credentials", methods, known, known, secret)
