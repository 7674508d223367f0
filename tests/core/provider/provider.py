"""An OpenID provider that others wrote, and logging in at it as their clients do."""

import os
import secrets
import subprocess
from pathlib import Path
from typing import Any, Self

from authlib.integrations.requests_client import OAuth2Session

from tests.core.support.dpop import ClientKey, proof
from tests.core.support.server import free_port
from tests.core.support.tenant import AUDIENCE, write_certificate

PROGRAM = Path(__file__).with_name("provider.mjs")


class Provider:
    """provider.mjs as a process of its own, from enter to exit."""

    def __init__(self, directory: Path) -> None:
        self._certificate = directory / "provider.pem"
        self._log = directory / "log"
        self._port = free_port()
        self.issuer = f"https://localhost:{self._port}/"
        write_certificate(self._certificate)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """With a new signing key, and no memory of who logged in."""
        settings = {
            "PORT": str(self._port),
            "CERTIFICATE": str(self._certificate),
            "AUDIENCE": AUDIENCE,
        }
        with self._log.open("a") as log:
            self._process = subprocess.Popen(
                ["node", PROGRAM],
                env=os.environ | settings,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        if "ready\n" not in (self._process.stdout or ()):
            raise RuntimeError(f"{PROGRAM} ended:\n{self._log.read_text()}")

    def stop(self) -> None:
        self._process.terminate()
        self._process.communicate()

    @property
    def environment(self) -> dict[str, Any]:
        """The settings of an API that takes this provider's tokens."""
        return {
            "AUTH0_DOMAIN": f"localhost:{self._port}",
            "AUTH0_AUDIENCE": AUDIENCE,
            "AUTH0_SPA_CLIENT_ID": "spa",
            "SSL_CERT_FILE": str(self._certificate),
        }

    def log_in(self, back: str, scope: str, key: ClientKey | None = None) -> dict[str, Any]:
        """What auth0|ann gets by authorization code and PKCE. key: what to bind the token to."""
        with OAuth2Session(
            "spa-with-dpop" if key else "spa",
            token_endpoint_auth_method="none",
            scope=scope,
            redirect_uri=back,
            code_challenge_method="S256",
            default_timeout=10,
        ) as session:
            # Or else the environment's CA would take the place of this one.
            session.trust_env = False
            session.verify = str(self._certificate)
            verifier = secrets.token_urlsafe(32)
            address, _ = session.create_authorization_url(
                f"{self.issuer}authorize", code_verifier=verifier, audience=AUDIENCE
            )
            login = session.get(address, withhold_token=True)
            person = {"prompt": "login", "login": "auth0|ann", "password": "any"}
            consent = session.post(login.url, person, withhold_token=True)
            returned = session.post(consent.url, {"prompt": "consent"}, withhold_token=True)
            token_endpoint = f"{self.issuer}oauth/token"
            if key:
                session.headers["DPoP"] = proof(key, "POST", token_endpoint, "", ath=None)
            response: dict[str, Any] = session.fetch_token(
                token_endpoint, authorization_response=returned.url, code_verifier=verifier
            )
            return response
