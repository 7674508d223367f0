"""The embedded issuer, as the commands of development make it. `serve` does not import this."""

from pathlib import Path

import click

from api.issuer import EmbeddedIssuer
from api.settings import Settings, is_loopback

AUDIENCE = "https://api.localhost/"


def for_run(settings: Settings) -> EmbeddedIssuer:
    """The issuer that `run` serves, whose address the other commands then know."""
    if not is_loopback(settings.host):
        raise click.UsageError(
            f"--host {settings.host}: The embedded issuer gives a token to anyone who asks, so it "
            "listens on loopback alone. Use --host 127.0.0.1, or set AUTH0_DOMAIN and "
            "AUTH0_AUDIENCE."
        )
    issuer = _issuer(settings, _address(settings))
    _note(settings).write_text(issuer.url)
    return issuer


def for_tokens(settings: Settings) -> EmbeddedIssuer:
    """The issuer at the address that the last `run` had: it is in the tokens, as `iss`."""
    note = _note(settings)
    return _issuer(settings, note.read_text() if note.is_file() else _address(settings))


def _issuer(settings: Settings, url: str) -> EmbeddedIssuer:
    try:
        return EmbeddedIssuer(_directory(settings), url, AUDIENCE)
    except (OSError, RuntimeError, ValueError) as error:
        raise click.ClickException(str(error)) from error


def _address(settings: Settings) -> str:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"http://{host}:{settings.port}/issuer/"


def _directory(settings: Settings) -> Path:
    return settings.instance / "issuer"


def _note(settings: Settings) -> Path:
    return _directory(settings) / "url"
