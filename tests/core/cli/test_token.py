"""`token`: what makes a token, and how one is taken in to be explained."""

import stat
import time
from pathlib import Path
from typing import Any

import pytest

from api.core.guard import jws
from tests.core.support.cli import Runner
from tests.core.support.commands import complaint, manage
from tests.core.support.tenant import Tenant


def minted(runner: Runner, *arguments: str, **environment: str) -> dict[str, Any]:
    """The claims of the token that `token mint` prints."""
    result = runner("token", "mint", *arguments, **environment)
    assert (result.code, result.err) == (0, "")
    [token] = result.out.splitlines()
    return jws.read(token).claims


def test_token_alone(runner: Runner) -> None:
    """Standard output has the token and nothing else, a good one for a day."""
    before = int(time.time())
    claims = minted(runner)
    assert claims["iat"] in range(before, int(time.time()) + 1)
    assert claims == {
        "iat": claims["iat"],
        "exp": claims["iat"] + 24 * 3600,
        "iss": "http://127.0.0.1:3010/issuer/",
        "sub": "auth0|developer",
        "aud": "https://api.localhost/",
        "azp": "embedded-spa",
    }


def test_options(runner: Runner) -> None:
    """Scope and subject are as they were asked for."""
    claims = minted(runner, "--scope", "read:messages x", "--sub", "auth0|ann")
    assert (claims["scope"], claims["sub"]) == ("read:messages x", "auth0|ann")


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90", 90), ("90s", 90), ("15m", 900), ("1h", 3600), ("7d", 604800), ("-1h", -3600)],
)
def test_expires(runner: Runner, text: str, seconds: int) -> None:
    """A lifetime is a number and a unit, seconds without one; it may lie in the past."""
    claims = minted(runner, "--expires", text)
    assert claims["exp"] - claims["iat"] == seconds


@pytest.mark.parametrize(
    "text",
    ["", "h", "1w", "1H", "1 h", "1.5h", "1h30m", "1e3", "--1", "٣h", "9999999999", "\n"],
)
def test_bad_lifetime(runner: Runner, text: str) -> None:
    """Any other lifetime ends in a line that shows a good one."""
    line = complaint(runner("token", "mint", "--expires", text))
    assert line.endswith("is not a duration. Example: 1h (or 90s, 15m, 7d).")


def test_address(runner: Runner) -> None:
    """The issuer is where `run` would serve it."""
    claims = minted(runner, HOST="localhost", PORT="4000")
    assert claims["iss"] == "http://localhost:4000/issuer/"


def test_tenant(runner: Runner, tenant: Tenant) -> None:
    """With a tenant it refuses: the API would take no such token."""
    line = complaint(runner("token", "mint", **tenant.environment))
    assert "AUTH0_DOMAIN is set" in line
    assert line.endswith("python manage.py token get")
    assert not (runner.directory / "instance").exists()


def test_keys_survive(runner: Runner) -> None:
    """Two tokens of two calls both verify, with one key."""
    tokens = [runner("token", "mint").out for _ in range(2)]
    assert len({jws.read(token.strip()).header["kid"] for token in tokens}) == 1
    assert [runner("token", "explain", token).code for token in tokens] == [0, 0]


def test_modes(runner: Runner) -> None:
    """What is kept is for its owner alone."""
    runner("token", "mint")
    instance = runner.directory / "instance"
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in [instance, *instance.rglob("*")]}
    assert set(modes.values()) == {0o700, 0o600}
    assert all(path.is_dir() == (mode == 0o700) for path, mode in modes.items())


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("instance", "exists"),
        ("instance/issuer/url", "loopback"),
        ("instance/issuer/signing-key.json", "delete the file"),
        ("instance/issuer/machine-client-secret", "delete the file"),
    ],
)
def test_spoilt_file(runner: Runner, name: str, line: str) -> None:
    """A file that holds something else ends in a line about it."""
    path = runner.directory / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"two words")
    assert line in complaint(runner("token", "mint"))


@pytest.mark.parametrize(
    "text",
    [
        *("{}", " {}\n", "Bearer {}", "DPoP {}", "bearer  {}"),
        *("Authorization: Bearer {}", "AUTHORIZATION:BEARER {}\r\n"),
    ],
    ids=repr,
)
def test_pasted(runner: Runner, tenant: Tenant, text: str) -> None:
    """A token may be pasted with what stands around it in a request, in any of three ways."""
    pasted, environment = text.format(tenant.token()), tenant.environment
    assert runner("token", "explain", pasted, **environment).code == 0
    assert runner("token", "explain", "-", stdin=pasted, **environment).code == 0
    assert runner("token", "explain", stdin=pasted, **environment).code == 0


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    """What is no text at all is explained like any other token."""
    result = manage(tmp_path, "token", "explain", stdin=b"\xff\xfe\x00")
    assert (result.code, result.err) == (1, "")
    _heading, line = result.out.splitlines()
    assert line.split()[:2] == ["format", "FAIL"]
