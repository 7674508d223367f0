"""Where a command listens."""

import socket
from dataclasses import replace

import click

from api.core.settings import Settings


def address(found: Settings) -> str:
    """http://host:port, an IPv6 address in its brackets."""
    host = f"[{found.host}]" if ":" in found.host else found.host
    return f"http://{host}:{found.port}"


def with_address(found: Settings, host: str | None, port: int | None) -> Settings:
    """The settings, with what the command line says instead of HOST and PORT."""
    return replace(found, host=host or found.host, port=port or found.port)


def check_port(found: Settings) -> None:
    """Refuse an address that cannot be listened on, before anything is started."""
    family = socket.AF_INET6 if ":" in found.host else socket.AF_INET
    try:
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((found.host, found.port))
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise click.ClickException(
            f"Cannot listen on {found.host}:{found.port}: {reason}. "
            "Choose another with --host or --port."
        ) from error
