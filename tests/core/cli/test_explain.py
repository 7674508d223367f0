"""The command `token explain`: what it says about good and bad tokens."""

import json
import re
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import RSAKey

from api.core.bridge import Namespace, Resource
from api.core.factory import create_app
from api.core.guard import claim_check, require_auth
from api.core.problems import Problem
from api.core.settings import load
from tests.core.demo import application
from tests.core.support.cli import Result, Runner
from tests.core.support.commands import Terminal, manage
from tests.core.support.tenant import AUDIENCE, JWKS, Tenant, encode, sign

CHECKS = {
    *("format", "alg", "key", "signature", "iss", "aud", "exp", "nbf", "iat"),
    *("typ", "scope", "permissions"),
}
COLOURS = re.compile(r"\x1b\[[0-9;]*m")
RESULTS = {"pass", "FAIL", "note", "skip"}


def rows(result: Result) -> dict[str, str]:
    """The text that follows the name of each check on its line."""
    assert result.err == ""
    heading, *lines = result.out.splitlines()
    assert heading.split() == ["CHECK", "RESULT", "FOUND", "EXPECTED", "WHAT", "TO", "CHANGE"]
    lines_by_check = dict(line.split(maxsplit=1) for line in lines)
    assert len(lines_by_check) == len(lines)
    assert {text.split()[0] for text in lines_by_check.values()} <= RESULTS
    return lines_by_check


def having(result: Result, outcome: str) -> dict[str, str]:
    """The checks with that result."""
    return {name: text for name, text in rows(result).items() if text.startswith(outcome)}


Make = Callable[[Tenant], str]
STRANGER = RSAKey.generate_key(2048, {"kid": "tenant-1"})

# A token, the first check that it fails, and the remedy.
REFUSED: dict[str, tuple[Make, str, str]] = {
    "empty": (lambda _: "", "format", "give it as the argument or on standard input"),
    "opaque": (lambda _: "aBcD-opaque_1", "format", "request it with the audience of this API"),
    "encrypted": (lambda _: "a.b.c.d.e", "format", "encrypted; request it with the audience"),
    "two parts": (lambda _: "a.b", "format", "request it with the audience of this API"),
    "garbage": (lambda _: "?.\x1b[2J.é", "format", "send the token as it was issued"),
    "cut off": (lambda t: t.token()[:-1], "format", "send the token as it was issued"),
    "no object": (lambda t: sign(t.header(), b"[]", t.key), "format", "as it was issued"),
    "no JSON": (lambda t: sign(t.header(), b"{", t.key), "format", "as it was issued"),
    "member twice": (lambda t: sign(t.header(), b'{"a":1,"a":1}', t.key), "format", "as it was"),
    "too long": (lambda t: t.token(scope="x" * 17000), "format", "ask for fewer scopes"),
    "HS256": (lambda t: t.token({"alg": "HS256"}), "alg", "have the issuer sign with it"),
    "none": (lambda t: t.token({"alg": "none"}), "alg", "not signed with RS256"),
    "no alg": (lambda t: t.token({"alg": None}), "alg", "not signed with RS256"),
    "crit": (lambda t: t.token({"crit": ["b64"]}), "crit", "issue it without crit"),
    "typ": (lambda t: t.token({"typ": "dpop+jwt"}), "typ", "send an access token"),
    "wrong issuer": (lambda t: t.token(iss="https://b.example/"), "iss", "get one from https://lo"),
    "no slash": (lambda t: t.token(iss=t.issuer.rstrip("/")), "iss", "get one from https://lo"),
    "no issuer": (lambda t: t.token(iss=None), "iss", "get one from https://localhost:"),
    "unknown kid": (lambda t: t.token({"kid": "other"}), "key", "get a new token"),
    "no kid": (lambda t: t.token({"kid": None}), "key", "get a new token"),
    "kid no text": (lambda t: t.token({"kid": ["tenant-1"]}), "key", "get a new token"),
    "another's signature": (
        lambda t: sign(t.header(), t.claims(), STRANGER),
        "signature",
        "send the token as it was issued",
    ),
    "other claims": (
        lambda t: swapped(t.token(), json.dumps(t.claims(scope="admin:messages")).encode()),
        "signature",
        "send the token as it was issued",
    ),
    "another audience": (
        lambda t: t.token(aud=["https://b.example/", f"{t.issuer}userinfo"]),
        "aud",
        f"request it with audience {AUDIENCE}",
    ),
    "no audience": (lambda t: t.token(aud=None), "aud", f"request it with audience {AUDIENCE}"),
    "ID token": (
        lambda t: t.token(aud="an-application", nonce="n", at_hash="h", scope=None),
        "aud",
        "this is an ID token, made for the application; send the access token",
    ),
    "expired": (lambda t: t.token(exp=int(time.time()) - 60), "exp", "get a new one"),
    "no expiry": (lambda t: t.token(exp=None), "exp", "get a new one"),
    "expiry no number": (lambda t: t.token(exp="2099"), "exp", "get a new one"),
    "nbf": (lambda t: t.token(nbf=int(time.time()) + 60), "nbf", "set the clocks right"),
    "iat": (lambda t: t.token(iat=int(time.time()) + 60), "iat", "set the clocks right"),
    "iat true": (lambda t: t.token(iat=True), "iat", "get a new token"),
    "no subject": (lambda t: t.token(sub=""), "sub", "get one for a user or application"),
    "certificate": (
        lambda t: t.token(cnf={"x5t#S256": "a"}),
        "cnf",
        "the token is bound to a certificate that cannot be checked here; get one that is not",
    ),
    "key and certificate": (
        lambda t: t.token(cnf={"jkt": "a", "x5t#S256": "a"}),
        "cnf",
        "the token is bound to a key and to a certificate that cannot be checked here; get one",
    ),
    "binding no object": (lambda t: t.token(cnf="a"), "cnf", "bound to something that cannot be"),
}

ACCEPTED: dict[str, Make] = {
    "good": lambda t: t.token(),
    "RFC 9068": lambda t: t.token({"typ": "at+jwt"}, aud=AUDIENCE, azp=None, client_id="b"),
    "without scope": lambda t: t.token(scope=None),
    "within the leeway": lambda t: t.token(exp=time.time() - 1, iat=time.time() + 1),
    "odd grants": lambda t: t.token(scope=["read:messages"], permissions="read:messages"),
    "control characters": lambda t: t.token(scope="a\n\x1b[2J", sub="\r\x9b\u2028"),
}


def swapped(token: str, claims: bytes) -> str:
    """The token with other claims under its signature."""
    header, _claims, signature = token.split(".")
    return f"{header}.{encode(claims)}.{signature}"


Explain = Callable[..., Result]


@pytest.fixture
def explain(runner: Runner, tenant: Tenant) -> Explain:
    """`explain(token, "--scope", …)`: explain a token with the settings of the tenant."""
    return lambda *arguments: runner("token", "explain", *arguments, **tenant.environment)


@pytest.mark.parametrize("name", ACCEPTED)
def test_accepted(explain: Explain, tenant: Tenant, name: str) -> None:
    """A token that the API accepts has a line for each check, none of them failed, and exit status
    0."""
    result = explain(ACCEPTED[name](tenant))
    assert result.code == 0
    assert rows(result).keys() >= CHECKS
    assert not having(result, "FAIL") | having(result, "skip")


@pytest.mark.parametrize("name", REFUSED)
def test_refused(explain: Explain, tenant: Tenant, name: str) -> None:
    """A refused token has exactly one failed line, which says what to change, and every check that
    does not depend on it still runs."""
    make, check, remedy = REFUSED[name]
    result = explain(make(tenant))
    assert result.code == 1
    [(failed, line)] = having(result, "FAIL").items()
    assert failed == check
    assert remedy in line
    assert check == "format" or rows(result).keys() >= CHECKS
    assert having(result, "skip").keys() == {
        "alg": {"key", "signature"},
        "iss": {"key", "signature"},
        "key": {"signature"},
    }.get(check, set())


class EditorsOnly(Problem):
    """Only editors may do this."""

    name = "editors-only"
    status = 403
    title = "Only editors may do this"
    detail = "Ask for the role of an editor."


is_editor = claim_check("roles", contains="editor", problem=EditorsOnly)
of_acme = claim_check("org", equals="acme", problem=EditorsOnly)
is_odd = claim_check("odd", passes=lambda value: value / 0, expected="odd", problem=EditorsOnly)


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        (
            {"roles": ["editor"], "org": "acme"},
            {
                "roles": """pass ['editor'] a list with "editor\"""",
                "org": """pass acme "acme\"""",
                "odd": "note absent odd Ask for the role of an editor.",
            },
        ),
        (
            {"roles": "editor\x1b[2J", "org": ["acme"], "odd": 1},
            {
                "roles": """note editor?[2J a list with "editor" Ask for the role of an editor.""",
                "org": """note ['acme'] "acme" Ask for the role of an editor.""",
                "odd": "note 1 odd Ask for the role of an editor.",
            },
        ),
    ],
)
def test_checks_of_a_team(
    runner: Runner, tenant: Tenant, claims: dict[str, Any], expected: dict[str, str]
) -> None:
    """Each check of the team has a line, which fails nothing: only some operations need it."""
    ns = Namespace("notes", "Notes", path="/notes", auth=require_auth(checks=[is_editor]))
    view = {"get": lambda self: None}
    ns.add_resource(type("One", (Resource,), dict(view)), "")
    ns.add_resource(type("Two", (Resource,), dict(view)), "/two")
    both = require_auth(checks=[is_editor, of_acme, is_odd])(lambda self: None)
    ns.add_resource(ns.hide(type("Three", (Resource,), {"get": both})), "/three")
    runner.application = replace(application, namespaces=(ns,))
    result = runner("token", "explain", tenant.token(**claims), **tenant.environment)
    assert result.code == 0
    lines = {name: re.sub(" +", " ", line) for name, line in rows(result).items()}
    assert {name: lines[name] for name in expected} == expected


@pytest.mark.parametrize("name", [*REFUSED, *ACCEPTED])
def test_agrees_with_the_api(
    explain: Explain,
    tenant: Tenant,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
) -> None:
    """`token explain` exits with 0 exactly when the API answers 200."""
    token = ACCEPTED[name](tenant) if name in ACCEPTED else REFUSED[name][0](tenant)
    for variable, value in tenant.environment.items():
        monkeypatch.setenv(variable, value)
    headers = {"Authorization": f"Bearer {token}".encode().decode("latin-1")}
    status = (
        create_app(application, load())
        .test_client()
        .get("/api/private", headers=headers)
        .status_code
    )
    assert (explain(token).code == 0) is (status == 200)


def test_several_faults(explain: Explain, tenant: Tenant) -> None:
    """Each of several faults in a token has its own line."""
    result = explain(tenant.token(aud="b", exp=1, sub=None), "--scope", "admin:messages")
    assert having(result, "FAIL").keys() == {"aud", "exp", "sub", "scope"}


@pytest.mark.parametrize("name", ["another's signature", "unknown kid", "none"])
def test_unproven(explain: Explain, tenant: Tenant, name: str) -> None:
    """When the signature is not proven, its line says that the claims are unproven."""
    line = rows(explain(REFUSED[name][0](tenant)))["signature"]
    assert ": the claims below are unproven" in line


@pytest.mark.parametrize(
    ("scope", "claims", "outcome", "text"),
    [
        ("read:messages", {}, "pass", "openid read:messages"),
        ("admin:messages", {"permissions": ["admin:messages"]}, "pass", "openid"),
        ("admin:messages", {}, "FAIL", "ask the issuer for admin:messages, or give it as"),
        ("a read:messages b", {}, "FAIL", "ask the issuer for a b, or give it as permission"),
        ("read", {}, "FAIL", "ask the issuer for read, or"),
        ("", {}, "note", "ask the issuer for write:messages admin:messages, or"),
        ("", {"permissions": ["write:messages", "admin:messages"]}, "pass", "openid"),
    ],
)
def test_scope(
    explain: Explain,
    tenant: Tenant,
    scope: str,
    claims: dict[str, Any],
    outcome: str,
    text: str,
) -> None:
    """A missing scope is a failure when the caller asks for it, and otherwise a note."""
    result = explain(tenant.token(**claims), "--scope", scope)
    line = rows(result)["scope"]
    assert (line.split()[0], text in line) == (outcome, True)
    assert result.code == (outcome == "FAIL")


@pytest.mark.parametrize("drawn", [False, True], ids=["pipe", "terminal"])
def test_control_characters(
    explain: Explain, tenant: Tenant, terminal: Terminal, drawn: bool
) -> None:
    """Control characters in a token never reach the terminal, and each check stays on one line."""
    if drawn:
        terminal(400)
    evil = "\x1b]0;owned\x07\x1b[2J\r\n\x9b\u2028\u202e"
    names = ("iss", "aud", "exp", "nbf", "iat", "sub", "org_id", "scope")
    header = dict.fromkeys(("kid", "alg", "typ", "crit"), evil)
    token = tenant.token(header, **dict.fromkeys(names, evil), permissions=[evil, evil])
    shown, plain = (COLOURS.sub("", explain(each).out) for each in (token, tenant.token()))
    assert shown.replace("\n", "").isprintable()
    # Up to the sentences that a terminal has below.
    [count] = {len(out.split("\n\n")[0].splitlines()) for out in (shown, plain)}
    assert count > len(CHECKS)


@pytest.mark.parametrize("name", ["good", "expired", "opaque"])
def test_piped(explain: Explain, tenant: Tenant, name: str) -> None:
    """Piped output is plain text."""
    make = ACCEPTED[name] if name in ACCEPTED else REFUSED[name][0]
    out = explain(make(tenant)).out
    assert out.isascii()
    assert out.replace("\n", "").isprintable()
    assert "|" not in out.replace("auth0|ann", "")


def test_terminal(explain: Explain, tenant: Tenant, terminal: Terminal) -> None:
    """On a terminal the last lines say what to change."""
    terminal(80)
    out = explain(tenant.token(exp=1), "--scope", "read:messages").out
    lines = [" ".join(line.split()) for line in COLOURS.sub("", out).splitlines()]
    # The check of the demo's own follows.
    heading = lines.index("CHECK RESULT WHAT TO CHANGE")
    assert lines[heading + 1] == "exp FAIL the token has expired; get a new one"
    assert "Ask for the role" in " ".join(lines[heading + 2 :])


def test_issuer_out_of_reach(runner: Runner, tenant: Tenant) -> None:
    """When the signing keys cannot be fetched, that line fails, and the later checks still run."""
    environment = {"AUTH0_DOMAIN": "localhost:1", "AUTH0_AUDIENCE": AUDIENCE}
    token = tenant.token(iss="https://localhost:1/", exp=1)
    result = runner("token", "explain", token, **environment)
    assert result.code == 1
    failed = having(result, "FAIL")
    assert failed.keys() == {"key", "exp"}
    assert "check AUTH0_DOMAIN and the network; the signing keys cannot be had" in failed["key"]
    assert "https://localhost:1/.well-known/openid-configuration" in failed["key"]


def test_issuer_without_keys(
    explain: Explain, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the issuer has no usable key, that line fails with the reason."""
    monkeypatch.setitem(tenant.documents, JWKS, b'{"keys": []}')
    [(check, line)] = having(explain(tenant.token()), "FAIL").items()
    assert check == "key"
    assert line.rstrip().endswith("of 2048 bits or more")


EMBEDDED = "http://127.0.0.1:3010/issuer/"
NO_DOMAIN = "(the embedded issuer's, as AUTH0_DOMAIN is not set)"


@pytest.mark.parametrize(
    ("iss", "text"),
    [
        *[
            (f"https://{host}/", f"set AUTH0_DOMAIN={host} to accept tokens of this issuer")
            for host in ("your-tenant.eu.auth0.com", "localhost:8443")
        ],
        *[
            (iss, NO_DOMAIN)
            for iss in (
                *("http://localhost:4000/issuer/", "https://a.example", "https://a.example/x/"),
                *(
                    "https://a.example/\n",
                    "https://u@a.example/",
                    "https:///",
                    None,
                    ["https://a/"],
                ),
            )
        ],
    ],
    ids=repr,
)
def test_without_settings(runner: Runner, tenant: Tenant, iss: object, text: str) -> None:
    """Without settings, a token is compared with the embedded issuer, and the line says so. For a
    token of a tenant it names the setting."""
    result = runner("token", "explain", tenant.token(iss=iss))
    lines_by_check = rows(result)
    assert having(result, "FAIL").keys() == {"iss", "aud"}
    assert "AUTH0_DOMAIN is not set" in lines_by_check["iss"]
    assert text in lines_by_check["iss"]
    assert lines_by_check["aud"].endswith("(the embedded issuer's, as AUTH0_AUDIENCE is not set)")


def test_id_token_without_settings(runner: Runner, tenant: Tenant) -> None:
    """Without settings, the line for an ID token says to send the access token and blames no
    setting."""
    aud = rows(runner("token", "explain", REFUSED["ID token"][0](tenant)))["aud"]
    assert aud.endswith("send the access token")


@pytest.mark.parametrize("kept", [(), ("url",), ("machine-client-secret",), ("signing-key.json",)])
@pytest.mark.parametrize("iss", [EMBEDDED, "https://a.example/"])
def test_it_only_looks(runner: Runner, tenant: Tenant, iss: str, kept: tuple[str, ...]) -> None:
    """`token explain` creates no key and no file, and sends no request."""
    runner("token", "mint")
    directory = runner.directory / "instance" / "issuer"
    for name in ("signing-key.json", "machine-client-secret"):
        if name not in kept:
            (directory / name).unlink()
    if "url" in kept:
        (directory / "url").write_text(EMBEDDED)
    before, asked = list(runner.directory.rglob("*")), len(tenant.requests)
    result = runner("token", "explain", tenant.token(iss=iss))
    assert result.code == 1
    assert list(runner.directory.rglob("*")) == before
    assert len(tenant.requests) == asked
    key = "the embedded issuer has no key here; python manage.py token mint makes one"
    assert rows(result)["key"].endswith(key) is (iss == EMBEDDED)


def test_in_an_empty_directory(runner: Runner, tenant: Tenant) -> None:
    """In an empty directory, `token explain` creates nothing."""
    runner("token", "explain", tenant.token())
    assert list(runner.directory.iterdir()) == []


def test_process(tmp_path: Path, tenant: Tenant) -> None:
    """As a process, `token explain` asks the tenant over HTTPS and trusts only the certificates in
    SSL_CERT_FILE."""
    token = tenant.token()
    good = manage(tmp_path, "token", "explain", token, **tenant.environment)
    assert (good.code, having(good, "FAIL")) == (0, {})
    mistrusting = tenant.environment | {"SSL_CERT_FILE": str(tmp_path / "none")}
    bad = manage(tmp_path, "token", "explain", token, **mistrusting)
    assert (bad.code, set(having(bad, "FAIL"))) == (1, {"key"})
