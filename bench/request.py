"""Measures where the time of a guarded request goes, in one process: `python -m bench.request`.

Each figure is the least of many rounds, which are made in turns, in processor time: so other work
of the machine hardly counts. A server in front costs more (see bench/README.md).
"""

import io
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import cycle
from pathlib import Path
from typing import Any

import click
from flask import Flask, Response, jsonify

from api.core.guard import guard_of, jws
from api.core.guard.token_rules import TokenContext, is_signed
from api.core.guard.validator import Auth0JWTBearerTokenValidator, find_key
from api.core.guard.verified import VerifiedTokens
from tests.core.support.app import app_of
from tests.core.support.tenant import Tenant

CALLS = 100

Measured = dict[str, Callable[[], Any]]


@click.command()
@click.option("--rounds", default=100, help="How often each is measured.")
def main(rounds: int) -> None:
    """Measure requests and their parts."""
    with tempfile.TemporaryDirectory() as name:
        tenant = Tenant(Path(name))
        database = f"sqlite:///{name}/messages.db"
        app = app_of(tenant, settings={"database_url": database})
        tokens = [tenant.token(jti=str(number)) for number in range(CALLS)]
        for title, measured in (
            ("request", requests(app, tenant, tokens)),
            ("part of it", parts(guard_of(app).bearer, tenant, tokens)),
        ):
            print(f"\n| {title} | µs |\n|---|---|")
            for part, least in measure(measured, rounds).items():
                print(f"| {part} | {least:.1f} |")


def requests(app: Flask, tenant: Tenant, tokens: list[str]) -> Measured:
    """Return requests, each as a call of the WSGI application."""
    bearer = guard_of(app).bearer
    fresh = cycle(tokens)

    def forget() -> str:
        # As if the token had never come.
        bearer.verified = VerifiedTokens()
        return next(fresh)

    one, private = tokens[0], partial(call, app, "/api/private")
    return {
        "plain Flask, a view with jsonify": partial(call, plain(), "/api/public"),
        "public": partial(call, app, "/api/public"),
        "private, a remembered token": lambda: private(one),
        "private, a new token": lambda: private(forget()),
        "private, no token (401)": private,
    }


def parts(bearer: Auth0JWTBearerTokenValidator, tenant: Tenant, tokens: list[str]) -> Measured:
    """Return what the guard does for a remembered token, and for a new one."""
    token = tokens[0]
    bearer.authenticate_token(token)
    unverified = jws.read(token)
    keys = bearer.keys[tenant.issuer]
    context = TokenContext(bearer.requirements, time.time(), keys.find("tenant-1"))

    def check() -> None:
        for each, against in bearer._checks(unverified, find_key):
            each.passes(unverified, against)

    return {
        "a remembered token, in all": lambda: bearer.authenticate_token(token),
        "its claims, read": lambda: jws.read_claims(token),
        "its key, looked up": lambda: keys.holds(context.key) if context.key else None,
        "a new token, in all": lambda: bearer._verify(token),
        "its form, read": lambda: jws.read(token),
        "all of its checks": check,
        "its signature alone": lambda: is_signed(unverified, context),
    }


def plain() -> Flask:
    """Return an app of Flask with one view."""
    app = Flask("plain")

    @app.get("/api/public")
    def public() -> Response:
        return jsonify(message="Hello")

    return app


def call(app: Flask, path: str, token: str = "") -> None:
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "HTTP_HOST": "localhost",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": sys.stderr,
    } | ({"HTTP_AUTHORIZATION": f"Bearer {token}"} if token else {})
    for _ in app(environ, lambda *_: None):  # type: ignore[arg-type]
        pass


def measure(measured: Measured, rounds: int) -> dict[str, float]:
    """Return the least time of each in microseconds."""
    least = dict.fromkeys(measured, float("inf"))
    for _ in range(rounds):
        for name, spent in in_turn(measured):
            least[name] = min(least[name], spent)
    return least


def in_turn(measured: Measured) -> Iterator[tuple[str, float]]:
    for name, work in measured.items():
        started = time.process_time()
        for _ in range(CALLS):
            work()
        yield name, 1_000_000 * (time.process_time() - started) / CALLS


if __name__ == "__main__":
    main()
