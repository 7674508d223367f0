"""Authlib's AuthorizationServer over the issuer's clients, codes and tokens."""

from collections.abc import Callable, Iterable
from typing import Any

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2 import OAuth2Request
from authlib.oauth2.rfc6749 import InvalidClientError
from authlib.oauth2.rfc6750 import BearerTokenGenerator

from api.core.issuer.clients import Client
from api.core.issuer.codes import AuthorizationCodes
from api.core.issuer.grants import (
    AudienceParameter,
    AuthorizationCodeGrant,
    ClientCredentialsGrant,
    MandatoryS256,
)


class IssuerServer(AuthorizationServer):
    """The protocol.

    `access_token` is called with client, grant_type, user (an Approval or None) and scope.
    """

    def __init__(
        self,
        clients: Iterable[Client],
        codes: AuthorizationCodes,
        audience: str,
        access_token: Callable[..., str],
        expires_in: int,
    ) -> None:
        super().__init__()
        self.codes = codes
        self._clients = {client.client_id: client for client in clients}
        bearer = BearerTokenGenerator(access_token, expires_generator=expires_in)
        self.register_token_generator("default", bearer)
        self.register_grant(ClientCredentialsGrant, [AudienceParameter(audience)])
        self.register_grant(
            AuthorizationCodeGrant, [MandatoryS256(required=True), AudienceParameter(audience)]
        )

    def query_client(self, client_id: str) -> Client | None:
        return self._clients.get(client_id)

    def save_token(self, token: dict[str, Any], request: OAuth2Request) -> None:
        """Nothing to save: a token is self-contained."""

    def authenticate_client(self, request: OAuth2Request, *args: Any, **kwargs: Any) -> Client:
        try:
            client: Client = super().authenticate_client(request, *args, **kwargs)
        except ValueError as error:
            # Authlib decodes Basic credentials as UTF-8 without expecting that they are not.
            raise InvalidClientError("The credentials are not UTF-8.", status_code=401) from error
        return client
