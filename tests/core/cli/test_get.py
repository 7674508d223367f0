"""The command `token get`: it prints a token of the tenant, or one line with the reason."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from api.core.cli import client_credentials
from api.core.guard import jws
from api.core.guard.fetch import MAX_BYTES
from tests.core.support.cli import Result, Runner
from tests.core.support.commands import complaint, manage
from tests.core.support.tenant import AUDIENCE, CLIENT, Said, Tenant, refused

SECRET = CLIENT["AUTH0_CLIENT_SECRET"]

Get = Callable[..., Result]


@pytest.fixture
def get(runner: Runner, tenant: Tenant) -> Get:
    """`get("--scope", …, AUTH0_AUDIENCE=…)`: run it with good settings, changed as given."""
    good = tenant.environment | CLIENT
    return lambda *arguments, **changes: runner("token", "get", *arguments, **good | changes)


def fault(result: Result) -> str:
    """Return the one line of a failure, and verify that the secret is not in the output."""
    assert SECRET not in result.out + result.err
    return complaint(result)


@pytest.mark.parametrize("scope", ["", "read:messages", "read:messages write:messages"])
def test_token_alone(get: Get, tenant: Tenant, runner: Runner, scope: str) -> None:
    """Standard output has only the token, which the API accepts."""
    result = get("--scope", scope)
    assert (result.code, result.err) == (0, "")
    [token] = result.out.splitlines()
    assert jws.read(token).claims.get("scope", "") == scope
    assert runner("token", "explain", token, **tenant.environment).code == 0


@pytest.mark.parametrize(
    ("arguments", "scope"), [((), {}), (("--scope", "a b"), {"scope": "a b"})], ids=["all", "some"]
)
def test_what_is_asked(
    get: Get, tenant: Tenant, arguments: tuple[str, ...], scope: dict[str, str]
) -> None:
    """`token get` sends one request for a token of this API to the domain, and names scopes only if
    they are given."""
    asked = len(tenant.requests)
    get(*arguments)
    assert tenant.requests[asked:] == ["/oauth/token"]
    assert tenant.forms[-1] == scope | {
        "grant_type": "client_credentials",
        "client_id": CLIENT["AUTH0_CLIENT_ID"],
        "client_secret": SECRET,
        "audience": AUDIENCE,
    }


def test_several_domains(get: Get, tenant: Tenant) -> None:
    """When there are several domains, the token comes from the first one."""
    assert get(AUTH0_DOMAIN=f"{tenant.domain},localhost:1").code == 0


NEEDED = ("AUTH0_DOMAIN", "AUTH0_AUDIENCE", *CLIENT)


@pytest.mark.parametrize(
    "missing",
    [NEEDED, NEEDED[:2], NEEDED[2:], NEEDED[1:], *[(name,) for name in NEEDED]],
    ids="+".join,
)
def test_missing_settings(get: Get, tenant: Tenant, missing: tuple[str, ...]) -> None:
    """All missing settings are named at once, one per line, and no request is sent."""
    asked = len(tenant.requests)
    result = get(**dict.fromkeys(missing, ""))
    assert (result.code, result.out) == (2, "")
    lines = [line.removeprefix("Error: ") for line in result.err.splitlines()]
    assert [line.partition(": Not set")[0] for line in lines] == sorted(missing)
    assert len(tenant.requests) == asked


def test_without_a_tenant(runner: Runner) -> None:
    """Without a tenant, the error names `token mint` for tokens of the embedded issuer, and no file
    is created."""
    assert "python manage.py token mint" in runner("token", "get").err
    assert list(runner.directory.iterdir()) == []


def answer(**members: object) -> Said:
    return Said(200, json.dumps(members).encode())


# What the tenant says, and what of it and of the remedy the line must have.
FAILURES: dict[str, tuple[Said, str, str]] = {
    "wrong secret": (
        refused(401, "access_denied", "Unauthorized"),
        "/oauth/token answered 401 (access_denied: Unauthorized). ",
        "Check AUTH0_CLIENT_ID and AUTH0_CLIENT_SECRET.",
    ),
    "not authorized": (
        refused(403, "access_denied", f'Client is not authorized to access "{AUDIENCE}".'),
        f'403 (access_denied: Client is not authorized to access "{AUDIENCE}".)',
        "that the application is authorized for the API",
    ),
    "scope": (
        refused(403, "access_denied", "Client has not been granted scopes: x"),
        "403 (access_denied: Client has not been granted scopes: x)",
        "and for these scopes",
    ),
    "bad request": (
        refused(400, "invalid_request", "x"),
        "400 (invalid_request: x)",
        "Check AUTH0_DOMAIN and AUTH0_AUDIENCE, and the application.",
    ),
    "no tenant": (Said(404, b"Not Found"), "answered 404. ", "Check AUTH0_DOMAIN"),
    "too many": (
        refused(429, "too_many_requests", "Global limit has been reached"),
        "429 (too_many_requests: Global limit has been reached)",
        "Wait a minute",
    ),
    "500": (Said(500, b"<h1>Oops</h1>"), "answered 500. ", "try again later"),
    "503": (Said(503, b""), "answered 503. ", "try again later"),
    **{
        f"redirect {status}": (
            Said(status, b"", {"Location": "/oauth/token"}),
            f"answered {status}. ",
            "set AUTH0_DOMAIN to the tenant's own domain",
        )
        for status in (301, 302, 303, 307, 308)
    },
    "the secret said back": (
        refused(401, SECRET, f"{SECRET} is not the secret"),
        "401 (***: *** is not the secret)",
        "AUTH0_CLIENT_SECRET",
    ),
    "control characters": (
        refused(401, "\x1b[2J", "two\r\nlines\x9b"),
        "401 (?[2J: two??lines?)",
        "AUTH0_CLIENT_SECRET",
    ),
    "error no text": (Said(401, b'{"error": ["x"]}'), "answered 401. ", "AUTH0_CLIENT_SECRET"),
    "error no object": (Said(401, b'["error"]'), "answered 401. ", "AUTH0_CLIENT_SECRET"),
    "not JSON": (Said(200, b"<html>"), "without an access_token", "Check AUTH0_DOMAIN"),
    "not UTF-8": (Said(200, b'{"\xff": 1}'), "without an access_token", "Check AUTH0_DOMAIN"),
    "no token": (answer(token_type="Bearer"), "without an access_token", "Check AUTH0_DOMAIN"),
    "token no text": (answer(access_token=1), "without an access_token", "Check AUTH0_DOMAIN"),
    "opaque": (answer(access_token="aBcD"), "the token is opaque", "Check AUTH0_AUDIENCE"),
    "encrypted": (answer(access_token="a.b.c.d.e"), "is encrypted", "Check AUTH0_AUDIENCE"),
    "garbage": (answer(access_token="a\n.b.\x1b"), "is not base64url", "Check AUTH0_AUDIENCE"),
    "too long": (Said(200, b" " * (MAX_BYTES + 1)), "is over 512 KiB", "Check AUTH0_DOMAIN"),
}


@pytest.mark.parametrize("name", FAILURES)
def test_failure(get: Get, tenant: Tenant, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Each failure is one line with the tenant's answer and the remedy, and a redirect is not
    followed."""
    answer, found, remedy = FAILURES[name]
    monkeypatch.setattr(tenant, "says", answer)
    asked = len(tenant.requests)
    line = fault(get())
    assert found in line
    assert remedy in line
    assert tenant.requests[asked:] == ["/oauth/token"]


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"AUTH0_CLIENT_SECRET": "another"}, "401 (access_denied: Unauthorized)"),
        ({"AUTH0_AUDIENCE": "urn:other"}, "Service not enabled within domain: urn:other"),
    ],
)
def test_wrong_setting(get: Get, change: dict[str, str], found: str) -> None:
    """A setting that the tenant refuses is reported with the tenant's own words."""
    assert found in fault(get(**change))


def test_out_of_reach(get: Get) -> None:
    """A tenant that cannot be reached is reported with its address."""
    line = fault(get(AUTH0_DOMAIN="localhost:1"))
    assert line.startswith("https://localhost:1/oauth/token: ")
    assert "refused" in line
    assert "Check AUTH0_DOMAIN and the network" in line


def test_silence(get: Get, busy_port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A tenant that does not answer in time is reported as too slow."""
    monkeypatch.setattr(client_credentials, "SECONDS", 0.2)
    assert "took over 0.2 s" in fault(get(AUTH0_DOMAIN=f"localhost:{busy_port}"))


def test_mistrust(get: Get, tenant: Tenant, tmp_path: Path) -> None:
    """The secret is not sent to a tenant whose certificate is not trusted."""
    sent = len(tenant.forms)
    line = fault(get(SSL_CERT_FILE=str(tmp_path / "none")))
    assert "CERTIFICATE_VERIFY_FAILED" in line
    assert "SSL_CERT_FILE" in line
    assert len(tenant.forms) == sent


def test_process(tmp_path: Path, tenant: Tenant) -> None:
    """As a process, `token get` prints the token, or a failure in one line without a traceback."""
    environment = tenant.environment | CLIENT | {"LOG_LEVEL": "debug"}
    good = manage(tmp_path, "token", "get", **environment)
    assert (good.code, good.err, good.out.count("\n")) == (0, "", 1)
    assert "401" in fault(
        manage(tmp_path, "token", "get", **environment | {"AUTH0_CLIENT_ID": "b"})
    )
