"""The host and port of a server."""

import socket
from dataclasses import replace

import click

from api.core.settings import Settings


def base_url(settings: Settings) -> str:
    """Return http://host:port, with brackets around an IPv6 address.

    :param settings: the settings HOST and PORT
    """
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"http://{host}:{settings.port}"


def with_address(settings: Settings, host: str | None, port: int | None) -> Settings:
    """Return the settings with the host and port of the command line.

    :param settings: the settings of the environment
    :param host: the option --host; without it, HOST holds
    :param port: the option --port; without it, PORT holds
    """
    return replace(settings, host=host or settings.host, port=port or settings.port)


def check_port(settings: Settings) -> None:
    """Check that the server can listen on its host and port, before anything is started.

    :param settings: the settings HOST and PORT
    :raises click.ClickException: it cannot; the message has the reason and the remedy
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((settings.host, settings.port))
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise click.ClickException(
            f"Cannot listen on {settings.host}:{settings.port}: {reason}. "
            "Choose another with --host or --port."
        ) from error
