"""A small tenant over HTTPS with keys, discovery, a JWKS and tokens of any form."""

import json
import secrets
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple, Self
from urllib.parse import parse_qsl

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from joserfc import jws
from joserfc.jwk import RSAKey
from joserfc.util import urlsafe_b64encode

from tests.core.support.conduct import Conduct, answer

AUDIENCE = "https://api.example.com/"
CLIENT = {"AUTH0_CLIENT_ID": "a-machine", "AUTH0_CLIENT_SECRET": "open-sesame_Open-Sesame"}
DISCOVERY = "/.well-known/openid-configuration"
JWKS = "/.well-known/jwks.json"


class Said(NamedTuple):
    """An answer of the token endpoint."""

    status: int
    body: bytes
    headers: dict[str, str] | None = None


def refused(status: int, error: str, description: str) -> Said:
    """A refusal as Auth0 writes it (RFC 6749 section 5.2)."""
    body = {"error": error, "error_description": description}
    return Said(status, json.dumps(body).encode())


class Tenant:
    """Serves on localhost while it is entered.

    domain: for AUTH0_DOMAIN. certificate: for SSL_CERT_FILE. requests: paths asked for so far.
    documents: what each path answers; a test may put other bytes there. conduct: how a path answers
    instead. forms: what the token endpoint was sent so far. says: what it answers whatever it is
    sent. ahead: by how many seconds its clock is. is_rude: breaks off every TLS handshake.
    """

    def __init__(self, directory: Path) -> None:
        self.certificate = directory / "tenant.pem"
        self.key = RSAKey.generate_key(2048, {"kid": "tenant-1", "use": "sig", "alg": "RS256"})
        self.requests: list[str] = []
        self.forms: list[dict[str, str]] = []
        self.says: Said | None = None
        self.conduct: dict[str, Conduct] = {}
        self.ahead = 0.0
        self.is_rude = False
        write_certificate(self.certificate)
        self._server = _Server(("127.0.0.1", 0), self)
        self.domain = f"localhost:{self._server.server_port}"
        self.issuer = f"https://{self.domain}/"
        self.documents = self.published()

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @contextmanager
    def down(self) -> Iterator[None]:
        """Refuse connections for the duration of the block."""
        address = self._server.server_address
        self.__exit__()
        # Bound, though nobody listens: the port is not to become another's.
        with socket.socket() as placeholder:
            placeholder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            placeholder.bind(address)
            try:
                yield
            finally:
                placeholder.close()
                self._server = _Server(address, self)
                self.__enter__()

    def published(self, *keys: RSAKey) -> dict[str, bytes]:
        """What a correct tenant publishes, with these keys or its own."""
        discovery = {"issuer": self.issuer, "jwks_uri": f"https://{self.domain}{JWKS}"}
        listed = {"keys": [key.as_dict(private=False) for key in keys or (self.key,)]}
        return {DISCOVERY: json.dumps(discovery).encode(), JWKS: json.dumps(listed).encode()}

    @property
    def environment(self) -> dict[str, Any]:
        """The settings of an API that accepts this tenant's tokens."""
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

    def grant(self, form: dict[str, str]) -> Said:
        """Return what a correct tenant answers to client credentials, as Auth0 does (RFC 6749
        4.4)."""
        known = (form["client_id"], form["client_secret"]) == tuple(CLIENT.values())
        if form["grant_type"] != "client_credentials" or not known:
            return refused(401, "access_denied", "Unauthorized")
        if form["audience"] != AUDIENCE:
            fault = f"Service not enabled within domain: {form['audience']}"
            return refused(403, "access_denied", fault)
        token = self.token(sub="a-machine@clients", scope=form.get("scope"))
        body = {"access_token": token, "token_type": "Bearer", "expires_in": 3600}
        return Said(200, json.dumps(body).encode())

    def publish(self, handler: BaseHTTPRequestHandler) -> None:
        """Answer as a correct tenant does."""
        found = handler.path in self.documents
        answer(self.documents.get(handler.path, b""), 200 if found else 404)(handler)


class _Server(ThreadingHTTPServer):
    """Does each TLS handshake in the client's own thread, so a slow client delays no other."""

    def __init__(self, address: Any, tenant: Tenant) -> None:
        self.tenant = tenant
        super().__init__(address, _Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(tenant.certificate)
        self.socket = context.wrap_socket(
            self.socket, server_side=True, do_handshake_on_connect=False
        )

    def finish_request(self, request: Any, client_address: Any) -> None:
        if self.tenant.is_rude:
            with socket.socket(fileno=request.detach()) as plain:
                plain.recv(65536)
                plain.sendall(HALF_A_SERVER_HELLO)
            return
        request.do_handshake()
        super().finish_request(request, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore a client that leaves early, because some tests want that."""


class _Handler(BaseHTTPRequestHandler):
    @property
    def tenant(self) -> Tenant:
        assert isinstance(self.server, _Server)
        return self.server.tenant

    def do_GET(self) -> None:
        self.tenant.requests.append(self.path)
        self.tenant.conduct.get(self.path, self.tenant.publish)(self)

    def do_POST(self) -> None:
        self.tenant.requests.append(self.path)
        form = dict(parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
        self.tenant.forms.append(form)
        said = self.tenant.says or self.tenant.grant(form)
        answer(said.body, said.status, **(said.headers or {}))(self)

    def date_time_string(self, timestamp: float | None = None) -> str:
        return super().date_time_string((timestamp or time.time()) + self.tenant.ahead)

    def log_message(self, *_: object) -> None:
        """Do not print requests. The tests count them."""


# A record of 122 bytes (RFC 8446 section 5.1) of which two come.
HALF_A_SERVER_HELLO = b"\x16\x03\x03\x00\x7a\x02\x00"


def sign(header: Any, payload: Any, key: RSAKey) -> str:
    """A compact JWS of any header and payload, signed with RS256 whatever the header says."""
    return compact(header, payload, lambda data: signature(data, key))


def compact(header: Any, payload: Any, sign: Callable[[bytes], bytes]) -> str:
    """A compact JWS of any header and payload; bytes go in as they are.

    :param sign: makes the signature over the signing input
    """
    signing_input = f"{encode(as_json(header))}.{encode(as_json(payload))}"
    return f"{signing_input}.{encode(sign(signing_input.encode()))}"


def signature(signing_input: bytes, key: RSAKey) -> bytes:
    """An RS256 signature."""
    return jws.JWSRegistry(algorithms=["RS256"]).get_alg("RS256").sign(signing_input, key)


def as_json(value: Any) -> bytes:
    """Any value as JSON; bytes go in as they are."""
    if isinstance(value, bytes):
        return value
    # Without blanks, as Auth0 writes it. Python writes an infinite float as a word that JSON does
    # not have; 1e999 reads as one too.
    return json.dumps(value, separators=(",", ":")).replace("Infinity", "1e999").encode()


def encode(data: bytes) -> str:
    """base64url without padding (RFC 7515 section 2)."""
    return urlsafe_b64encode(data).decode()


def write_certificate(path: Path) -> None:
    """A certificate of localhost that is its own CA, and its key, in one PEM file."""
    key = ec.generate_private_key(ec.SECP256R1())
    # OpenSSL takes the first of a name that it trusts for the only one.
    own = f"localhost {secrets.token_hex(8)}"
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, own)])
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
