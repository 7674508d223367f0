"""The grants of the token endpoint, PKCE with S256, and Auth0's audience parameter."""

import re
from typing import Any

from authlib.oauth2 import OAuth2Request
from authlib.oauth2.rfc6749 import AccessDeniedError, InvalidRequestError, grants
from authlib.oauth2.rfc7636 import CodeChallenge

from api.core.issuer.codes import AuthorizationCode
from api.core.issuer.personas import Approval


class AuthorizationCodeGrant(grants.AuthorizationCodeGrant):
    """The authorization code grant (RFC 6749 section 4.1), for public clients with PKCE."""

    TOKEN_ENDPOINT_AUTH_METHODS = ("none",)

    def save_authorization_code(self, code: str, request: OAuth2Request) -> None:
        payload = request.payload
        self.server.codes.add(
            AuthorizationCode(
                code,
                request.client.client_id,
                payload.redirect_uri,
                payload.data["code_challenge"],
                payload.data["code_challenge_method"],
                request.user,
            )
        )

    def query_authorization_code(self, code: str, client: Any) -> AuthorizationCode | None:
        authorization_code: AuthorizationCode | None
        authorization_code = self.server.codes.take(code, client.client_id)
        return authorization_code

    def delete_authorization_code(self, authorization_code: AuthorizationCode) -> None:
        """Do nothing: `query_authorization_code` removed the code, so that one thread gets it."""

    def authenticate_user(self, authorization_code: AuthorizationCode) -> Approval:
        return authorization_code.approval


class ClientCredentialsGrant(grants.ClientCredentialsGrant):
    """The client credentials grant (RFC 6749 section 4.4)."""

    TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic", "client_secret_post")


class MandatoryS256(CodeChallenge):
    """PKCE that requires a challenge and the method S256.

    RFC 7636 makes the challenge optional, and `plain` the default method.
    """

    SUPPORTED_CODE_CHALLENGE_METHOD = ("S256",)

    def validate_code_challenge(self, grant: Any, redirect_uri: str) -> None:
        """Refuse an authorization request without a challenge or with another method.

        :param grant: the grant of the request
        :param redirect_uri: where an error is sent
        :raises InvalidRequestError: the challenge is missing, or its method is not S256
        """
        data = grant.request.payload.data
        if not data.get("code_challenge") or data.get("code_challenge_method") != "S256":
            raise InvalidRequestError(
                "This issuer requires PKCE: send code_challenge and code_challenge_method=S256."
            )
        super().validate_code_challenge(grant, redirect_uri)


class AudienceParameter:
    """Auth0's parameter `audience`: the API that the token is for. It may be left out."""

    def __init__(self, audience: str) -> None:
        """
        :param audience: the only audience that the issuer has
        """
        self.audience = audience

    def __call__(self, grant: Any) -> None:
        grant.register_hook("after_validate_authorization_request_payload", self.check)
        grant.register_hook("before_create_token_response", self.check)

    def check(self, grant: Any, *_: object) -> None:
        """Refuse another audience, as Auth0 does.

        :param grant: the grant of the request
        :raises AccessDeniedError: the audience is another one
        """
        if any(value != self.audience for value in grant.request.payload.datalist["audience"]):
            raise AccessDeniedError(
                f"The only audience here is {_printable(self.audience)}: send that one or none."
            )


def _printable(text: str) -> str:
    # An error_description may have only these characters (RFC 6749 section 5.2).
    return re.sub(r"[^ !#-\[\]-~]", "?", text)
