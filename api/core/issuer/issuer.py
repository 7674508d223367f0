"""EmbeddedIssuer: its documents, its tokens, and its registration with an application."""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from joserfc import jwt

from api.core.issuer.clients import OIDC_SCOPES, Client, machine_client, public_client
from api.core.issuer.codes import AuthorizationCodes
from api.core.issuer.endpoints import Endpoints, ForbiddenOrigin
from api.core.issuer.keys import KeyRing, client_secret, signing_key
from api.core.issuer.loopback import is_loopback_host
from api.core.issuer.personas import Approval
from api.core.issuer.server import IssuerServer
from api.core.personas import PERSONAS, Persona
from api.core.problems import Problem

DAY = 86400
DISCOVERY = ".well-known/openid-configuration"
JWKS = ".well-known/jwks.json"


class EmbeddedIssuer:
    """An issuer for one API, with the addresses and the default token profile of Auth0.

    It asks for no password, and therefore answers only under loopback host names.

    :ivar keys: the keys that sign the tokens
    """

    spa_client_id = "embedded-spa"
    machine_client_id = "embedded-machine"
    problems: tuple[type[Problem], ...] = (ForbiddenOrigin,)

    def __init__(
        self,
        directory: Path,
        url: str,
        audience: str,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """
        :param directory: where the signing key and the client secret are stored
        :param url: the issuer's URL, on a loopback host
        :param audience: the audience of the tokens
        :param clock: returns the seconds since the epoch
        :raises ValueError: the URL is not on a loopback host
        :raises RuntimeError: a file in the directory does not have the expected content
        """
        if not is_loopback_host(urlsplit(url).netloc):
            raise ValueError(
                "The embedded issuer asks for no password, so its URL must be on localhost or a "
                f"loopback address, such as http://127.0.0.1:3010/issuer/, not {url!r}."
            )
        self.url = url.rstrip("/") + "/"
        self.audience = audience
        self.machine_client_secret = client_secret(directory)
        self.keys = KeyRing(signing_key(directory))
        self._clock = clock
        self._codes = AuthorizationCodes(clock)
        self._scopes: dict[str, str] = {}
        self._documents: dict[str, Callable[[], dict[str, Any]]] = {
            DISCOVERY: self._discovery,
            JWKS: lambda: self.keys.public_jwks(),
        }

    @property
    def jwks_uri(self) -> str:
        return self.url + JWKS

    @property
    def authorization_endpoint(self) -> str:
        return self.url + "authorize"

    @property
    def token_endpoint(self) -> str:
        return self.url + "oauth/token"

    def mint(
        self,
        scope: str = "",
        *,
        subject: str | None = None,
        expires_in: int = DAY,
        claims: Mapping[str, object] | None = None,
        **more: object,
    ) -> str:
        """Return a signed access token.

        :param scope: the scopes, separated by spaces
        :param subject: the claim sub, by default "auth0|developer"
        :param expires_in: seconds until the token expires
        :param claims: further claims, which override the defaults; None removes a claim
        :param more: the same, for claims whose name is that of a Python variable
        """
        now = int(self._clock())
        payload: dict[str, object] = {
            "iss": self.url,
            "sub": "auth0|developer" if subject is None else subject,
            "aud": self.audience,
            "iat": now,
            "exp": now + expires_in,
            "azp": self.spa_client_id,
            "scope": scope or None,
        }
        payload.update(more, **(claims or {}))
        present = {name: value for name, value in payload.items() if value is not None}
        key = self.keys.current
        header = {"alg": "RS256", "typ": "JWT", "kid": key.kid}
        return jwt.encode(header, present, key, algorithms=["RS256"])

    def init_app(
        self, app: Flask, scopes: Mapping[str, str], personas: Sequence[Persona] = PERSONAS
    ) -> None:
        """Serve the issuer below the path of its URL.

        :param app: the application
        :param scopes: the API's scopes and their descriptions
        :param personas: as whom one can log in
        """
        self._scopes = dict(scopes)
        server = IssuerServer(
            clients=[
                public_client(self.spa_client_id, scopes),
                machine_client(self.machine_client_id, self.machine_client_secret, scopes),
            ],
            codes=self._codes,
            audience=self.audience,
            access_token=self._access_token,
            expires_in=DAY,
        )
        blueprint = Endpoints(server, self._documents, self._scopes, personas).blueprint()
        app.register_blueprint(blueprint, url_prefix=urlsplit(self.url).path.rstrip("/"))

    def fetch(self, url: str, seconds: float = 0.0) -> bytes:
        """Return the discovery document or the JWKS without an HTTP request to the same process.

        :param url: the URL of the document
        :param seconds: the deadline of a fetch, which is not needed here
        :raises LookupError: the issuer has no document at this URL
        """
        published = {self.url + path: document for path, document in self._documents.items()}
        if url not in published:
            raise LookupError(f"The embedded issuer publishes nothing at {url}.")
        return json.dumps(published[url]()).encode()

    def _access_token(
        self, client: Client, grant_type: str, user: Approval | None, scope: str
    ) -> str:
        if user is None:
            subject = f"{client.client_id}@clients"
            return self.mint(scope, subject=subject, azp=client.client_id, gty="client-credentials")
        audience: str | list[str] = self.audience
        if "openid" in user.scopes:
            # At Auth0, the audience of such a token includes the userinfo endpoint of the issuer.
            audience = [self.audience, self.url + "userinfo"]
        claims = {**user.claims, "azp": client.client_id, "aud": audience}
        return self.mint(scope, subject=user.subject, claims=claims)

    def _discovery(self) -> dict[str, Any]:
        # OpenID Connect Discovery 1.0 section 3.
        return {
            "issuer": self.url,
            "authorization_endpoint": self.authorization_endpoint,
            "token_endpoint": self.token_endpoint,
            "jwks_uri": self.jwks_uri,
            "response_types_supported": ["code"],
            "grant_types_supported": ["authorization_code", "client_credentials"],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": [
                "none",
                "client_secret_basic",
                "client_secret_post",
            ],
            "scopes_supported": [*OIDC_SCOPES, *self._scopes],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
        }
