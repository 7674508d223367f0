"""Which proofs were seen: in memory, in a Redis that copies of the service share, and without."""

import socket
import socketserver
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, cast

import pytest
import redis

from api.core.guard import (
    Guard,
    MemoryReplayCache,
    RedisReplayCache,
    ReplayCacheUnavailable,
    guard_of,
)
from api.core.guard.dpop import REMEMBERED
from api.core.guard.proof_checks import SECONDS_AHEAD, SECONDS_BACK
from api.core.guard.replay import SECONDS_TO_WAIT
from api.core.testing import Clock
from tests.core.guard.corpus.proof_case import bound, good
from tests.core.guard.exchange import exchange
from tests.core.support.app import app_of
from tests.core.support.redis import Redis
from tests.core.support.server import Server, free_port
from tests.core.support.tenant import Tenant
from tests.core.support.threads import at_once

SECONDS = 360
needs_redis = pytest.mark.needs("redis")


@pytest.fixture
def redis_url(redis_server: Redis) -> Any:
    """The address of a Redis that has seen nothing."""
    with redis_server.client() as client:
        client.flushall()
    return redis_server.url


@pytest.fixture
def own_redis(tmp_path: Path) -> Any:
    """A Redis that a test may take away."""
    with Redis(tmp_path) as running:
        yield running


@pytest.fixture(params=["memory", pytest.param("redis", marks=needs_redis)])
def replay_caches(request: pytest.FixtureRequest) -> Any:
    """The memory as two copies of the service see it; without a Redis, there is but one copy."""
    if request.param == "memory":
        return [MemoryReplayCache()] * 2
    url = request.getfixturevalue("redis_url")
    return [RedisReplayCache(url), RedisReplayCache(url)]


def test_first(replay_caches: Any) -> None:
    """A proof is accepted once, whichever cache sees it first; another proof is accepted as
    well."""
    here, there = replay_caches
    assert here.add("a", SECONDS)
    assert not here.add("a", SECONDS)
    assert not there.add("a", SECONDS)
    assert there.add("b", SECONDS)
    assert not here.add("b", SECONDS)


def test_race(replay_caches: Any) -> None:
    """Of eight threads with the same proof exactly one is accepted, for each of many proofs."""

    def work(number: Any) -> Any:
        return [replay_caches[number % 2].add(str(proof), SECONDS) for proof in range(50)]

    answers = at_once(8, work)
    assert [sum(each) for each in zip(*answers, strict=True)] == [1] * 50


class WatchedLock:
    """A lock that notes in `steps` when it is taken, and when it is left."""

    def __init__(self, steps: list[str]) -> None:
        self._lock = threading.Lock()
        self._steps = steps

    def __enter__(self) -> None:
        self._lock.acquire()
        self._steps.append("taken")

    def __exit__(self, *_: object) -> None:
        self._steps.append("left")
        self._lock.release()


def test_looking_and_noting_are_one_step() -> None:
    """One thread holds the lock while it looks a proof up and adds it."""
    steps = []

    class Proof(str):
        __slots__ = ()

        def __hash__(self) -> int:
            steps.append("used")
            return super().__hash__()

    replay_cache = MemoryReplayCache()
    replay_cache._lock = cast(Any, WatchedLock(steps))
    assert replay_cache.add(Proof("a"), SECONDS)
    first, *uses, last = steps
    assert (first, set(uses), last) == ("taken", {"used"}, "left")
    assert len(uses) >= 2


def test_longer_than_it_counts() -> None:
    """A proof is remembered for longer than it could be accepted."""
    assert REMEMBERED > SECONDS_BACK + SECONDS_AHEAD


def test_expiry() -> None:
    """A proof is forgotten when its time is over, and seeing it again does not prolong that."""
    clock = Clock(0)
    replay_cache = MemoryReplayCache(clock)
    assert replay_cache.add("a", SECONDS)
    clock.now = SECONDS - 1
    assert not replay_cache.add("a", SECONDS)
    clock.now = SECONDS
    assert replay_cache.add("a", SECONDS)


def test_bounded_growth() -> None:
    """The cache holds as many proofs as come within their lifetime, and no more."""
    clock = Clock(0)
    replay_cache = MemoryReplayCache(clock)
    for second in range(10_000):
        clock.now = second
        assert replay_cache.add(str(second), SECONDS)
        assert len(replay_cache._seen) <= SECONDS
    clock.now += SECONDS
    assert replay_cache.add("the last", SECONDS)
    assert len(replay_cache._seen) == 1


def test_the_oldest_are_forgotten() -> None:
    """The oldest proofs are forgotten first."""
    clock = Clock(0)
    replay_cache = MemoryReplayCache(clock)
    for clock.now, proof in enumerate("abc"):
        assert replay_cache.add(proof, SECONDS)
    clock.now = SECONDS
    assert replay_cache.add("d", SECONDS)
    assert [replay_cache.add(proof, SECONDS) for proof in "bcda"] == [False, False, False, True]


@needs_redis
def test_expiry_in_redis(redis_url: str, redis_server: Redis) -> None:
    """In Redis a proof has a key with our prefix, which lives from its first use on."""
    replay_cache = RedisReplayCache(redis_url)
    with redis_server.client() as client:
        assert replay_cache.add("a", SECONDS)
        assert client.keys() == ["dpop:a"]
        client.expire("dpop:a", 100)
        assert not replay_cache.add("a", SECONDS)
        assert 0 < client.ttl("dpop:a") <= 100
        client.pexpire("dpop:a", 0)
        assert replay_cache.add("a", SECONDS)
        assert 100 < client.ttl("dpop:a") <= SECONDS


@needs_redis
def test_redis_is_away(own_redis: Redis) -> None:
    """A Redis that is down raises ReplayCacheUnavailable, and is used again when it is back."""
    replay_cache = RedisReplayCache(own_redis.url)
    assert replay_cache.add("a", SECONDS)
    own_redis.stop()
    for _ in range(2):
        with pytest.raises(ReplayCacheUnavailable):
            replay_cache.add("b", SECONDS)
        with pytest.raises(ReplayCacheUnavailable):
            replay_cache.ping()
    own_redis.start()
    replay_cache.ping()
    assert replay_cache.add("b", SECONDS)


def test_redis_does_not_answer() -> None:
    """A Redis that accepts the connection and says nothing is given up after about a second."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        replay_cache = RedisReplayCache(f"redis://127.0.0.1:{silent.getsockname()[1]}/0")
        with pytest.raises(ReplayCacheUnavailable):
            replay_cache.add("a", SECONDS)
    timeouts = replay_cache._redis.connection_pool.connection_kwargs
    assert timeouts["socket_timeout"] == timeouts["socket_connect_timeout"] == SECONDS_TO_WAIT


@needs_redis
def test_redis_refuses(redis_url: str, redis_server: Redis) -> None:
    """A Redis that answers with an error raises ReplayCacheUnavailable."""
    with redis_server.client() as client:
        client.config_set("maxmemory", 1)
        try:
            with pytest.raises(ReplayCacheUnavailable):
                RedisReplayCache(redis_url).add("a", SECONDS)
        finally:
            client.config_set("maxmemory", 0)


def test_the_password_is_not_shown() -> None:
    """The password in REDIS_URL is in no text of the failure."""
    with pytest.raises(ReplayCacheUnavailable) as caught:
        RedisReplayCache(f"redis://:s3cr3t@127.0.0.1:{free_port()}/0").ping()
    assert "s3cr3t" not in f"{caught.value!r} {caught.value.__cause__!r}"


Records = list[tuple[str, str]]


@pytest.fixture
def log_records(caplog: pytest.LogCaptureFixture) -> Callable[[], Records]:
    """What the log has been told of Redis since the last call."""
    caplog.set_level("INFO", "api.core.guard.replay")

    def records() -> Records:
        lines = [(record.levelname, record.getMessage()) for record in caplog.records]
        caplog.clear()
        return lines

    return records


def refused(replay_cache: RedisReplayCache) -> str:
    """Why the memory cannot be used."""
    with pytest.raises(ReplayCacheUnavailable) as caught:
        replay_cache.add("a", SECONDS)
    return str(caught.value)


def news_of_failure(replay_cache: RedisReplayCache, reason: str) -> Records:
    text = (
        f"the Redis at {replay_cache.address} (REDIS_URL) cannot be used, and DPoP proofs are "
        f"answered 503: {reason}. Check that it runs, lets this API in, and accepts writes"
    )
    return [("WARNING", text)]


def news_of_return(replay_cache: RedisReplayCache) -> Records:
    return [("INFO", f"the Redis at {replay_cache.address} (REDIS_URL) can be used again")]


@needs_redis
def test_changes_are_told(own_redis: Redis, log_records: Callable[[], Records]) -> None:
    """The log has one line when Redis goes away, with the reason, and one when it is back."""
    replay_cache = RedisReplayCache(own_redis.url)
    for _ in range(2):
        assert replay_cache.add("a", SECONDS) in (True, False)
        assert log_records() == []
        own_redis.stop()
        reason = refused(replay_cache)
        assert "Connection refused" in reason
        assert log_records() == news_of_failure(replay_cache, reason)
        assert sum(refused(replay_cache) != "" for _ in range(3)) == 3
        assert log_records() == []
        own_redis.start()
        assert replay_cache.add("a", SECONDS)
        assert log_records() == news_of_return(replay_cache)


def test_many_threads_tell_a_change_once(log_records: Callable[[], Records]) -> None:
    """The log has one line when many requests notice at once that Redis is away."""
    replay_cache = RedisReplayCache(f"redis://127.0.0.1:{free_port()}/0")
    reasons = at_once(16, lambda _: refused(replay_cache))
    assert log_records() == news_of_failure(replay_cache, reasons[0])


def test_late_answers_are_no_news(
    monkeypatch: pytest.MonkeyPatch, log_records: Callable[[], Records]
) -> None:
    """A failure that began before Redis was back, and ended after that, is not logged as another
    one."""
    entered, released = threading.Event(), threading.Event()

    def answer(_self: object, name: str, *_: object, **__: object) -> bool:
        if name == "dpop:late":
            entered.set()
            assert released.wait(30)
        if name != "dpop:good":
            raise redis.ConnectionError("away")
        return True

    monkeypatch.setattr(redis.Redis, "set", answer)
    replay_cache = RedisReplayCache("redis://localhost/0")
    assert refused(replay_cache) == "away"
    with ThreadPoolExecutor(1) as pool:
        late_answer = pool.submit(replay_cache.add, "late", SECONDS)
        assert entered.wait(30)
        assert replay_cache.add("good", SECONDS)
        released.set()
        assert isinstance(late_answer.exception(30), ReplayCacheUnavailable)
    assert log_records() == news_of_failure(replay_cache, "away") + news_of_return(replay_cache)


@needs_redis
@pytest.mark.parametrize(
    ("spoil", "mend", "reason"),
    [
        ("CONFIG SET maxmemory 1", "CONFIG SET maxmemory 0", "used memory > 'maxmemory'"),
        ("REPLICAOF 127.0.0.1 1", "REPLICAOF NO ONE", "read only replica"),
    ],
    ids=["full", "read-only"],
)
def test_redis_that_answers_pings_alone(
    own_redis: Redis, log_records: Callable[[], Records], spoil: str, mend: str, reason: str
) -> None:
    """A Redis that answers but stores nothing cannot be used, and the log has the reason."""
    replay_cache = RedisReplayCache(own_redis.url)
    assert replay_cache.fault() is None
    with own_redis.client() as client:
        client.execute_command(*spoil.split())
        answer = refused(replay_cache)
        assert reason in answer
        assert log_records() == news_of_failure(replay_cache, answer)
        replay_cache.ping()
        assert replay_cache.fault() == "the memory of DPoP proofs, in Redis, cannot be used"
        assert log_records() == []
        client.execute_command(*mend.split())
    assert replay_cache.add("b", SECONDS)
    assert log_records() == news_of_return(replay_cache)
    assert replay_cache.fault() is None


@needs_redis
@pytest.mark.parametrize("credentials", ["", ":wr0ng@", "ann:wr0ng@"])
def test_redis_that_refuses_the_password(
    own_redis: Redis, log_records: Callable[[], Records], credentials: str
) -> None:
    """A Redis that refuses the password cannot be used; the log has the reason without the
    password."""
    replay_cache = RedisReplayCache(own_redis.url.replace("redis://", f"redis://{credentials}"))
    with own_redis.client() as client:
        client.config_set("requirepass", "s3cr3t")
    reason = refused(replay_cache)
    assert "auth" in reason.lower() or "password" in reason
    [(level, text)] = log_records()
    assert level == "WARNING"
    assert "wr0ng" not in text
    assert "s3cr3t" not in text


def test_a_server_that_repeats_the_password(log_records: Callable[[], Records]) -> None:
    """A password stays out of the log even if the answer of the server repeats it."""

    class Parrot(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            while self.rfile.readline():
                self.wfile.write(b"-ERR unknown command, args beginning with: 's3cr3t' 'zoe'\r\n")

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Parrot) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        replay_cache = RedisReplayCache(
            f"redis://zoe:s3cr3t@127.0.0.1:{server.server_address[1]}/0"
        )
        assert "args beginning with: '***' '***'" in refused(replay_cache)
        server.shutdown()
    [(_, text)] = log_records()
    assert "s3cr3t" not in text
    assert "zoe" not in text


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("redis://ann:s3cr3t@cache.example:7000/3", "cache.example:7000"),
        ("rediss://:s3cr3t@cache.example", "cache.example:6379"),
        ("redis://", "localhost:6379"),
        ("unix://ann:s3cr3t@/run/redis.sock?db=1", "/run/redis.sock"),
    ],
)
def test_address(url: str, address: str) -> None:
    """The address of a Redis is shown without its credentials."""
    assert RedisReplayCache(url).address == address


def test_memory_is_never_at_fault() -> None:
    """The cache in memory never has a fault."""
    assert MemoryReplayCache().fault() is None


def test_checks_are_few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Redis is checked at intervals, however often its fault is asked for."""
    asked: list[str] = []

    def answer(_self: object, name: str, *_: object, **__: object) -> bool:
        asked.append(name)
        raise redis.ConnectionError("away")

    monkeypatch.setattr(redis.Redis, "set", answer)
    monkeypatch.setattr("api.core.guard.replay.SECONDS_BETWEEN_CHECKS", 3600)
    replay_cache = RedisReplayCache("redis://localhost/0")
    assert all(replay_cache.fault() for _ in range(100))
    assert asked == ["dpop:check"]


def test_checks_keep_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """A caller who asks for the fault during a check gets the last known answer."""
    entered, released = threading.Event(), threading.Event()

    def answer(*_: object, **__: object) -> bool:
        entered.set()
        assert released.wait(30)
        raise redis.ConnectionError("away")

    monkeypatch.setattr(redis.Redis, "set", answer)
    replay_cache = RedisReplayCache("redis://localhost/0")
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(replay_cache.fault)
        assert entered.wait(30)
        assert replay_cache.fault() is None
        released.set()
        assert first.result(30)


def test_a_check_does_not_last() -> None:
    """A check of a Redis that says nothing ends within about a second."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        replay_cache = RedisReplayCache(f"redis://127.0.0.1:{silent.getsockname()[1]}/0")
        assert replay_cache.fault()
        timeouts = replay_cache._checked.connection_pool.connection_kwargs
        assert timeouts["socket_timeout"] + timeouts["socket_connect_timeout"] <= 1


@needs_redis
@pytest.mark.parametrize("mode", ["allowed", "required", "off"])
def test_readiness(
    tenant: Tenant, own_redis: Redis, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    """A copy of the service that requires proofs is not ready without its Redis, and is ready again
    when Redis is back. One that accepts Bearer stays ready."""
    monkeypatch.setattr("api.core.guard.replay.SECONDS_BETWEEN_CHECKS", 0)
    settings = {"redis_url": own_redis.url, "dpop": mode}
    guard: Guard = guard_of(app_of(tenant, settings=settings))
    faults = ["the memory of DPoP proofs, in Redis, cannot be used"] if mode == "required" else []
    assert guard.faults() == []
    own_redis.stop()
    assert guard.faults() == faults
    assert guard.faults() == faults
    own_redis.start()
    assert guard.faults() == []


def test_readiness_without_redis(tenant: Tenant) -> None:
    """A process that remembers proofs itself is always ready for them."""
    guard: Guard = guard_of(app_of(tenant, settings={"dpop": "required"}))
    assert guard.faults() == []


def proven(tenant: Tenant) -> Any:
    """The headers of a good request by DPoP."""
    token = bound()(tenant)
    return {"Authorization": f"DPoP {token}", "DPoP": good(token)}


@needs_redis
def test_app_without_its_redis(tenant: Tenant, own_redis: Redis) -> None:
    """While Redis is away a good proof is answered 503 with Retry-After and no challenge, and then
    200."""
    client = app_of(tenant, settings={"redis_url": own_redis.url}).test_client()
    assert client.get("/api/me", headers=proven(tenant)).status_code == 200
    own_redis.stop()
    headers = proven(tenant)
    while_away = client.get("/api/me", headers=headers)
    assert while_away.status_code == 503
    assert while_away.content_type == "application/problem+json"
    assert while_away.get_json()["type"] == "/problems#replay-memory-unavailable"
    assert while_away.headers["Retry-After"] == "1"
    assert "WWW-Authenticate" not in while_away.headers
    assert "error" not in while_away.get_json()
    own_redis.start()
    assert client.get("/api/me", headers=headers).status_code == 200
    assert client.get("/api/me", headers=headers).status_code == 401


@needs_redis
def test_only_dpop_needs_redis(tenant: Tenant, own_redis: Redis) -> None:
    """While Redis is away Bearer still works, and a bad proof is still answered 401."""
    client = app_of(tenant, settings={"redis_url": own_redis.url}).test_client()
    own_redis.stop()
    assert client.get("/api/public").status_code == 200
    bearer = {"Authorization": f"Bearer {tenant.token()}"}
    assert client.get("/api/me", headers=bearer).status_code == 200
    assert client.get("/api/private", headers=proven(tenant)).status_code == 401
    own_redis.start()


def test_two_apps_without_redis(tenant: Tenant) -> None:
    """Without Redis each copy of the service remembers the proofs that it has seen itself."""
    here, there = app_of(tenant).test_client(), app_of(tenant).test_client()
    headers = proven(tenant)
    answers = [app.get("/api/me", headers=headers).status_code for app in (here, there, here)]
    assert answers == [200, 200, 401]


def test_time_passes_in_the_app(tenant: Tenant) -> None:
    """The clock of the app decides when a proof is forgotten."""
    clock = Clock(0)
    app = app_of(tenant, clock=clock)
    headers = proven(tenant)
    answers = []
    for seconds in (0, REMEMBERED - 1, REMEMBERED):
        clock.now = seconds
        answers.append(app.test_client().get("/api/me", headers=headers).status_code)
    assert answers == [200, 401, 200]


@needs_redis
def test_two_processes_share_one_redis(tenant: Tenant, redis_url: str, tmp_path: Path) -> None:
    """A proof that one process accepted is refused by the other, and by each of its workers."""
    environment = tenant.environment | {"REDIS_URL": redis_url}
    directories = [tmp_path / name for name in ("one", "two")]
    for directory in directories:
        directory.mkdir()
    first_server, second_server = (
        Server(directory, "serve", "--workers", workers, **environment)
        for directory, workers in zip(directories, ("1", "2"), strict=True)
    )
    with first_server, second_server:
        token = bound()(tenant)
        authorization, more = f"DPoP {token}".encode(), b"DPoP: %b\r\n" % good(token).encode()

        def status(server: Server) -> Any:
            return exchange(server.port, "/api/me", authorization, more=more).status

        assert status(first_server) == 200
        assert [status(second_server) for _ in range(8)] == [401] * 8
        assert status(first_server) == 401
