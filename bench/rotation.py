"""What callers notice when the issuer rotates its key three times, with and without a flood of
unsigned tokens of unknown keys: `python -m bench.rotation`.

The real `serve`, two workers, asks a tenant on this machine for its keys. Callers send one request
after the other: tokens of the first key, tokens of the latest key, and none to the public endpoint.
"""

import secrets
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path

import click
from joserfc.jwk import RSAKey

from tests.support.server import Server
from tests.support.tenant import DISCOVERY, Tenant, as_json, encode, sign

SECONDS = 16.0
ROTATIONS = (3.0, 6.0, 11.0)
CALLERS = 3
FLOOD = 160

Credentials = Callable[[], str]


@dataclass
class Kind:
    """One kind of caller. last: when the latest 200 came. gap: the longest time without one."""

    path: str
    credentials: Credentials
    statuses: Counter[int] = field(default_factory=Counter)
    last: float = field(default_factory=time.monotonic)
    gap: float = 0.0

    def note(self, status: int) -> None:
        """Count an answer that came just now."""
        now = time.monotonic()
        self.statuses[status] += 1
        self.gap = max(self.gap, now - self.last)
        if status == 200:
            self.last = now


@click.command()
def main() -> None:
    """Rotate three times without and with a flood, and print a table of what callers were told."""
    keys = [
        RSAKey.generate_key(2048, {"kid": f"new-{number}", "use": "sig", "alg": "RS256"})
        for number in range(len(ROTATIONS))
    ]
    click.echo("| flood | caller | 200 | 401 | 503 | longest without a 200 | fetches |")
    click.echo("|---|---|---|---|---|---|---|")
    for flood in (0, FLOOD):
        with tempfile.TemporaryDirectory() as name, Tenant(Path(name)) as tenant:
            with Server(Path(name), "serve", "--workers", "2", **tenant.environment) as server:
                kinds = run(server, tenant, keys, flood)
            fetches = tenant.requests.count(DISCOVERY)
        for caller, kind in kinds.items():
            counts = " | ".join(f"{kind.statuses[status]:,}" for status in (200, 401, 503))
            shown = f"{flood} callers" if flood else "none"
            gap = f"{kind.gap:.2f} s" if kind.statuses[200] else "never"
            click.echo(f"| {shown} | {caller} | {counts} | {gap} | {fetches} |")


def run(server: Server, tenant: Tenant, keys: list[RSAKey], flood: int) -> dict[str, Kind]:
    """Let all of them call while the issuer rotates."""
    latest = [tenant.key]
    kinds = {
        "first key": Kind("/api/private", lambda: token(tenant, tenant.key)),
        "latest key": Kind("/api/private", lambda: token(tenant, latest[-1])),
        "public": Kind("/api/public", lambda: ""),
    }
    unknown = Kind("/api/private", lambda: unsigned(tenant))
    end = time.monotonic() + SECONDS
    callers = [*(kind for kind in kinds.values() for _ in range(CALLERS)), *([unknown] * flood)]
    with ThreadPoolExecutor(len(callers)) as pool:
        pending = [pool.submit(call, server.port, kind, end) for kind in callers]
        for at, key in zip(ROTATIONS, keys, strict=True):
            time.sleep(max(0, end - SECONDS + at - time.monotonic()))
            latest.append(key)
            tenant.documents = tenant.published(*latest)
        for each in pending:
            each.result()
    if flood:
        kinds["flood"] = unknown
    return kinds


def call(port: int, kind: Kind, end: float) -> None:
    """One request after the other, on one connection."""
    with closing(HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        while time.monotonic() < end:
            credentials = kind.credentials()
            headers = {"Authorization": f"Bearer {credentials}"} if credentials else {}
            connection.request("GET", kind.path, headers=headers)
            answer = connection.getresponse()
            answer.read()
            kind.note(answer.status)


def token(tenant: Tenant, key: RSAKey) -> str:
    """A good token, issued now."""
    return sign(tenant.header(kid=key.kid), tenant.claims(), key)


def unsigned(tenant: Tenant) -> str:
    """A token that anybody can make: of a kid that nobody knows, issued now."""
    parts = (tenant.header(kid=secrets.token_hex(8)), tenant.claims())
    return ".".join([*(encode(as_json(part)) for part in parts), "AAAA"])


if __name__ == "__main__":
    main()
