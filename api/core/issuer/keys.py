"""The signing keys and the machine client's secret, stored on disk to survive a restart."""

import json
import os
import secrets
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

SIGNING_KEY = "signing-key.json"
CLIENT_SECRET = "machine-client-secret"  # noqa: S105


class KeyRing:
    """The keys of an issuer: the current one signs, the former ones are published as well."""

    def __init__(self, current: RSAKey) -> None:
        """
        :param current: the key that signs
        """
        self.current = current
        self._former: list[RSAKey] = []

    def rotate(self) -> None:
        """Make a new key the current one, and go on publishing the former ones."""
        self._former.append(self.current)
        self.current = new_key()

    def withdraw(self) -> None:
        """Publish the former keys no longer: the tokens that they signed are no longer valid."""
        self._former.clear()

    def public_jwks(self) -> dict[str, Any]:
        """Return the public keys as a JWK Set (RFC 7517 section 5)."""
        return {"keys": [key.as_dict(private=False) for key in (self.current, *self._former)]}


def new_key() -> RSAKey:
    """Return a new key for RS256, whose kid is its thumbprint (RFC 7638)."""
    return RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256"}, auto_kid=True)


def files_exist(directory: Path) -> bool:
    """Return whether a directory has both files already.

    :param directory: where the key and the secret are stored
    """
    return all((directory / name).is_file() for name in (SIGNING_KEY, CLIENT_SECRET))


def signing_key(directory: Path) -> RSAKey:
    """Return the key stored in `signing-key.json`, a private JWK. It is made if it is missing.

    :param directory: where the file is stored
    :raises RuntimeError: the file does not hold such a key
    """
    path = directory / SIGNING_KEY
    try:
        key = RSAKey.import_key(json.loads(_read_or_create(path, _new_signing_key)))
        key.ensure_kid()
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise _invalid_file(path, "RSA signing key") from error
    if not key.is_private:
        raise _invalid_file(path, "private RSA signing key")
    return key


def client_secret(directory: Path) -> str:
    """Return the secret of the machine client. It is made if it is missing.

    :param directory: where its file is stored
    :raises RuntimeError: the file is not one line of ASCII
    """
    path = directory / CLIENT_SECRET
    secret = _read_or_create(path, lambda: secrets.token_urlsafe(48).encode()).strip()
    if not secret.isascii() or len(secret.split()) != 1:
        raise _invalid_file(path, "client secret")
    return secret.decode()


def _new_signing_key() -> bytes:
    return json.dumps(new_key().as_dict(private=True)).encode()


def _read_or_create(path: Path, make: Callable[[], bytes]) -> bytes:
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _publish(path, make())
    return path.read_bytes()


def _publish(path: Path, content: bytes) -> None:
    """Write `content` to `path`, unless another process has written it in the meantime."""
    # mkstemp creates a file of mode 0600. A hard link appears complete or not at all, and never
    # replaces a file: of two processes that start at once, both read the key of the first.
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        Path(draft).unlink()


def _invalid_file(path: Path, kind: str) -> RuntimeError:
    return RuntimeError(f"{path} holds no {kind}: delete the file, and the next start makes one.")
