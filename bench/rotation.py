"""Measures the effect of three key rotations, without and with a flood of tokens of unknown keys.

`python -m bench.rotation`: `serve` with two workers fetches the keys of a tenant on this machine.
"""

import secrets
import tempfile
import time
from pathlib import Path

import click
from joserfc.jwk import RSAKey

from bench.load import Kind, getter, load
from tests.core.support.server import Server
from tests.core.support.tenant import DISCOVERY, Tenant, as_json, encode, sign

DURATION = 16.0
ROTATIONS = (3.0, 6.0, 11.0)
FLOOD = 160


@click.command()
def main() -> None:
    """Rotate three times without and with a flood, and print the responses."""
    numbers = range(len(ROTATIONS))
    keys = [RSAKey.generate_key(2048, {"kid": f"new-{number}"}) for number in numbers]
    for flood in (0, FLOOD):
        with tempfile.TemporaryDirectory() as name, Tenant(Path(name)) as tenant:
            click.echo(f"\nthree rotations, {flood} callers with tokens that nobody signed")
            with Server(Path(name), "serve", "--workers", "2", **tenant.environment) as server:
                rotate(server, tenant, keys, flood)
            click.echo(f"fetches of the keys: {tenant.requests.count(DISCOVERY)}")


def rotate(server: Server, tenant: Tenant, keys: list[RSAKey], flood: int) -> None:
    """Send requests while the issuer rotates its key."""
    latest = [tenant.key]
    private = f"{server.url}/api/private"
    kinds = [
        Kind("first key", 200, getter(private, lambda: token(tenant, tenant.key)), callers=3),
        Kind("latest key", 200, getter(private, lambda: token(tenant, latest[-1])), callers=3),
        Kind("public", 200, getter(f"{server.url}/api/public"), callers=3),
    ]
    if flood:
        unknown = getter(private, lambda: unsigned(tenant))
        kinds.append(Kind("flood", 503, unknown, callers=flood))
    with load(kinds):
        started = time.monotonic()
        for seconds, key in zip(ROTATIONS, keys, strict=True):
            time.sleep(max(0, started + seconds - time.monotonic()))
            latest.append(key)
            tenant.documents = tenant.published(*latest)
        time.sleep(max(0, started + DURATION - time.monotonic()))


def token(tenant: Tenant, key: RSAKey) -> str:
    """Return a valid token, issued now."""
    return sign(tenant.header(kid=key.kid), tenant.claims(), key)


def unsigned(tenant: Tenant) -> str:
    """Return a token that anybody can make: without a signature, and with an unknown kid."""
    parts = (tenant.header(kid=secrets.token_hex(8)), tenant.claims())
    return ".".join([*(encode(as_json(part)) for part in parts), "AAAA"])


if __name__ == "__main__":
    main()
