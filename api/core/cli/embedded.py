"""The embedded issuer of the commands for development.

`serve` never makes one: the factory of its workers, api.core.server.worker, does not import it.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click
from flask import Flask

from api.core.cli.address import base_url
from api.core.guard.fetch import FetchError
from api.core.issuer import EmbeddedIssuer
from api.core.issuer.keys import files_exist
from api.core.issuer.loopback import is_loopback
from api.core.personas import Persona
from api.core.problems import Problem
from api.core.settings import Settings

AUDIENCE = "https://api.localhost/"


@contextmanager
def _errors_as_messages() -> Iterator[None]:
    """Report an error of the issuer's files as a message, not as a traceback."""
    try:
        yield
    except (OSError, RuntimeError, ValueError) as error:
        raise click.ClickException(str(error)) from error


@_errors_as_messages()
def for_run(settings: Settings) -> EmbeddedIssuer:
    """Return the issuer that `run` serves.

    :param settings: the settings
    :raises click.UsageError: the server could be reached from another machine
    """
    if not is_loopback(settings.host):
        raise click.UsageError(
            f"--host {settings.host}: The embedded issuer gives a token to anyone who asks, so it "
            "listens only on a loopback address. Use --host 127.0.0.1, or set AUTH0_DOMAIN and "
            "AUTH0_AUDIENCE."
        )
    if settings.trusted_proxies:
        raise click.UsageError(
            "TRUSTED_PROXIES: The embedded issuer serves only this machine, and a proxy forwards "
            "requests of others. Set it to 0, or set AUTH0_DOMAIN and AUTH0_AUDIENCE."
        )
    return _issuer(settings, _url(settings))


@_errors_as_messages()
def store_url(settings: Settings, issuer: EmbeddedIssuer) -> None:
    """Store the URL of the issuer that `run` serves, for the other commands.

    :param settings: the settings
    :param issuer: the issuer, which is about to be served
    """
    file = _url_file(settings)
    file.touch(mode=0o600)
    file.write_text(issuer.url)


def place_without_issuer(settings: Settings) -> Path | None:
    """Return where `run` would make the issuer, or None if it is there.

    :param settings: the settings
    """
    directory = _directory(settings)
    return None if files_exist(directory) else directory.resolve()


@_errors_as_messages()
def for_tokens(settings: Settings) -> EmbeddedIssuer:
    """Return the issuer with the URL of the last `run`, which is the claim iss of its tokens.

    :param settings: the settings
    """
    return _issuer(settings, _last_url(settings))


@_errors_as_messages()
def for_reading(settings: Settings) -> "EmbeddedIssuer | IssuerWithoutKey":
    """Return the issuer of `for_tokens` for a command that must not create a key or a file.

    :param settings: the settings
    """
    if files_exist(_directory(settings)):
        return for_tokens(settings)
    return IssuerWithoutKey(_last_url(settings))


@dataclass(slots=True)
class IssuerWithoutKey:
    """The embedded issuer before its first start (api.core.guard.Issuer). It has no valid token."""

    url: str
    audience: str = AUDIENCE
    spa_client_id: str = ""
    problems: tuple[type[Problem], ...] = ()
    authorization_endpoint: str = ""
    token_endpoint: str = ""

    def fetch(self, _url: str, _seconds: float) -> bytes:
        """Raise FetchError, since there are no keys."""
        raise FetchError(
            "the embedded issuer has no key here; python manage.py token mint makes one", "no-keys"
        )

    def init_app(
        self, app: Flask, scopes: dict[str, str], personas: Sequence[Persona] = ()
    ) -> None:
        """Do nothing, since this issuer is not served."""


def _issuer(settings: Settings, url: str) -> EmbeddedIssuer:
    settings.instance.mkdir(mode=0o700, parents=True, exist_ok=True)
    return EmbeddedIssuer(_directory(settings), url, AUDIENCE)


def _last_url(settings: Settings) -> str:
    file = _url_file(settings)
    return file.read_text() if file.is_file() else _url(settings)


def _url(settings: Settings) -> str:
    return f"{base_url(settings)}/issuer/"


def _directory(settings: Settings) -> Path:
    return settings.instance / "issuer"


def _url_file(settings: Settings) -> Path:
    return _directory(settings) / "url"
