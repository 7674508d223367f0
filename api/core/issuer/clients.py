"""The clients of the issuer: one for browsers, one for machines (RFC 6749 section 2.1)."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field

from authlib.oauth2.rfc6749 import ClientMixin

from api.core.issuer.loopback import is_redirect_uri

# The scopes that a login may request beside those of the API (OpenID Connect Core section 5.4).
OIDC_SCOPES = ("openid", "profile", "email")


@dataclass(frozen=True)
class Client(ClientMixin):
    """A registered client, with the methods of Authlib's ClientMixin.

    :param client_id: the client's id
    :param grant_type: the only grant that the client may use
    :param auth_methods: how the client authenticates at the token endpoint
    :param scopes: the scopes that the client may request
    :param default_scopes: the scopes of a request that names none
    :param secret: the client's secret; empty for a public client
    """

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
        """Return the requested scopes that the client may have. Others are dropped, as at Auth0.

        :param scope: the scope parameter of the request
        """
        requested = scope.split(" ") if scope else self.default_scopes
        return " ".join(word for word in self.scopes if word in requested)

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return self.check_response_type("code") and is_redirect_uri(redirect_uri)

    def check_client_secret(self, client_secret: str) -> bool:
        # Bytes are compared because compare_digest raises for text that is not ASCII.
        return secrets.compare_digest(self.secret.encode(), client_secret.encode())

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method in self.auth_methods

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code" and self.check_grant_type("authorization_code")

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == self.grant_type


def public_client(client_id: str, scopes: Iterable[str]) -> Client:
    """Return a client without a secret, such as Swagger UI or a single-page application.

    :param client_id: the client's id
    :param scopes: the scopes of the API
    """
    return Client(client_id, "authorization_code", ("none",), (*OIDC_SCOPES, *scopes))


def machine_client(client_id: str, secret: str, scopes: Iterable[str]) -> Client:
    """Return a client with a secret. A request without a scope gets all scopes, as at Auth0.

    :param client_id: the client's id
    :param secret: the client's secret
    :param scopes: the scopes of the API
    """
    granted = tuple(scopes)
    methods = ("client_secret_basic", "client_secret_post")
    return Client(client_id, "client_credentials", methods, granted, granted, secret)
