"""What the issuer keeps on disk."""

import json
import os
import stat
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import RSAKey

from api.core.issuer import EmbeddedIssuer
from api.core.issuer.keys import signing_key
from tests.core.issuer.browser import MakeIssuer, claims_of


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_modes(issuer: EmbeddedIssuer, tmp_path: Path) -> None:
    """The directory and each file belong to the owner alone, and no draft is left."""
    directory = tmp_path / "issuer"
    assert mode_of(directory) == 0o700
    assert {path.name: mode_of(path) for path in directory.iterdir()} == {
        "signing-key.json": 0o600,
        "machine-client-secret": 0o600,
    }


def test_kid_is_the_thumbprint(issuer: EmbeddedIssuer, tmp_path: Path) -> None:
    """The kid is the thumbprint (RFC 7638) of an RSA key of 2048 bits."""
    key = signing_key(tmp_path / "issuer")
    assert key.kid == key.thumbprint()
    assert key.raw_value.key_size == 2048


def test_restart(make_issuer: MakeIssuer) -> None:
    """A second issuer in the same directory has the same secret, and verifies the first one's
    tokens."""
    first, second = make_issuer(), make_issuer()
    assert first.machine_client_secret == second.machine_client_secret
    assert claims_of(second, first.mint())["sub"] == "auth0|developer"


def test_start_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Processes that start at the same time all use the key of the first one."""
    barrier = threading.Barrier(4, timeout=30)
    link = os.link

    def link_together(*paths: Any) -> None:
        barrier.wait()
        link(*paths)

    monkeypatch.setattr(os, "link", link_together)
    with ThreadPoolExecutor(4) as pool:
        keys = list(pool.map(signing_key, [tmp_path / "issuer"] * 4))
    assert len({key.kid for key in keys}) == 1


PUBLIC_KEY = json.dumps(RSAKey.generate_key(2048).as_dict(private=False))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("signing-key.json", b""),
        ("signing-key.json", b"\xff\xfe\x00"),
        ("signing-key.json", b"5"),
        ("signing-key.json", b'"text"'),
        ("signing-key.json", b"[]"),
        ("signing-key.json", b"{}"),
        ("signing-key.json", b'{"kty": "oct", "k": "AAAA"}'),
        ("signing-key.json", b'{"kty": "RSA", "n": "AQAB", "e": "AQAB", "d": "AQAB"}'),
        ("signing-key.json", PUBLIC_KEY.encode()),
        ("machine-client-secret", b""),
        ("machine-client-secret", b"two words"),
        ("machine-client-secret", b"\xff"),
    ],
)
def test_spoilt_file(make_issuer: MakeIssuer, tmp_path: Path, name: str, content: Any) -> None:
    """A broken file stops the start with a message that names the file and the remedy."""
    make_issuer()
    path = tmp_path / "issuer" / name
    path.write_bytes(content)
    with pytest.raises(RuntimeError, match="delete the file") as caught:
        make_issuer()
    assert str(path) in str(caught.value)
