"""Which proofs were seen: in memory, in a Redis that copies of the service share, and without."""

import socket
import time

import pytest

from api.guard import ReplaysInMemory, ReplaysInRedis, ReplaysUnavailable
from api.guard.dpop import REMEMBERED
from api.guard.proof import SECONDS_AHEAD, SECONDS_BACK
from api.guard.replay import SECONDS_TO_WAIT
from tests.guard.conftest import Clock, app_of, exchange
from tests.guard.corpus.proof_case import bound, good
from tests.support.redis import Redis
from tests.support.server import Server, free_port
from tests.support.threads import at_once

SECONDS = 360
needs_redis = pytest.mark.needs("redis")


@pytest.fixture
def redis_url(redis_server):
    """The address of a Redis that has seen nothing."""
    with redis_server.client() as client:
        client.flushall()
    return redis_server.url


@pytest.fixture
def own_redis(tmp_path):
    """A Redis that a test may take away."""
    with Redis(tmp_path) as running:
        yield running


@pytest.fixture(params=["memory", pytest.param("redis", marks=needs_redis)])
def copies(request):
    """The memory as two copies of the service see it; without a Redis, there is but one copy."""
    if request.param == "memory":
        return [ReplaysInMemory()] * 2
    url = request.getfixturevalue("redis_url")
    return [ReplaysInRedis(url), ReplaysInRedis(url)]


def test_first(copies):
    """A proof is first once, whichever copy it comes to; another proof is first as well."""
    here, there = copies
    assert here.is_first("a", SECONDS)
    assert not here.is_first("a", SECONDS)
    assert not there.is_first("a", SECONDS)
    assert there.is_first("b", SECONDS)
    assert not here.is_first("b", SECONDS)


def test_race(copies):
    """Of eight threads with one proof exactly one is first, and so for each of many proofs."""

    def work(number):
        return [copies[number % 2].is_first(str(proof), SECONDS) for proof in range(50)]

    answers = at_once(8, work)
    assert [sum(each) for each in zip(*answers, strict=True)] == [1] * 50


class Slow(str):
    """A proof that takes its time to be looked for."""

    __slots__ = ()

    def __hash__(self) -> int:
        time.sleep(0.005)
        return super().__hash__()


def test_looking_and_noting_are_one_step():
    """Of threads that look for a proof while it is being noted, none takes it for the first."""
    replays = ReplaysInMemory()
    assert sum(at_once(8, lambda _: replays.is_first(Slow("a"), SECONDS))) == 1


def test_longer_than_it_counts():
    """A proof is remembered for longer than it could be accepted."""
    assert REMEMBERED > SECONDS_BACK + SECONDS_AHEAD


def test_expiry():
    """A proof is forgotten when its time is over, and not before; seeing it again adds nothing."""
    clock = Clock(0)
    replays = ReplaysInMemory(clock)
    assert replays.is_first("a", SECONDS)
    clock.now = SECONDS - 1
    assert not replays.is_first("a", SECONDS)
    clock.now = SECONDS
    assert replays.is_first("a", SECONDS)


def test_bounded_growth():
    """What is forgotten takes no room: as many are kept as come within the time, and no more."""
    clock = Clock(0)
    replays = ReplaysInMemory(clock)
    for second in range(10_000):
        clock.now = second
        assert replays.is_first(str(second), SECONDS)
        assert len(replays._seen) <= SECONDS
    clock.now += SECONDS
    assert replays.is_first("the last", SECONDS)
    assert len(replays._seen) == 1


def test_the_oldest_are_forgotten():
    """What is forgotten is what came first, not what came last."""
    clock = Clock(0)
    replays = ReplaysInMemory(clock)
    for clock.now, proof in enumerate("abc"):
        assert replays.is_first(proof, SECONDS)
    clock.now = SECONDS
    assert replays.is_first("d", SECONDS)
    assert [replays.is_first(proof, SECONDS) for proof in "bcda"] == [False, False, False, True]


@needs_redis
def test_expiry_in_redis(redis_url, redis_server):
    """In Redis a proof has its time to live from its first sight on, and a name of ours."""
    replays = ReplaysInRedis(redis_url)
    with redis_server.client() as client:
        assert replays.is_first("a", SECONDS)
        assert client.keys() == ["dpop:a"]
        client.expire("dpop:a", 100)
        assert not replays.is_first("a", SECONDS)
        assert 0 < client.ttl("dpop:a") <= 100
        client.pexpire("dpop:a", 0)
        assert replays.is_first("a", SECONDS)
        assert 100 < client.ttl("dpop:a") <= SECONDS


@needs_redis
def test_redis_is_away(own_redis):
    """Where Redis is away nobody knows; when it is back the same client finds it."""
    replays = ReplaysInRedis(own_redis.url)
    assert replays.is_first("a", SECONDS)
    own_redis.stop()
    for _ in range(2):
        with pytest.raises(ReplaysUnavailable):
            replays.is_first("b", SECONDS)
        with pytest.raises(ReplaysUnavailable):
            replays.ping()
    own_redis.start()
    replays.ping()
    assert replays.is_first("b", SECONDS)


def test_redis_does_not_answer():
    """A Redis that takes the connection and says nothing is away, after a second or so."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        replays = ReplaysInRedis(f"redis://127.0.0.1:{silent.getsockname()[1]}/0")
        began = time.monotonic()
        with pytest.raises(ReplaysUnavailable):
            replays.is_first("a", SECONDS)
        assert time.monotonic() - began < SECONDS_TO_WAIT + 2


@needs_redis
def test_redis_refuses(redis_url, redis_server):
    """A Redis that answers with an error is away: a full one, or one that wants a password."""
    with redis_server.client() as client:
        client.config_set("maxmemory", 1)
        try:
            with pytest.raises(ReplaysUnavailable):
                ReplaysInRedis(redis_url).is_first("a", SECONDS)
        finally:
            client.config_set("maxmemory", 0)


def test_the_password_is_not_shown():
    """A password in REDIS_URL is in no text of the failure."""
    with pytest.raises(ReplaysUnavailable) as caught:
        ReplaysInRedis(f"redis://:s3cr3t@127.0.0.1:{free_port()}/0").ping()
    assert "s3cr3t" not in f"{caught.value!r} {caught.value.__cause__!r}"


def proven(tenant):
    """The headers of a good request by DPoP."""
    token = bound()(tenant)
    return {"Authorization": f"DPoP {token}", "DPoP": good(token)}


@needs_redis
def test_app_without_its_redis(tenant, own_redis):
    """While Redis is away a good proof is 503 with Retry-After and no challenge; then it is 200."""
    client = app_of(tenant, settings={"redis_url": own_redis.url}).test_client()
    assert client.get("/api/me", headers=proven(tenant)).status_code == 200
    own_redis.stop()
    headers = proven(tenant)
    away = client.get("/api/me", headers=headers)
    assert away.status_code == 503
    assert away.content_type == "application/problem+json"
    assert away.json["type"] == "/problems#replay-memory-unavailable"
    assert away.headers["Retry-After"] == "1"
    assert "WWW-Authenticate" not in away.headers
    assert "error" not in away.json
    own_redis.start()
    assert client.get("/api/me", headers=headers).status_code == 200
    assert client.get("/api/me", headers=headers).status_code == 401


@needs_redis
def test_only_dpop_needs_redis(tenant, own_redis):
    """While Redis is away Bearer goes on, and a bad proof is still a bad proof."""
    client = app_of(tenant, settings={"redis_url": own_redis.url}).test_client()
    own_redis.stop()
    assert client.get("/api/public").status_code == 200
    bearer = {"Authorization": f"Bearer {tenant.token()}"}
    assert client.get("/api/me", headers=bearer).status_code == 200
    assert client.get("/api/private", headers=proven(tenant)).status_code == 401
    own_redis.start()


def test_two_apps_without_redis(tenant):
    """Without Redis each copy of the service remembers what it has seen itself."""
    here, there = app_of(tenant).test_client(), app_of(tenant).test_client()
    headers = proven(tenant)
    answers = [app.get("/api/me", headers=headers).status_code for app in (here, there, here)]
    assert answers == [200, 200, 401]


def test_time_passes_in_the_app(tenant):
    """The app's own clock is what proofs are forgotten by."""
    clock = Clock(0)
    app = app_of(tenant, clock=clock)
    headers = proven(tenant)
    answers = []
    for seconds in (0, REMEMBERED - 1, REMEMBERED):
        clock.now = seconds
        answers.append(app.test_client().get("/api/me", headers=headers).status_code)
    assert answers == [200, 401, 200]


@needs_redis
def test_two_processes_share_one_redis(tenant, redis_url, tmp_path):
    """A proof that one process has taken is refused by the other, and by each of its workers."""
    environment = tenant.environment | {"REDIS_URL": redis_url}
    directories = [tmp_path / name for name in ("one", "two")]
    for directory in directories:
        directory.mkdir()
    one, two = (
        Server(directory, "serve", "--workers", workers, **environment)
        for directory, workers in zip(directories, ("1", "2"), strict=True)
    )
    with one, two:
        token = bound()(tenant)
        authorization, more = f"DPoP {token}".encode(), b"DPoP: %b\r\n" % good(token).encode()

        def status(server):
            return exchange(server.port, "/api/me", authorization, more=more).status

        assert status(one) == 200
        assert [status(two) for _ in range(8)] == [401] * 8
        assert status(one) == 401
