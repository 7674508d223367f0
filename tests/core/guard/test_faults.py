"""An issuer on which the world falls: the real fetch over TLS, the real guard, every fetch counted.

Where it is long, a clock that is passed in; where it is short, the process of `serve`."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import RSAKey
from werkzeug.test import TestResponse

from api.core.factory import create_app
from api.core.guard import Guard, SigningKeys, fetch_https, guard_of, jwks
from api.core.guard.fetch import MAX_BYTES
from api.core.settings import Settings
from api.core.testing import Clock
from tests.core.demo import application
from tests.core.guard.exchange import exchange
from tests.core.support.commands import until
from tests.core.support.conduct import Conduct, answer, break_off, drip, hold, say_nothing
from tests.core.support.server import Server
from tests.core.support.sockets import Answer
from tests.core.support.tenant import AUDIENCE, DISCOVERY, JWKS, Tenant, sign

PRIVATE, PUBLIC = "/api/private", "/api/public"
TTL = 600
DAY = 24 * 3600
SECONDS = 30


@pytest.fixture
def clock() -> Clock:
    return Clock(time.time())


@pytest.fixture(scope="module")
def second_key() -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": "tenant-2", "use": "sig", "alg": "RS256"})


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tenant]:
    with Tenant(tmp_path_factory.mktemp("faulty")) as running:
        yield running


@pytest.fixture
def faulty_tenant(shared: Tenant, monkeypatch: pytest.MonkeyPatch) -> Tenant:
    """A tenant that is sound at first."""
    monkeypatch.setenv("SSL_CERT_FILE", str(shared.certificate))
    shared.documents = shared.published()
    shared.conduct.clear()
    shared.requests.clear()
    shared.is_rude = False
    return shared


class Caller:
    """Calls an API that takes the tokens of these tenants."""

    def __init__(
        self, clock: Clock, *tenants: Tenant, settings: dict[str, Any] | None = None, **doors: Any
    ) -> None:
        configured = Settings(
            auth0_domain=tuple(tenant.domain for tenant in tenants),
            auth0_audience=AUDIENCE,
            **(settings or {}),
        )
        self.app = create_app(application, configured, now=clock, clock=clock, **doors)
        self._keys = guard_of(self.app).bearer.keys

    def get(self, token: str = "", path: str = PRIVATE) -> TestResponse:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return self.app.test_client().get(path, headers=headers)

    def status(self, token: str = "", path: str = PRIVATE) -> int:
        return self.get(token, path).status_code

    def outcomes(self, tenant: Tenant) -> dict[str, int]:
        return dict(self._keys[tenant.issuer].outcomes)


@pytest.fixture
def caller(clock: Clock, faulty_tenant: Tenant) -> Caller:
    return Caller(clock, faulty_tenant)


def unknown(tenant: Tenant, number: int = 0) -> str:
    """A token that is older than any fetch: it can be refused."""
    return tenant.token({"kid": f"unknown-{number}"}, iat=1)


def lasting(tenant: Tenant) -> str:
    """A token that outlives every key."""
    return tenant.token(exp=int(time.time()) + 9 * DAY)


def test_down_at_start(caller: Caller, faulty_tenant: Tenant, clock: Clock) -> None:
    """Without keys guarded operations answer 503 with Retry-After, public ones answer, and the API
    recovers by itself."""
    token = faulty_tenant.token()
    with faulty_tenant.down():
        refused = caller.get(token)
        assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
        assert "WWW-Authenticate" not in refused.headers
        assert caller.status(path=PUBLIC) == 200
        assert [caller.status(token) for _ in range(20)] == [503] * 20
        assert caller.outcomes(faulty_tenant) == {"unreachable": 1}
    clock.advance(5)
    assert [caller.status(token) for _ in range(20)] == [200] * 20
    assert faulty_tenant.requests == [DISCOVERY, JWKS]


def test_keys_fetched_at_the_start(caller: Caller, faulty_tenant: Tenant) -> None:
    """If the server fetches the keys at its start, neither the first caller nor the first one with
    a new key waits for another fetch."""
    guard: Guard = guard_of(caller.app)
    guard.fetch_keys()
    assert caller.status(faulty_tenant.token()) == 200
    assert faulty_tenant.requests == [DISCOVERY, JWKS]
    assert caller.status(unknown(faulty_tenant)) == 401
    assert faulty_tenant.requests == [DISCOVERY, JWKS] * 2


def test_down_when_fetched_at_the_start(
    caller: Caller, faulty_tenant: Tenant, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    """An issuer that is down at the start of the server is logged and stops nothing; the keys are
    fetched at the next need, after 5 s."""
    with faulty_tenant.down():
        guard_of(caller.app).fetch_keys()
        assert caller.status(faulty_tenant.token()) == 503
    until(lambda: len(caplog.messages) == 1)
    assert caller.outcomes(faulty_tenant) == {"unreachable": 1}
    clock.advance(5)
    assert caller.status(faulty_tenant.token()) == 200


def test_down_later(caller: Caller, faulty_tenant: Tenant, clock: Clock) -> None:
    """Known keys are used for a day and no longer, and then the API recovers as at the start."""
    token = lasting(faulty_tenant)
    assert caller.status(token) == 200
    with faulty_tenant.down():
        clock.advance(DAY - 1)
        assert caller.status(token) == 200
        assert caller.outcomes(faulty_tenant) == {"ok": 1, "unreachable": 1}
        clock.advance(1)
        assert caller.status(token) == 503
        clock.advance(4)
        assert [caller.status(token) for _ in range(20)] == [503] * 20
        assert caller.outcomes(faulty_tenant) == {"ok": 1, "unreachable": 2}
    clock.advance(5)
    assert caller.status(token) == 200
    assert faulty_tenant.requests == [DISCOVERY, JWKS] * 2


def insecurely(handler: Any) -> None:
    tenant = handler.tenant
    document = {"issuer": tenant.issuer, "jwks_uri": f"http://{tenant.domain}{JWKS}"}
    answer(json.dumps(document).encode())(handler)


FOREIGN = b'{"issuer": "https://evil.example/", "jwks_uri": "https://evil.example/keys"}'

HTML: dict[str, Any] = {"Content-Type": "text/html"}
FAULTS: dict[str, tuple[str, Conduct, str]] = {
    "malformed discovery": (DISCOVERY, answer(b'{"issuer": '), "malformed"),
    "malformed keys": (JWKS, answer(b'{"keys": [}'), "malformed"),
    "HTML": (JWKS, answer(b"<html>Sign in</html>", **HTML), "malformed"),
    "wrong issuer": (DISCOVERY, answer(FOREIGN), "foreign-issuer"),
    "jwks_uri on http": (DISCOVERY, insecurely, "no-keys"),
    "no keys": (JWKS, answer(b'{"keys": []}'), "no-keys"),
    "huge": (JWKS, answer(b" " * (MAX_BYTES + 1)), "too-large"),
    "redirect": (DISCOVERY, answer(b"", 302, Location="/elsewhere"), "redirect"),
    "redirected keys": (JWKS, answer(b"", 308, Location=DISCOVERY), "redirect"),
    "500": (DISCOVERY, answer(b"", 500), "status"),
    "404": (JWKS, answer(b"", 404), "status"),
    "429": (DISCOVERY, answer(b"", 429), "status"),
    "broken off": (JWKS, break_off, "malformed"),
    "closed": (DISCOVERY, say_nothing, "unreachable"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_fault_at_start(caller: Caller, faulty_tenant: Tenant, clock: Clock, name: str) -> None:
    """Without keys the answer is 503, never 401, and the issuer is asked again after 5 s and no
    sooner."""
    path, faulty_tenant.conduct[path], code = FAULTS[name]
    asked = [DISCOVERY] if path == DISCOVERY else [DISCOVERY, JWKS]
    assert [caller.status(faulty_tenant.token()) for _ in range(3)] == [503] * 3
    assert (faulty_tenant.requests, caller.outcomes(faulty_tenant)) == (asked, {code: 1})
    clock.advance(5)
    assert caller.status(faulty_tenant.token()) == 503
    assert (faulty_tenant.requests, caller.outcomes(faulty_tenant)) == (asked * 2, {code: 2})
    faulty_tenant.conduct.clear()
    clock.advance(5)
    assert caller.status(faulty_tenant.token()) == 200
    assert faulty_tenant.requests == [*asked * 2, DISCOVERY, JWKS]


@pytest.mark.parametrize("name", FAULTS)
def test_fault_later(caller: Caller, faulty_tenant: Tenant, clock: Clock, name: str) -> None:
    """Known keys are kept, and a token with an unknown key is answered 503, not 401."""
    assert caller.status(faulty_tenant.token()) == 200
    path, faulty_tenant.conduct[path], code = FAULTS[name]
    clock.advance(TTL)
    assert [caller.status(faulty_tenant.token()) for _ in range(3)] == [200] * 3
    assert [caller.status(unknown(faulty_tenant)) for _ in range(3)] == [503] * 3
    assert caller.outcomes(faulty_tenant) == {"ok": 1, code: 1}
    assert faulty_tenant.requests.count(DISCOVERY) == 2


def test_handshake_broken_off(caller: Caller, faulty_tenant: Tenant, clock: Clock) -> None:
    """An issuer whose TLS handshake breaks off is unreachable."""
    faulty_tenant.is_rude = True
    assert caller.status(faulty_tenant.token()) == 503
    assert (faulty_tenant.requests, caller.outcomes(faulty_tenant)) == ([], {"unreachable": 1})
    faulty_tenant.is_rude = False
    clock.advance(5)
    assert caller.status(faulty_tenant.token()) == 200
    assert faulty_tenant.requests == [DISCOVERY, JWKS]


def test_certificate_not_trusted(
    caller: Caller, faulty_tenant: Tenant, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An issuer with an untrusted certificate is asked for nothing, and is used once it is
    trusted."""
    monkeypatch.delenv("SSL_CERT_FILE")
    assert [caller.status(faulty_tenant.token()) for _ in range(3)] == [503] * 3
    assert (faulty_tenant.requests, caller.outcomes(faulty_tenant)) == ([], {"untrusted": 1})
    monkeypatch.setenv("SSL_CERT_FILE", str(faulty_tenant.certificate))
    clock.advance(5)
    assert caller.status(faulty_tenant.token()) == 200


def test_dripping(caller: Caller, faulty_tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    """A header that arrives byte by byte is given up, and no thread goes on reading it."""
    monkeypatch.setattr(jwks, "SECONDS", 0.2)
    enough = threading.Event()
    faulty_tenant.conduct[DISCOVERY] = drip(enough)
    before = set(threading.enumerate())
    try:
        assert caller.status(faulty_tenant.token()) == 503
        assert (faulty_tenant.requests, caller.outcomes(faulty_tenant)) == (
            [DISCOVERY],
            {"timeout": 1},
        )
        readers = [thread for thread in set(threading.enumerate()) - before if is_ours(thread)]
        for thread in readers:
            thread.join(SECONDS)
            assert not thread.is_alive()
    finally:
        enough.set()


def is_ours(thread: threading.Thread) -> bool:
    """Whether it is the fetch's; the tenant has threads as well."""
    return type(thread).__module__ == "api.core.guard.fetch"


def test_flapping(faulty_tenant: Tenant, clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    """The keys stay while the issuer comes and goes, and the log has the changes, not each
    failure."""
    caplog.set_level("INFO", "api.core.guard.keys")
    keys = SigningKeys(faulty_tenant.issuer, fetch_https, clock=clock, start=lambda work: work())
    for _ in range(3):
        assert keys.find("tenant-1")
        faulty_tenant.conduct[DISCOVERY] = answer(b"", 503)
        for seconds in (TTL, 5, 5):
            clock.advance(seconds)
            assert keys.find("tenant-1")
        faulty_tenant.conduct.clear()
        clock.advance(5)
        assert keys.find("tenant-1")
    assert keys.outcomes == {"ok": 4, "status": 9}
    assert faulty_tenant.requests.count(DISCOVERY) == 13
    assert [record.levelname for record in caplog.records] == ["INFO", *["WARNING", "INFO"] * 3]


def test_rotation(caller: Caller, faulty_tenant: Tenant, clock: Clock, second_key: RSAKey) -> None:
    """A new key is accepted at once. A key that was removed is refused after the next refresh, even
    with a token that was accepted before, because no decision is kept."""
    old = faulty_tenant.token()
    new = sign(faulty_tenant.header(kid="tenant-2"), faulty_tenant.claims(), second_key)
    assert (caller.status(old), caller.status(new)) == (200, 503)
    clock.advance(5)
    faulty_tenant.documents = faulty_tenant.published(faulty_tenant.key, second_key)
    assert (caller.status(new), caller.status(old)) == (200, 200)
    assert caller.outcomes(faulty_tenant) == {"ok": 3}
    faulty_tenant.documents = faulty_tenant.published(second_key)
    clock.advance(5)
    assert (caller.status(new), caller.status(old)) == (200, 200)
    clock.advance(TTL)
    assert (caller.status(old), caller.status(new)) == (401, 200)
    assert faulty_tenant.requests == [DISCOVERY, JWKS] * 4
    # Its kid is now one that nobody knows, and asks once more.
    assert [caller.get(old).get_json()["detail"].partition(":")[0] for _ in range(3)] == ["key"] * 3
    assert caller.outcomes(faulty_tenant) == {"ok": 5}


def test_withdrawn_by_way_of_an_unknown_kid(
    caller: Caller, faulty_tenant: Tenant, second_key: RSAKey
) -> None:
    """The fetch for a new kid is a refresh as well: a key that it no longer brings is refused."""
    old = faulty_tenant.token(iat=1)
    assert caller.status(old) == 200
    faulty_tenant.documents = faulty_tenant.published(second_key)
    new = sign(faulty_tenant.header(kid="tenant-2"), faulty_tenant.claims(), second_key)
    assert (caller.status(new), caller.status(old)) == (200, 401)
    assert faulty_tenant.requests == [DISCOVERY, JWKS] * 2


def test_flood_of_unknown_kids(caller: Caller, faulty_tenant: Tenant, clock: Clock) -> None:
    """200 tokens with unknown keys cause one fetch in 5 s, and known keys are accepted
    meanwhile."""
    good = faulty_tenant.token()
    assert caller.status(good) == 200
    flood = [unknown(faulty_tenant, number) for number in range(200)]
    for fetches in (2, 3):
        assert {caller.status(token) for token in flood} == {401}
        assert caller.status(good) == 200
        clock.advance(4.9)
        assert caller.status(flood[0]) == 401
        assert faulty_tenant.requests.count(DISCOVERY) == fetches
        clock.advance(0.1)
    assert guard_of(caller.app).refusals == {"invalid_token:key": 402}


def test_several_issuers(
    faulty_tenant: Tenant,
    clock: Clock,
    second_key: RSAKey,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each issuer has its own keys, failures and waiting time."""
    trusted = tmp_path / "both.pem"
    with Tenant(tmp_path) as other:
        trusted.write_bytes(faulty_tenant.certificate.read_bytes() + other.certificate.read_bytes())
        monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
        caller = Caller(clock, faulty_tenant, other)
        with other.down():
            assert (caller.status(faulty_tenant.token()), caller.status(other.token())) == (
                200,
                503,
            )
            assert caller.outcomes(faulty_tenant) == {"ok": 1}
            assert caller.outcomes(other) == {"unreachable": 1}
        clock.advance(5)
        assert (caller.status(unknown(faulty_tenant)), caller.status(other.token())) == (401, 200)
        other.documents = other.published(other.key, second_key)
        new = sign(other.header(kid="tenant-2"), other.claims(), second_key)
        assert caller.status(new) == 200
        stolen = sign(faulty_tenant.header(kid="tenant-2"), faulty_tenant.claims(iat=1), second_key)
        assert caller.status(stolen) == 401
        assert (caller.outcomes(faulty_tenant), caller.outcomes(other)) == (
            {"ok": 2},
            {"ok": 2, "unreachable": 1},
        )
        assert (faulty_tenant.requests.count(DISCOVERY), other.requests.count(DISCOVERY)) == (2, 2)


def some_end(pending: set[Future[Any]], count: int) -> tuple[list[Any], set[Future[Any]]]:
    """The first `count` results, and what is still pending."""
    ended: list[Any] = []
    while len(ended) < count:
        done, pending = wait(pending, SECONDS, return_when=FIRST_COMPLETED)
        assert done
        ended += [future.result() for future in done]
    return ended, pending


def test_slow(faulty_tenant: Tenant, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """As many requests as may wait for one fetch, others get 503 at once, and requests with known
    keys are answered. The limits of 2 and 5 s are off, so that no machine is too slow for this
    test."""
    monkeypatch.setattr("api.core.guard.keys.MAX_WAIT", SECONDS)
    released = threading.Event()
    released.set()

    def patient(url: str, seconds: float) -> bytes:
        faulty_tenant.requests.append(url.removeprefix(faulty_tenant.issuer[:-1]))
        assert released.wait(SECONDS)
        return faulty_tenant.documents[faulty_tenant.requests[-1]]

    caller = Caller(clock, faulty_tenant, settings={"threads": 8}, fetch=patient)
    waiters = Settings(threads=8).key_waiters
    assert caller.status(faulty_tenant.token()) == 200
    released.clear()
    fresh = [faulty_tenant.token({"kid": f"unknown-{number}"}) for number in range(12)]
    with ThreadPoolExecutor(12) as pool:
        pending = {pool.submit(caller.get, token) for token in fresh}
        ended, pending = some_end(pending, 12 - waiters)
        refusals = [(each.status_code, each.headers["Retry-After"]) for each in ended]
        assert refusals == [(503, "1")] * (12 - waiters)
        assert (caller.status(path=PUBLIC), caller.status(faulty_tenant.token())) == (200, 200)
        assert not any(future.done() for future in pending)
        # The fetch began too early to refuse anybody; the next may begin at once, and does.
        clock.advance(60)
        released.set()
        assert [future.result().status_code for future in pending] == [401] * waiters
    assert [caller.status(token) for token in fresh] == [401] * 12
    assert faulty_tenant.requests == [DISCOVERY, JWKS] * 3


Get = Callable[..., Answer]


@pytest.fixture
def serving(faulty_tenant: Tenant, tmp_path: Path) -> Callable[[], Server]:
    """The API in production, a worker."""
    return lambda: Server(tmp_path, "serve", "--workers", "1", **faulty_tenant.environment)


def getter(server: Server) -> Get:
    def get(token: str = "", path: str = PRIVATE) -> Answer:
        return exchange(server.port, path, *([f"Bearer {token}".encode()] if token else []))

    return get


def test_served_while_down(faulty_tenant: Tenant, serving: Callable[[], Server]) -> None:
    """The process starts without its issuer, answers with Retry-After, and accepts the token after
    that time."""
    with ExitStack() as stack:
        with faulty_tenant.down():
            server = stack.enter_context(serving())
            get = getter(server)
            refused = get(faulty_tenant.token())
            assert (refused.status, get(path=PUBLIC).status) == (503, 200)
        seconds = int(refused.headers["Retry-After"])
        assert 1 <= seconds <= 5
        # Another process: its clock cannot be moved.
        time.sleep(seconds)
        assert get(faulty_tenant.token()).status == 200
        assert faulty_tenant.requests == [DISCOVERY, JWKS]
        assert server.log.count("could not be fetched") == 1


def test_served_while_slow(faulty_tenant: Tenant, serving: Callable[[], Server]) -> None:
    """An issuer that says nothing for 30 s is given up after 5 s, no request waits for it longer
    than 2 s, and requests that do not need it are answered."""
    released = threading.Event()
    with serving() as server, ThreadPoolExecutor(12) as pool:
        get = getter(server)
        assert get(faulty_tenant.token()).status == 200
        faulty_tenant.conduct[JWKS] = hold(released, faulty_tenant.publish)
        fresh = [faulty_tenant.token({"kid": f"unknown-{number}"}) for number in range(12)]
        pending = [pool.submit(get, token) for token in fresh]
        assert (get(path=PUBLIC).status, get(faulty_tenant.token()).status) == (200, 200)
        assert [future.result().status for future in pending] == [503] * 12
        assert faulty_tenant.requests == [DISCOVERY, JWKS] * 2
        assert server.log.count("took over") == 0
        deadline = time.monotonic() + SECONDS
        while "took over" not in server.log and time.monotonic() < deadline:
            time.sleep(0.05)
        released.set()
    assert server.log.count("took over") == 1
