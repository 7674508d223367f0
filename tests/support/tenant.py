"""A tenant in miniature, over HTTPS: keys, discovery, JWKS, and any token one could ask for."""

import json
import ssl
import threading
import time
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from joserfc import jws
from joserfc.jwk import RSAKey
from joserfc.util import urlsafe_b64encode

AUDIENCE = "https://api.example.com/"
DISCOVERY = "/.well-known/openid-configuration"
JWKS = "/.well-known/jwks.json"


class Tenant:
    """Serves on localhost while it is entered.

    domain: for AUTH0_DOMAIN. certificate: for SSL_CERT_FILE. requests: paths asked for so far.
    documents: what each path answers; a test may put other bytes there.
    """

    def __init__(self, directory: Path) -> None:
        self.certificate = directory / "tenant.pem"
        self.key = RSAKey.generate_key(2048, {"kid": "tenant-1", "use": "sig", "alg": "RS256"})
        self.requests: list[str] = []
        _write_certificate(self.certificate)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.domain = f"localhost:{self._server.server_port}"
        self.issuer = f"https://{self.domain}/"
        self.documents = self.published()

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def published(self) -> dict[str, bytes]:
        """What a sound tenant publishes."""
        discovery = {"issuer": self.issuer, "jwks_uri": f"https://{self.domain}{JWKS}"}
        keys = {"keys": [self.key.as_dict(private=False)]}
        return {DISCOVERY: json.dumps(discovery).encode(), JWKS: json.dumps(keys).encode()}

    @property
    def environment(self) -> dict[str, str]:
        """The settings of an API that takes this tenant's tokens."""
        return {
            "AUTH0_DOMAIN": self.domain,
            "AUTH0_AUDIENCE": AUDIENCE,
            "SSL_CERT_FILE": str(self.certificate),
        }

    def claims(self, **changes: Any) -> dict[str, Any]:
        """The claims of a good token in Auth0's own profile; a change to None leaves one out."""
        now = int(time.time())
        good = {
            "iss": self.issuer,
            "sub": "auth0|ann",
            "aud": [AUDIENCE, f"{self.issuer}userinfo"],
            "iat": now,
            "exp": now + 3600,
            "azp": "an-application",
            "scope": "openid read:messages",
        }
        return {name: value for name, value in (good | changes).items() if value is not None}

    def header(self, **changes: Any) -> dict[str, Any]:
        """The header of a good token; a change to None leaves a member out."""
        good = {"alg": "RS256", "typ": "JWT", "kid": "tenant-1"}
        return {name: value for name, value in (good | changes).items() if value is not None}

    def token(self, header: dict[str, Any] | None = None, **changes: Any) -> str:
        """A token signed with the tenant's key; `header` and claims as changed."""
        return sign(self.header(**(header or {})), self.claims(**changes), self.key)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        tenant = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                tenant.requests.append(self.path)
                body = tenant.documents.get(self.path)
                self.send_response(404 if body is None else 200)
                self.send_header("Content-Length", str(len(body or b"")))
                self.end_headers()
                self.wfile.write(body or b"")

            def log_message(self, *_: object) -> None:
                """Requests are counted, not printed."""

        return Handler


def sign(header: dict[str, Any], claims: dict[str, Any] | bytes, key: RSAKey) -> str:
    """A compact JWS of any header and payload, signed with RS256 whatever the header says."""
    payload = claims if isinstance(claims, bytes) else json.dumps(claims).encode()
    signing_input = f"{encode(json.dumps(header).encode())}.{encode(payload)}"
    return f"{signing_input}.{encode(signature(signing_input.encode(), key))}"


def signature(signing_input: bytes, key: RSAKey) -> bytes:
    """An RS256 signature."""
    return jws.JWSRegistry(algorithms=["RS256"]).get_alg("RS256").sign(signing_input, key)


def encode(data: bytes) -> str:
    """base64url without padding (RFC 7515 section 2)."""
    return urlsafe_b64encode(data).decode()


def _write_certificate(path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path.write_bytes(pem + certificate.public_bytes(serialization.Encoding.PEM))
