"""What the issuer keeps on disk, so that tokens outlive a restart: its key and a secret."""

import json
import os
import secrets
import tempfile
from collections.abc import Callable
from pathlib import Path

from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

SIGNING_KEY = "signing-key.json"
CLIENT_SECRET = "machine-client-secret"  # noqa: S105


def are_kept(directory: Path) -> bool:
    """Whether both are there already, so that whoever asks for them makes nothing."""
    return all((directory / name).is_file() for name in (SIGNING_KEY, CLIENT_SECRET))


def signing_key(directory: Path) -> RSAKey:
    """The RSA key of `signing-key.json`, a private JWK; its kid is the RFC 7638 thumbprint.

    Raises RuntimeError when the file holds anything else.
    """
    path = directory / SIGNING_KEY
    try:
        key = RSAKey.import_key(json.loads(_kept(path, _new_signing_key)))
        key.ensure_kid()
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise _spoilt(path, "RSA signing key") from error
    if not key.is_private:
        raise _spoilt(path, "private RSA signing key")
    return key


def client_secret(directory: Path) -> str:
    """The machine client's secret.

    Raises RuntimeError when its file is not one line of ASCII.
    """
    path = directory / CLIENT_SECRET
    secret = _kept(path, lambda: secrets.token_urlsafe(48).encode()).strip()
    if not secret.isascii() or len(secret.split()) != 1:
        raise _spoilt(path, "client secret")
    return secret.decode()


def _new_signing_key() -> bytes:
    key = RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256"}, auto_kid=True)
    return json.dumps(key.as_dict(private=True)).encode()


def _kept(path: Path, make: Callable[[], bytes]) -> bytes:
    """The bytes of `path`, which whoever comes first makes."""
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _publish(path, make())
    return path.read_bytes()


def _publish(path: Path, content: bytes) -> None:
    """Give `content` the name `path`, unless another process has been quicker."""
    # mkstemp creates with 0600. A hard link appears whole or not at all, and never replaces:
    # of two processes that start at once, both end with the key of the first.
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        Path(draft).unlink()


def _spoilt(path: Path, kind: str) -> RuntimeError:
    return RuntimeError(f"{path} holds no {kind}: delete the file, and the next start makes one.")
