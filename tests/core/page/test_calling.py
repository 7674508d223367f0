"""Calling operations from the page, with the token that one pasted."""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.core.page.explorer import LIST, ME, PRIVATE, PUBLIC, SCOPED, WRITE, Explorer, logout
from tests.core.support.server import MANAGE, Server, clean_environment

pytestmark = pytest.mark.needs("chromium")

Mint = Callable[..., str]


def test_public(docs: Explorer) -> None:
    """A public operation answers everybody, and the page shows what."""
    answer = docs.call(PUBLIC)
    assert answer.status == 200
    assert answer.body["message"].startswith("Hello from a public endpoint!")


@pytest.mark.parametrize("operation", [PRIVATE, SCOPED, ME])
def test_without_token(docs: Explorer, operation: str) -> None:
    """A guarded operation says what it lacks, in the body and in its challenge."""
    answer = docs.call(operation)
    assert answer.status == 401
    assert answer.body["detail"] == (
        "Send an access token in the header Authorization: Bearer TOKEN."
    )
    assert "www-authenticate: Bearer realm=" in answer.text


@pytest.mark.parametrize(
    "pasted",
    [
        "{}",
        "  {}  ",
        "Bearer {}",
        "  bearer {}  ",
        "\nBEARER   {}\n",
        "Authorization: Bearer {}",
    ],
)
def test_pasted(docs: Explorer, mint: Mint, pasted: str) -> None:
    """The token alone is enough, and what usually comes with it from a clipboard does no harm."""
    docs.paste(pasted.format(mint()))
    assert docs.call(PRIVATE).status == 200


def test_enter(docs: Explorer, mint: Mint) -> None:
    """The Enter key does what the button does."""
    with docs.authorizing() as dialog:
        box = docs.scheme(dialog, "bearerAuth")
        box.locator("input").fill(mint())
        box.locator("input").press("Enter")
        logout(box).wait_for()
    assert docs.call(PRIVATE).status == 200


def test_printed_token(docs: Explorer, server: Server) -> None:
    """The token that `run` prints opens every operation."""
    [token] = re.findall(r"^eyJ\S+$", server.log, re.MULTILINE)
    docs.paste(token)
    assert [docs.call(name).status for name in (PRIVATE, SCOPED, ME)] == [200, 200, 200]


def test_minted_token(docs: Explorer, directory: Path) -> None:
    """So does, for its scopes, a token of `token mint`, run where the server runs."""
    command = [sys.executable, str(MANAGE), "token", "mint", "--scope", "read:messages"]
    token = subprocess.check_output(command, cwd=directory, env=clean_environment(), text=True)
    docs.paste(token)
    assert docs.call(SCOPED).status == 200


def test_scope(docs: Explorer, mint: Mint) -> None:
    """With the scope that an operation needs, it answers."""
    docs.paste(mint("read:messages"))
    answer = docs.call(SCOPED)
    assert answer.status == 200
    assert "have a scope of read:messages" in answer.body["message"]


@pytest.mark.parametrize("scope", ["", "write:messages"])
def test_scope_missing(docs: Explorer, mint: Mint, scope: str) -> None:
    """Without it the page names the scope, in the body and in the challenge."""
    docs.paste(mint(scope))
    answer = docs.call(SCOPED)
    assert (answer.status, answer.body["error"]) == (403, "insufficient_scope")
    assert "read:messages" in answer.body["detail"]
    assert re.search(r'www-authenticate: .*scope="read:messages"', answer.text)


def test_me(docs: Explorer, mint: Mint) -> None:
    """One can look up as whom one calls."""
    docs.paste(mint("read:messages", subject="auth0|ann"))
    answer = docs.call(ME)
    assert (answer.status, answer.body["subject"]) == (200, "auth0|ann")
    assert answer.body["scopes"] == ["read:messages"]


def test_messages(docs: Explorer, mint: Mint) -> None:
    """What one writes is in the list, with every field left as the page fills it."""
    docs.paste(mint("read:messages write:messages", subject="auth0|ann"))
    written = [docs.call(WRITE), docs.call(WRITE)]
    assert [answer.status for answer in written] == [201, 201]
    listed = docs.call(LIST)
    assert listed.status == 200
    assert listed.body["items"][:2] == [answer.body for answer in reversed(written)]


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"expires_in": -60}, "exp: "),
        ({"aud": "https://api.example.com/"}, "aud: "),
        ({"iss": "https://tenant.auth0.com/"}, "iss: "),
    ],
)
def test_token_refused(docs: Explorer, mint: Mint, claims: dict[str, object], reason: str) -> None:
    """A token that fails a check is refused, and the page names the check."""
    docs.paste(mint(**claims))
    answer = docs.call(PRIVATE)
    assert (answer.status, answer.body["error"]) == (401, "invalid_token")
    assert answer.body["detail"].startswith(reason)
    assert re.search(rf'www-authenticate: .*error_description="{reason}', answer.text)


def test_new_token(docs: Explorer, mint: Mint) -> None:
    """A better token takes the place of the one before."""
    docs.paste(mint())
    assert docs.call(SCOPED).status == 403
    docs.log_out("bearerAuth")
    docs.paste(mint("read:messages"))
    assert docs.call(SCOPED).status == 200


def test_reload(docs: Explorer, mint: Mint) -> None:
    """The token outlives a reload of the page."""
    docs.paste(mint())
    assert docs.call(PRIVATE).status == 200
    docs.reload()
    assert docs.call(PRIVATE).status == 200


def test_logout(docs: Explorer, mint: Mint) -> None:
    """After Logout the token is gone, from the browser's memory as well."""
    docs.paste(mint())
    assert docs.call(PRIVATE).status == 200
    docs.log_out("bearerAuth")
    assert docs.call(PRIVATE).status == 401
    docs.reload()
    assert docs.call(PRIVATE).status == 401


def test_explanation(docs: Explorer, server: Server) -> None:
    """The type of a problem leads to its explanation."""
    problem = docs.call(PRIVATE).body
    docs.page.goto(server.url + problem["type"])
    expect(docs.page.locator("section:target")).to_contain_text(problem["title"])


def test_localhost(page: Page, server: Server, mint: Mint) -> None:
    """The page works under this machine's name as it does under its address."""
    docs = Explorer(page, f"http://localhost:{server.port}")
    assert docs.call(PUBLIC).status == 200
    docs.paste(mint())
    assert docs.call(PRIVATE).status == 200
