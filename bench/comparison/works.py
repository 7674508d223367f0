"""The works that the servers are compared in."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import click
import urllib3

from bench.comparison import wrk
from bench.comparison.peers import PRIVATE, PUBLIC, Peer, Running
from bench.comparison.wrk import Result
from tests.core.support.tenant import Tenant

IN_TURN = 5_000
BODY = json.dumps({"text": "A ship has left the harbour before the morning tide."})


class Tokens:
    """The access tokens that are sent, in files with a line for each.

    one: a single token. in_turn: 5,000 of them. fresh: for each round others, all different.
    """

    def __init__(self, tenant: Tenant, directory: Path, rounds: int, count: int) -> None:
        """
        :param tenant: whose tokens they are
        :param directory: where the files are written
        :param rounds: how many rounds need tokens that nobody has seen
        :param count: how many tokens these rounds need together
        """
        self.count = count // rounds
        self.one, self.in_turn = directory / "one", directory / "in-turn"
        self.fresh = [directory / f"fresh-{number}" for number in range(rounds)]
        made = _tokens(tenant)
        for path, lines in ((self.one, 1), (self.in_turn, IN_TURN)):
            _write(path, made, lines)
        for path in self.fresh:
            _write(path, made, self.count)


@dataclass(slots=True)
class Context:
    """What a round of measurements knows.

    :param tokens: the access tokens
    :param seconds: how long each server is measured in each work
    :param number: the number of the round
    :param rates: the requests in a second of each server in the work "private, one token"
    """

    tokens: Tokens
    seconds: int
    number: int = 0
    rates: dict[str, float] = field(default_factory=dict)


Measure = Callable[[Running, Context], Result]


@dataclass(frozen=True, slots=True)
class Work:
    """A kind of request.

    :param name: its name in the table
    :param measure: measures one server
    :param suits: whether a server has what it needs
    """

    name: str
    measure: Measure
    suits: Callable[[Peer], bool]


def _public(server: Running, context: Context) -> Result:
    return wrk.run(server.url(PUBLIC), context.seconds)


def _one_token(server: Running, context: Context) -> Result:
    result = wrk.run(server.url(PRIVATE), context.seconds, tokens=context.tokens.one)
    context.rates[server.peer.name] = result.rate
    return result


def _in_turn(server: Running, context: Context) -> Result:
    return wrk.run(server.url(PRIVATE), context.seconds, tokens=context.tokens.in_turn)


def _fresh(server: Running, context: Context) -> Result:
    file = context.tokens.fresh[context.number]
    result = wrk.run(server.url(PRIVATE), min(context.seconds, 2), tokens=file)
    if result.made > context.tokens.count:
        raise click.ClickException("Too few tokens: a token was sent twice. Add --tokens 300000.")
    return result


def _half_load(server: Running, context: Context) -> Result:
    connections = 4 * wrk.CONNECTIONS
    pause = 1000 * connections / (context.rates[server.peer.name] / 2)
    return wrk.run(
        server.url(PRIVATE),
        context.seconds,
        tokens=context.tokens.one,
        connections=connections,
        pause=pause,
    )


def _list(server: Running, context: Context) -> Result:
    url = server.url(f"{server.peer.messages}?limit=50")
    return wrk.run(url, context.seconds, tokens=context.tokens.one)


def _read(server: Running, context: Context) -> Result:
    token = context.tokens.one.read_text().strip()
    answer = urllib3.request(
        "GET",
        server.url(f"{server.peer.messages}?limit=1"),
        headers={"Authorization": f"Bearer {token}"},
    ).json()
    [message] = answer["items"] if isinstance(answer, dict) else answer
    url = server.url(f"{server.peer.messages}/{message['id']}")
    return wrk.run(url, context.seconds, tokens=context.tokens.one)


def _create(server: Running, context: Context) -> Result:
    url = server.url(server.peer.messages)
    return wrk.run(url, context.seconds, tokens=context.tokens.one, body=BODY)


def _has_public(peer: Peer) -> bool:
    return not peer.messages.startswith("/open")


def _is_guarded(peer: Peer) -> bool:
    return peer.guarded


def _stores(peer: Peer) -> bool:
    return bool(peer.messages)


ONE_TOKEN = Work("private, one token", _one_token, _is_guarded)
HALF_LOAD = Work("private at half load", _half_load, _is_guarded)
WORKS = (
    Work("public", _public, _has_public),
    ONE_TOKEN,
    Work("private, 5,000 tokens in turn", _in_turn, _is_guarded),
    Work("private, every token new", _fresh, _is_guarded),
    HALF_LOAD,
    Work("list of 50", _list, _stores),
    Work("read one", _read, _stores),
    Work("create", _create, _stores),
)


def _tokens(tenant: Tenant) -> Iterator[str]:
    number = 0
    while True:
        number += 1
        yield tenant.token(
            sub=f"auth0|{number:024x}",
            scope="openid read:messages write:messages",
        )


def _write(path: Path, tokens: Iterator[str], lines: int) -> None:
    with path.open("w") as out:
        for _ in range(lines):
            out.write(f"{next(tokens)}\n")
