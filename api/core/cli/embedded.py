"""The embedded issuer, as the commands of development make it.

`serve` never makes one: its workers' factory, api.wsgi, does not even import it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click
from flask import Flask

from api.core.cli.address import address, is_loopback
from api.core.guard.fetch import FetchError
from api.core.issuer import EmbeddedIssuer
from api.core.issuer.keys import are_kept
from api.core.problems import Problem
from api.core.settings import Settings

AUDIENCE = "https://api.localhost/"


@contextmanager
def _plainly() -> Iterator[None]:
    """What is wrong with the files of the issuer ends as a line, not as a traceback."""
    try:
        yield
    except (OSError, RuntimeError, ValueError) as error:
        raise click.ClickException(str(error)) from error


@_plainly()
def for_run(settings: Settings) -> EmbeddedIssuer:
    """The issuer that `run` serves."""
    if not is_loopback(settings.host):
        raise click.UsageError(
            f"--host {settings.host}: The embedded issuer gives a token to anyone who asks, so it "
            "listens on loopback alone. Use --host 127.0.0.1, or set AUTH0_DOMAIN and "
            "AUTH0_AUDIENCE."
        )
    if settings.trusted_proxies:
        raise click.UsageError(
            "TRUSTED_PROXIES: The embedded issuer is for this machine alone, and a proxy brings "
            "others. Set it to 0, or set AUTH0_DOMAIN and AUTH0_AUDIENCE."
        )
    return _issuer(settings, _address(settings))


@_plainly()
def remember(settings: Settings, issuer: EmbeddedIssuer) -> None:
    """Tell the other commands where `run` serves the issuer, once nothing keeps it from that."""
    note = _note(settings)
    note.touch(mode=0o600)
    note.write_text(issuer.url)


@_plainly()
def for_tokens(settings: Settings) -> EmbeddedIssuer:
    """The issuer at the address that the last `run` had: it is in the tokens, as `iss`."""
    return _issuer(settings, _last_address(settings))


@_plainly()
def for_reading(settings: Settings) -> "EmbeddedIssuer | IssuerWithoutKey":
    """As for_tokens, for who only looks: nothing is made, no key and no file."""
    if are_kept(_directory(settings)):
        return for_tokens(settings)
    return IssuerWithoutKey(_last_address(settings))


@dataclass(slots=True)
class IssuerWithoutKey:
    """The embedded issuer before its first start (api.core.guard.Issuer): none of its tokens is
    any good."""

    url: str
    audience: str = AUDIENCE
    spa_client_id: str = ""
    problems: tuple[type[Problem], ...] = ()
    authorization_endpoint: str = ""
    token_endpoint: str = ""

    def fetch(self, _url: str, _seconds: float) -> bytes:
        raise FetchError(
            "the embedded issuer has no key here; python manage.py token mint makes one", "no-keys"
        )

    def init_app(self, app: Flask, scopes: dict[str, str]) -> None:
        """It is not served."""


def _issuer(settings: Settings, url: str) -> EmbeddedIssuer:
    settings.instance.mkdir(mode=0o700, parents=True, exist_ok=True)
    return EmbeddedIssuer(_directory(settings), url, AUDIENCE)


def _last_address(settings: Settings) -> str:
    note = _note(settings)
    return note.read_text() if note.is_file() else _address(settings)


def _address(settings: Settings) -> str:
    return f"{address(settings)}/issuer/"


def _directory(settings: Settings) -> Path:
    return settings.instance / "issuer"


def _note(settings: Settings) -> Path:
    return _directory(settings) / "url"
