"""The command `token`: how `mint` makes a token, and how `explain` reads one."""

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
    assert result.code == 0
    assert result.err == "" or result.err.startswith("No embedded issuer was in ")
    [token] = result.out.splitlines()
    return jws.read(token).claims


def test_token_alone(runner: Runner) -> None:
    """`token mint` prints only the token, which is valid for a day."""
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


def test_without_an_issuer(runner: Runner) -> None:
    """In a directory without an issuer `token mint` says so on standard error, once, and what its
    tokens are for."""
    first, second = (runner("token", "mint") for _ in range(2))
    assert (first.code, second.code, second.err) == (0, 0, "")
    place = runner.directory / "instance" / "issuer"
    assert first.err.startswith(f"No embedded issuer was in {place}, so one was made there. ")
    assert "python manage.py run" in first.err
    assert len(first.err.splitlines()) == len(first.out.splitlines()) == 1


def test_options(runner: Runner) -> None:
    """The token has the scope and the subject that were asked for."""
    claims = minted(runner, "--scope", "read:messages x", "--sub", "auth0|ann")
    assert (claims["scope"], claims["sub"]) == ("read:messages x", "auth0|ann")


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90", 90), ("90s", 90), ("15m", 900), ("1h", 3600), ("7d", 604800), ("-1h", -3600)],
)
def test_expires(runner: Runner, text: str, seconds: int) -> None:
    """A lifetime is a number with an optional unit. Without a unit it is in seconds, and it may be
    negative."""
    claims = minted(runner, "--expires", text)
    assert claims["exp"] - claims["iat"] == seconds


@pytest.mark.parametrize(
    "text",
    ["", "h", "1w", "1H", "1 h", "1.5h", "1h30m", "1e3", "--1", "٣h", "9999999999", "\n"],
)
def test_bad_lifetime(runner: Runner, text: str) -> None:
    """A lifetime in any other form is refused in one line with an example."""
    line = complaint(runner("token", "mint", "--expires", text))
    assert line.endswith("is not a duration. Example: 1h (or 90s, 15m, 7d).")


def test_address(runner: Runner) -> None:
    """The issuer of the token has the address where `run` would serve it."""
    claims = minted(runner, HOST="localhost", PORT="4000")
    assert claims["iss"] == "http://localhost:4000/issuer/"


def test_tenant(runner: Runner, tenant: Tenant) -> None:
    """With a tenant, `token mint` refuses, because the API would not accept such a token."""
    line = complaint(runner("token", "mint", **tenant.environment))
    assert "AUTH0_DOMAIN is set" in line
    assert line.endswith("python manage.py token get")
    assert not (runner.directory / "instance").exists()


def test_keys_survive(runner: Runner) -> None:
    """The tokens of two calls have the same key, and both are valid."""
    tokens = [runner("token", "mint").out for _ in range(2)]
    assert len({jws.read(token.strip()).header["kid"] for token in tokens}) == 1
    assert [runner("token", "explain", token).code for token in tokens] == [0, 0]


def test_modes(runner: Runner) -> None:
    """The files that `token mint` keeps can be read only by their owner."""
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
    """A damaged file of the issuer is reported in one line."""
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
    """A token may be pasted together with its scheme or header name, as an argument or on standard
    input."""
    pasted, environment = text.format(tenant.token()), tenant.environment
    assert runner("token", "explain", pasted, **environment).code == 0
    assert runner("token", "explain", "-", stdin=pasted, **environment).code == 0
    assert runner("token", "explain", stdin=pasted, **environment).code == 0


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    """Bytes that are not text are explained as a token with a wrong format."""
    result = manage(tmp_path, "token", "explain", stdin=b"\xff\xfe\x00")
    assert (result.code, result.err) == (1, "")
    _heading, line = result.out.splitlines()
    assert line.split()[:2] == ["format", "FAIL"]


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ('https://example.com/roles=["editor", 1]', "https://example.com/roles", ["editor", 1]),
        ("plan=pro", "plan", "pro"),
        ('plan="5"', "plan", "5"),
        ("plan=5", "plan", 5),
        ("plan=true", "plan", True),
        ("plan=", "plan", ""),
        ("plan=a=b", "plan", "a=b"),
        ("plan=1.2.3", "plan", "1.2.3"),
        ("plan=NaN", "plan", "NaN"),
        ('plan={"a": null}', "plan", {"a": None}),
        ("subject=x", "subject", "x"),
        ("expires_in=x", "expires_in", "x"),
        ("nbf=5", "nbf", 5),
        ("permissions=[]", "permissions", []),
    ],
)
def test_claims(runner: Runner, text: str, name: str, value: Any) -> None:
    """A further claim is JSON, or a text where it is no JSON, and changes no other claim."""
    claims = minted(runner, "--claim", text, "--claim", "other=1")
    assert (claims.pop(name), claims.pop("other")) == (value, 1)
    assert claims.keys() == {"iss", "sub", "aud", "iat", "exp", "azp"}


def test_organization(runner: Runner) -> None:
    """`--org` sets the organization of the token."""
    assert minted(runner, "--org", "org_acme")["org_id"] == "org_acme"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("plan",), "is no NAME=VALUE. Example: plan=pro."),
        (("=5",), "a claim has a name"),
        (("plan=null",), "a value that is not null"),
        (("plan=[a]",), "'[a]' is no JSON: Expecting value at character 1."),
        (('plan={"a": 1, "a": 2}',), "is no JSON: a member is given twice."),
        (("plan=1e999",), "cannot be written as JSON"),
        (("plan=\udcff",), "cannot be written as JSON"),
        (("pl\udcffan=1",), "cannot be written as JSON"),
        (("sub=x",), "Set sub with --sub."),
        (("scope=x",), "Set scope with --scope."),
        (("exp=5",), "Set exp with --expires."),
        (("org_id=x",), "Set org_id with --org."),
        (("iss=x",), "the issuer writes this claim itself"),
        (("aud=x",), "the issuer writes this claim itself"),
        (("plan=1", "--claim", "plan=2"), "One claim is given twice."),
    ],
)
def test_bad_claims(runner: Runner, arguments: tuple[str, ...], said: str) -> None:
    """A claim that cannot be used is refused in one line that says what to do."""
    assert said in complaint(runner("token", "mint", "--claim", *arguments))


@pytest.mark.parametrize("option", ["--sub", "--scope", "--org"])
def test_bytes_that_are_no_text_in_an_option(runner: Runner, option: str) -> None:
    """An argument that is not UTF-8 is refused in one line."""
    line = complaint(runner("token", "mint", option, "\udcff"))
    assert line.endswith("it is not UTF-8.")
