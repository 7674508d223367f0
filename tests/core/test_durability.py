"""A message that was answered 201 is stored once, even if a worker is killed."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from threading import Barrier
from typing import NamedTuple

import pytest
import urllib3
from sqlalchemy import select

from api.core.storage import Database
from tests.core.demo.messages import Message
from tests.core.support.commands import until
from tests.core.support.databases import Postgres, Sqlite
from tests.core.support.server import SECONDS, Server
from tests.core.support.tenant import Tenant

THREADS = 8
MESSAGES = 40
WORKERS = 2

Post = Callable[[Server, str, str], str]


class Service(NamedTuple):
    """Two servers on two ports, and the one database that they share."""

    servers: list[Server]
    database: Database

    def ids(self, prefix: str) -> list[tuple[str, str]]:
        """Text and id of the messages whose text begins like that."""
        query = select(Message).where(Message.text.startswith(prefix))
        found = self.database.run(lambda session: session.scalars(query).all(), writes=False)
        return sorted((each.text, str(each.id)) for each in found)


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def service(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, tenant: Tenant
) -> Iterator[Service]:
    maker: Sqlite | Postgres = request.getfixturevalue(request.param)
    url = maker.make()
    environment = tenant.environment | {"DATABASE_URL": url}
    command = ["serve", "--workers", str(WORKERS)]
    with ExitStack() as stack:
        database = Database(url)
        stack.callback(database.engine.dispose)
        servers = [
            stack.enter_context(Server(tmp_path_factory.mktemp("service"), *command, **environment))
            for _ in range(2)
        ]
        until(lambda: all(server.started == WORKERS for server in servers))
        yield Service(servers, database)


@pytest.fixture
def post(tenant: Tenant) -> Iterator[Post]:
    """`post(server, text, key)`: the id of a message. What is broken off, refused or answered 503
    is sent again, with the same Idempotency-Key, as a client would."""
    headers = {"Authorization": f"Bearer {tenant.token(scope='write:messages')}"}
    with urllib3.PoolManager(maxsize=THREADS, headers=headers) as pool:

        def send(server: Server, text: str, key: str) -> str:
            answers: list[urllib3.BaseHTTPResponse] = []

            def is_answered() -> bool:
                try:
                    answer = pool.request(
                        "POST",
                        f"{server.url}/api/messages",
                        json={"text": text},
                        headers=headers | {"Idempotency-Key": key},
                        retries=False,
                        timeout=SECONDS,
                    )
                except urllib3.exceptions.HTTPError:
                    return False
                answers.append(answer)
                return answer.status != 503

            until(is_answered)
            assert answers[-1].status == 201, answers[-1].data
            return str(answers[-1].json()["id"])

        yield send


def test_nothing_is_lost_and_nothing_doubled(service: Service, post: Post) -> None:
    """Eight clients write to two servers, one worker is killed, and every message is there once."""
    halfway = Barrier(THREADS + 1)
    server = service.servers[0]
    before = server.workers()
    assert len(before) == WORKERS

    def write(thread: int) -> list[tuple[str, str]]:
        answered = []
        for number in range(MESSAGES):
            if number == MESSAGES // 2:
                halfway.wait(SECONDS)
            text = f"No. {thread}-{number}"
            message_id = post(service.servers[number % 2], text, f"key-{thread}-{number}")
            answered.append((text, message_id))
        return answered

    with ThreadPoolExecutor(THREADS) as threads:
        writing = [threads.submit(write, thread) for thread in range(THREADS)]
        halfway.wait(SECONDS)
        before[0].kill()
        answered = [each for done in writing for each in done.result()]
    assert len(answered) == THREADS * MESSAGES
    assert service.ids("No. ") == sorted(answered)
    until(lambda: server.started == WORKERS + 1)
    after = server.workers()
    assert len(after) == WORKERS
    assert before[0] not in after


def test_one_key_is_one_message(service: Service, post: Post) -> None:
    """Eight clients that send one key to both servers at once get the same message."""
    together = Barrier(THREADS)

    def write(thread: int) -> str:
        together.wait(SECONDS)
        return post(service.servers[thread % 2], "once", "one-key")

    with ThreadPoolExecutor(THREADS) as threads:
        answered = set(threads.map(write, range(THREADS)))
    assert len(answered) == 1
    assert service.ids("once") == [("once", *answered)]
