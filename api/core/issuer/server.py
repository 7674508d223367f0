"""The authorization server (Authlib) with the issuer's clients, codes and grants."""

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
    """The authorization server of the embedded issuer."""

    def __init__(
        self,
        clients: Iterable[Client],
        codes: AuthorizationCodes,
        audience: str,
        access_token: Callable[..., str],
        expires_in: int,
    ) -> None:
        """
        :param clients: the registered clients
        :param codes: the authorization codes
        :param audience: the audience of the tokens
        :param access_token: makes a token from the keywords client, grant_type, user (an Approval,
            or None) and scope
        :param expires_in: the lifetime of a token in seconds
        """
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
        """Return a client, or None if it is unknown.

        :param client_id: the client's id
        """
        return self._clients.get(client_id)

    def save_token(self, token: dict[str, Any], request: OAuth2Request) -> None:
        """Do nothing, since a token is self-contained."""

    def authenticate_client(self, request: OAuth2Request, *args: Any, **kwargs: Any) -> Client:
        """Return the client that sent a request.

        :param request: the token request
        :raises InvalidClientError: the credentials are wrong or cannot be read
        """
        try:
            client: Client = super().authenticate_client(request, *args, **kwargs)
        except ValueError as error:
            # Authlib does not catch the error of Basic credentials that are not UTF-8.
            raise InvalidClientError("The credentials are not UTF-8.", status_code=401) from error
        return client
