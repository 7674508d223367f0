"""Calling operations from the page, with a pasted token."""

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
    """A public operation answers every caller, and the page shows the answer."""
    answer = docs.call(PUBLIC)
    assert answer.status == 200
    assert answer.body == {"message": "Hello"}


@pytest.mark.parametrize("operation", [PRIVATE, SCOPED, ME])
def test_without_token(docs: Explorer, operation: str) -> None:
    """A guarded operation says in its body and in its challenge that the token is missing."""
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
    """The token alone is enough, and characters that a clipboard adds to it do no harm."""
    docs.paste(pasted.format(mint()))
    assert docs.call(PRIVATE).status == 200


def test_enter(docs: Explorer, mint: Mint) -> None:
    """The Enter key does what the Authorize button does."""
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
    """A token of `token mint`, run where the server runs, opens what its scopes allow."""
    command = [sys.executable, *MANAGE, "token", "mint", "--scope", "read:messages"]
    token = subprocess.check_output(command, cwd=directory, env=clean_environment(), text=True)
    docs.paste(token)
    assert docs.call(SCOPED).status == 200


def test_scope(docs: Explorer, mint: Mint) -> None:
    """An operation answers a token that has its scope."""
    docs.paste(mint("read:messages"))
    answer = docs.call(SCOPED)
    assert answer.status == 200
    assert answer.body == {"message": "Hello"}


@pytest.mark.parametrize("scope", ["", "write:messages"])
def test_scope_missing(docs: Explorer, mint: Mint, scope: str) -> None:
    """A token without the scope is refused, and the page names the scope in the body and in the
    challenge."""
    docs.paste(mint(scope))
    answer = docs.call(SCOPED)
    assert (answer.status, answer.body["error"]) == (403, "insufficient_scope")
    assert "read:messages" in answer.body["detail"]
    assert re.search(r'www-authenticate: .*scope="read:messages"', answer.text)


def test_me(docs: Explorer, mint: Mint) -> None:
    """A caller can look up the subject and the scopes of the token."""
    docs.paste(mint("read:messages", subject="auth0|ann"))
    answer = docs.call(ME)
    assert (answer.status, answer.body["subject"]) == (200, "auth0|ann")
    assert answer.body["scopes"] == ["read:messages"]


def test_messages(docs: Explorer, mint: Mint) -> None:
    """A message that was written with the page's own example values is in the list."""
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
    """A new token replaces the one before."""
    docs.paste(mint())
    assert docs.call(SCOPED).status == 403
    docs.log_out("bearerAuth")
    docs.paste(mint("read:messages"))
    assert docs.call(SCOPED).status == 200


def test_reload(docs: Explorer, mint: Mint) -> None:
    """The token is still there after the page is reloaded."""
    docs.paste(mint())
    assert docs.call(PRIVATE).status == 200
    docs.reload()
    assert docs.call(PRIVATE).status == 200


def test_logout(docs: Explorer, mint: Mint) -> None:
    """After a logout the token is gone, from the memory of the browser as well."""
    docs.paste(mint())
    assert docs.call(PRIVATE).status == 200
    docs.log_out("bearerAuth")
    assert docs.call(PRIVATE).status == 401
    docs.reload()
    assert docs.call(PRIVATE).status == 401


def test_explanation(docs: Explorer, server: Server) -> None:
    """The type of a problem is a link to its explanation."""
    problem = docs.call(PRIVATE).body
    docs.page.goto(server.url + problem["type"])
    expect(docs.page.locator("section:target")).to_contain_text(problem["title"])


def test_localhost(page: Page, server: Server, mint: Mint) -> None:
    """The page works at localhost as it does at 127.0.0.1."""
    docs = Explorer(page, f"http://localhost:{server.port}")
    assert docs.call(PUBLIC).status == 200
    docs.paste(mint())
    assert docs.call(PRIVATE).status == 200
