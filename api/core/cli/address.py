"""Where a command listens."""

import ipaddress
import socket
from dataclasses import replace

import click

from api.core.settings import Settings


def address(settings: Settings) -> str:
    """Return http://host:port, with an IPv6 address in its brackets."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"http://{host}:{settings.port}"


def with_address(settings: Settings, host: str | None, port: int | None) -> Settings:
    """Return the settings, with what the command line says instead of HOST and PORT."""
    return replace(settings, host=host or settings.host, port=port or settings.port)


def check_port(settings: Settings) -> None:
    """Refuse an address that cannot be listened on, before anything is started.

    :raises click.ClickException: says why, and what to do
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


def is_loopback(host: str) -> bool:
    """Return whether only this machine reaches a server that listens on `host`."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
