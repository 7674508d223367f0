"""The issuer's signing keys, with its documents, the time and the background in a test's hand."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest

from api.core.guard.keys import SigningKeys
from api.core.guard.keyset import NEVER
from api.core.guard.problems import SigningKeysUnavailable
from api.core.testing import Clock
from tests.core.guard.doubles import DISCOVERY, ISSUER, JWKS, Background, Documents, Gate
from tests.core.support.threads import at_once

TTL = 600
DAY = 24 * 3600

Jwk = Callable[..., dict[str, Any]]
Make = Callable[..., SigningKeys]


@pytest.fixture
def documents(jwk: Jwk) -> Documents:
    return Documents(jwk("a"))


@pytest.fixture
def background() -> Background:
    return Background()


@pytest.fixture
def make(documents: Documents, clock: Clock, background: Background) -> Make:
    """`make(ttl=1)`: signing keys, the world around them as given."""

    def make_keys(**changes: Any) -> SigningKeys:
        defaults: dict[str, Any] = {
            "fetch": documents,
            "now": clock,
            "clock": clock,
            "start": background,
            "sleep": None,
            "ttl": TTL,
        }
        return SigningKeys(ISSUER, **(defaults | changes))

    return make_keys


@pytest.fixture
def keys(make: Make) -> SigningKeys:
    return make()


def retry_after(keys: SigningKeys, kid: str = "a", issued_before: float = NEVER) -> int:
    """The Retry-After of a find that cannot be answered."""
    with pytest.raises(SigningKeysUnavailable) as caught:
        keys.find(kid, issued_before)
    return int(caught.value.headers["Retry-After"])


def test_lazily(keys: SigningKeys, documents: Documents) -> None:
    """Nothing is fetched before a key is needed; then discovery and its JWKS are fetched."""
    assert documents.requests == []
    assert keys.last_fault == ""
    key = keys.find("a")
    assert key
    assert key.as_dict(private=False)["kty"] == "RSA"
    assert documents.requests == [DISCOVERY, JWKS]


def test_lifetime(keys: SigningKeys, documents: Documents, clock: Clock) -> None:
    """The issuer is not asked again before the keys are due."""
    keys.find("a")
    clock.now += TTL * 0.79
    assert keys.find("a")
    assert documents.fetches == 1


def test_refreshed_in_the_background(
    keys: SigningKeys, documents: Documents, clock: Clock, background: Background
) -> None:
    """The keys are fetched again once before their lifetime ends, and no request waits for it."""
    keys.find("a")
    background.is_busy = True
    clock.now += TTL * 0.8
    assert keys.find("a")
    assert keys.find("a")
    assert documents.fetches == 1
    assert len(background.tasks) == 1
    background.catch_up()
    assert documents.fetches == 2
    clock.now += TTL * 0.79
    assert keys.find("a")
    assert documents.fetches == 2


def test_background_is_a_thread(make: Make, documents: Documents) -> None:
    """Every fetch, even the first, runs in a thread of its own, and no process waits for it at its
    end."""
    fetched_by: list[threading.Thread] = []

    def fetch(url: str, seconds: float) -> bytes:
        fetched_by.append(threading.current_thread())
        return documents(url, seconds)

    keys = SigningKeys(ISSUER, fetch)
    assert keys.find("a")
    assert keys.find("unknown") is None
    assert len(set(fetched_by)) == 2
    assert threading.current_thread() not in fetched_by
    assert all(thread.daemon for thread in fetched_by)


def test_outdated(keys: SigningKeys, documents: Documents, clock: Clock, jwk: Jwk) -> None:
    """Keys past their lifetime are fetched before they are used, so that a withdrawn key is
    refused."""
    keys.find("a")
    documents.jwks = {"keys": [jwk("b")]}
    clock.now += TTL
    assert keys.find("a") is None
    assert keys.find("b")
    assert documents.fetches == 2


def test_outdated_while_the_issuer_is_silent(
    keys: SigningKeys, clock: Clock, background: Background, no_patience: None
) -> None:
    """Outdated keys are used if the issuer says nothing for as long as a request may wait."""
    keys.find("a")
    background.is_busy = True
    clock.now += TTL
    assert keys.find("a")
    assert len(background.tasks) == 1


def test_unknown_kid(keys: SigningKeys, documents: Documents, clock: Clock, jwk: Jwk) -> None:
    """An unknown kid causes a fetch at once, so that a new key is accepted at once, and again after
    5 s."""
    keys.find("a")
    documents.jwks = {"keys": [jwk("a"), jwk("b")]}
    assert keys.find("b")
    assert documents.fetches == 2
    assert [keys.find(f"unknown-{number}") for number in range(100)] == [None] * 100
    clock.now += 4.9
    assert keys.find("unknown") is None
    assert documents.fetches == 2
    clock.now += 0.1
    assert keys.find("unknown") is None
    assert keys.find("unknown") is None
    assert documents.fetches == 3


def test_first_fetch_does_not_count(keys: SigningKeys, documents: Documents) -> None:
    """The first fetch does not use up the fetch for unknown kids."""
    assert keys.find("unknown") is None
    assert keys.find("unknown") is None
    assert keys.find("unknown") is None
    assert documents.fetches == 2


def test_refreshes_do_not_count(
    keys: SigningKeys, documents: Documents, clock: Clock, jwk: Jwk
) -> None:
    """A refresh, early or at the end of the lifetime, does not use up the fetch for unknown
    kids."""
    keys.find("a")
    clock.now += TTL * 0.8
    keys.find("a")
    assert documents.fetches == 2
    documents.jwks = {"keys": [jwk("a"), jwk("b")]}
    assert keys.find("b")
    clock.now += TTL
    assert keys.find("unknown") is None
    documents.jwks = {"keys": [jwk("a"), jwk("c")]}
    assert keys.find("c")
    assert documents.fetches == 5


def test_unknown_kid_late_in_the_lifetime(
    keys: SigningKeys, documents: Documents, clock: Clock
) -> None:
    """An unknown kid causes a fetch at once late in the lifetime too, and once in 5 s."""
    keys.find("a")
    clock.now += TTL * 0.9
    assert [keys.find("unknown") for _ in range(3)] == [None] * 3
    assert documents.fetches == 2


@pytest.mark.parametrize(
    ("issued_before", "is_refused"), [(-1.0, True), (-0.1, True), (0.0, False), (1.0, False)]
)
def test_only_a_later_fetch_can_refuse(
    keys: SigningKeys, clock: Clock, issued_before: float, is_refused: bool
) -> None:
    """An unknown kid is refused only by keys whose fetch began after the token was issued. Before
    that the answer is 503 and says when the next fetch may begin."""
    keys.find("unknown")
    issued = clock.now + issued_before
    if is_refused:
        assert keys.find("unknown", issued) is None
    else:
        assert retry_after(keys, "unknown", issued) == 5
        clock.now += 3.5
        assert retry_after(keys, "unknown", issued) == 2
        clock.now += 1.5
        assert keys.find("unknown", issued) is None


def test_it_is_the_beginning_of_a_fetch_that_counts(
    keys: SigningKeys, clock: Clock, background: Background, no_patience: None
) -> None:
    """A fetch that began before a token was issued refuses no token, because it may have missed the
    key."""
    keys.find("a")
    background.is_busy = True
    keys.find("unknown")
    clock.now += 2
    background.catch_up()
    assert retry_after(keys, "unknown", clock.now - 1) == 3


def test_three_rotations_in_a_row(
    keys: SigningKeys, documents: Documents, clock: Clock, jwk: Jwk
) -> None:
    """Each of several new keys is accepted within 5 s, and no token of theirs is ever refused."""
    keys.find("a")
    for kid in ("b", "c", "d", "e"):
        documents.jwks["keys"].append(jwk(kid))
        assert keys.find(kid, clock.now + 5)
        assert keys.find("a")
        documents.jwks["keys"].append(jwk(f"{kid}-2"))
        assert retry_after(keys, f"{kid}-2", clock.now + 5) == 5
        clock.now += 5
        assert keys.find(f"{kid}-2", clock.now)
        clock.now += 5
    assert documents.fetches == 9


def test_a_clock_that_is_set_back(make: Make, documents: Documents, jwk: Jwk) -> None:
    """After the clock was set back no good token is refused, and none is put off for ever."""
    wall, clock = Clock(1_000_000), Clock(500)
    keys = make(now=wall, clock=clock)
    keys.find("unknown")
    wall.now -= 3600
    clock.now += 60
    documents.jwks = {"keys": [jwk("b")]}
    keys.find("unknown")
    issued = wall.now + 5
    documents.jwks = {"keys": [jwk("c")]}
    assert retry_after(keys, "c", issued) == 5
    for each in (wall, clock):
        each.now += 5.5
    assert keys.find("c", issued)
    assert keys.find("unknown", issued) is None


def test_a_token_issued_before_the_clock_was_set_back(make: Make, documents: Documents) -> None:
    """Keys that were fetched under a wrong clock refuse no later token."""
    wall, clock = Clock(1_000_000), Clock(500)
    keys = make(now=wall, clock=clock)
    keys.find("unknown")
    keys.find("unknown")
    wall.now -= 3600
    clock.now += 1
    assert retry_after(keys, "unknown", wall.now + 5) == 4


def test_a_machine_that_slept(make: Make, documents: Documents, jwk: Jwk) -> None:
    """A key that was made while the machine slept is fetched, although the monotonic clock stood
    still."""
    wall, clock = Clock(1_000_000), Clock(500)
    keys = make(now=wall, clock=clock)
    keys.find("unknown")
    keys.find("unknown")
    documents.jwks = {"keys": [jwk("b")]}
    wall.now += 3600
    assert retry_after(keys, "b", wall.now - 1800) == 5
    clock.now += 5
    assert keys.find("b", wall.now - 1800)


def test_unknown_kid_while_the_issuer_is_down(
    keys: SigningKeys, documents: Documents, clock: Clock
) -> None:
    """While the issuer is down an unknown kid is answered 503 and a known one is accepted; after
    that the unknown one is answered 401."""
    keys.find("a")
    published, documents.jwks = documents.jwks, None
    assert retry_after(keys, "unknown") == 5
    clock.now += 1.75
    assert retry_after(keys, "unknown") == 4
    clock.now += 3
    assert retry_after(keys, "unknown") == 1
    assert keys.find("a")
    assert documents.fetches == 2
    clock.now += 0.25
    assert retry_after(keys, "unknown") == 5
    assert documents.fetches == 3
    documents.jwks = published
    clock.now += 5
    assert keys.find("unknown") is None


def test_fetched_at_the_start(
    keys: SigningKeys, documents: Documents, clock: Clock, background: Background
) -> None:
    """A fetch at the start of the server delays no token that comes meanwhile, and does not use up
    the fetch for unknown kids."""
    background.is_busy = True
    keys.start_fetching()
    keys.start_fetching()
    assert documents.requests == []
    background.catch_up()
    assert documents.fetches == 1
    background.is_busy = False
    assert keys.find("a")
    assert documents.fetches == 1
    keys.start_fetching()
    assert keys.find("unknown") is None
    assert documents.fetches == 2


def test_fetched_at_the_start_in_vain(
    keys: SigningKeys, documents: Documents, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    """An issuer that is down at the start is logged, and asked again after 5 s when a key is
    needed."""
    published, documents.jwks = documents.jwks, None
    keys.start_fetching()
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    documents.jwks = published
    assert retry_after(keys) == 5
    clock.now += 5
    assert keys.find("a")


def test_fault(keys: SigningKeys, documents: Documents, clock: Clock) -> None:
    """There is a fault only while no token can be checked; stale keys are no fault yet."""
    published, documents.jwks = documents.jwks, None
    assert "cannot be had" in (keys.fault() or "")
    assert "cannot be had" in (keys.fault() or "")
    assert documents.fetches == 1
    documents.jwks = published
    clock.now += 5
    assert keys.fault() is None
    documents.jwks = None
    clock.now += DAY - 1
    assert keys.find("a")
    assert keys.fault() is None
    clock.now += 1
    assert "cannot be had" in (keys.fault() or "")


def test_fault_asks_nobody_while_there_are_keys(
    keys: SigningKeys, documents: Documents, clock: Clock
) -> None:
    """Asking for faults fetches only keys that are missing."""
    keys.find("a")
    for seconds in (0, TTL, DAY - TTL - 1):
        clock.now += seconds
        assert keys.fault() is None
    assert documents.fetches == 1


@pytest.mark.parametrize("ask", [lambda keys: keys.find("a"), lambda keys: keys.fault() is None])
def test_issuer_is_back_after_a_day(
    keys: SigningKeys, documents: Documents, clock: Clock, ask: Callable[[SigningKeys], object]
) -> None:
    """Keys too old to be used are fetched by the next caller, even if the last fetch failed."""
    keys.find("a")
    published, documents.jwks = documents.jwks, None
    clock.now += TTL
    assert keys.find("a")
    documents.jwks = published
    clock.now += DAY - TTL
    assert ask(keys)


def test_issuer_is_down_at_first(keys: SigningKeys, documents: Documents, clock: Clock) -> None:
    """Without keys the answer is 503, and the issuer is asked again after the 5 s that it names."""
    documents.discovery = None
    assert retry_after(keys) == 5
    clock.now += 4.9
    assert retry_after(keys) == 1
    assert documents.fetches == 1
    documents.discovery = {"issuer": ISSUER, "jwks_uri": JWKS}
    clock.now += 0.1
    assert keys.find("a")
    assert documents.fetches == 2


def test_stale_keys(
    keys: SigningKeys,
    documents: Documents,
    clock: Clock,
    background: Background,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A failed refresh keeps the keys and is logged, and is repeated every 5 s in the
    background."""
    keys.find("a")
    documents.jwks = None
    clock.now += TTL
    assert keys.find("a")
    assert "could not be fetched" in caplog.text
    assert keys.last_fault == f"{JWKS} is down"
    background.is_busy = True
    clock.now += 4.9
    assert keys.find("a")
    assert not background.tasks
    clock.now += 0.1
    assert keys.find("a")
    background.catch_up()
    assert documents.fetches == 3


def test_stale_for_a_day(keys: SigningKeys, documents: Documents, clock: Clock) -> None:
    """Stale keys are used for 24 h and no longer."""
    keys.find("a")
    documents.jwks = None
    clock.now += DAY - 1
    assert keys.find("a")
    clock.now += 1
    assert retry_after(keys) in range(1, 6)


def test_empty_set(keys: SigningKeys, documents: Documents, clock: Clock) -> None:
    """An empty set never replaces a good one."""
    keys.find("a")
    documents.jwks = {"keys": []}
    clock.now += TTL
    assert keys.find("a")


def test_changes_are_logged(
    keys: SigningKeys,
    documents: Documents,
    clock: Clock,
    jwk: Jwk,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Each change of state is one line in the log, with the reason or the kids."""
    caplog.set_level("INFO", "api.core.guard.keys")

    def logged(seconds: float = TTL) -> list[tuple[str, str]]:
        """What is logged when the keys are looked for twice, after so many seconds."""
        caplog.clear()
        clock.now += seconds
        for _ in range(2):
            keys.fault()
            with suppress(SigningKeysUnavailable):
                keys.find("a")
        return [(record.levelname, record.message) for record in caplog.records]

    def lines(*expected: tuple[str, str]) -> list[tuple[str, str]]:
        return [(level, f"signing keys of {ISSUER} {text}") for level, text in expected]

    sound, documents.jwks = documents.jwks, None
    failing = ("WARNING", f"could not be fetched: {JWKS} is down")
    assert logged() == lines(failing)
    assert logged() == []
    documents.jwks = sound
    assert logged() == lines(("INFO", "fetched: a"))
    assert logged() == []
    documents.jwks = {"keys": [jwk("c"), jwk("b"), jwk("a")]}
    assert logged() == lines(("INFO", "changed: came b, c, went none"))
    documents.jwks = None
    assert logged() == lines(failing)
    documents.jwks = {"keys": [jwk("a"), jwk("d\r\ne")]}
    assert logged() == lines(("INFO", "fetched again"), ("INFO", "changed: came d??e, went b, c"))
    documents.jwks = {"keys": [jwk("a")]}
    assert logged() == lines(("INFO", "changed: came none, went d??e"))
    documents.jwks = None
    assert logged() == lines(failing)
    assert logged(DAY) == lines(("ERROR", f"given up, after 24 h: {JWKS} is down"))
    assert logged() == []
    documents.jwks = sound
    assert logged() == lines(("INFO", "fetched: a"))


def test_given_up_without_a_warning(
    keys: SigningKeys, documents: Documents, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    """Keys that nobody asked for in a day are logged as failed and as given up at once."""
    keys.find("a")
    documents.jwks = None
    clock.now += DAY
    assert retry_after(keys) == 5
    assert [record.levelname for record in caplog.records] == ["WARNING", "ERROR"]


def test_outcomes(keys: SigningKeys, documents: Documents, clock: Clock, jwk: Jwk) -> None:
    """Fetches are counted by their outcome, which is one of few codes."""
    documents.jwks = None
    assert retry_after(keys) == 5
    for documents.jwks in (b"<html>", [], {"keys": []}, b"{}", {"keys": [1]}):
        clock.now += 5
        assert retry_after(keys) == 5
    sound = documents.discovery
    for documents.discovery in ({"issuer": "https://evil.example/"}, {"issuer": ISSUER}):
        clock.now += 5
        assert retry_after(keys) == 5
    documents.discovery, documents.jwks = sound, {"keys": [jwk("a")]}
    clock.now += 5
    assert keys.find("a")
    failed = {"unreachable": 1, "malformed": 2, "no-keys": 4, "foreign-issuer": 1}
    assert keys.outcomes == failed | {"ok": 1}
    assert sum(keys.outcomes.values()) == documents.fetches


class Slots(threading.Semaphore):
    """Places to wait in; a test can wait until so many are taken."""

    def __init__(self, value: int) -> None:
        super().__init__(value)
        self._taken = 0
        self._changed = threading.Condition()

    def acquire(self, blocking: bool = True, timeout: float | None = None) -> bool:
        is_acquired = super().acquire(blocking, timeout)
        self._count(int(is_acquired))
        return is_acquired

    def release(self, n: int = 1) -> None:
        super().release(n)
        self._count(-n)

    def wait_until_taken(self, count: int) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: self._taken == count, 30)

    def _count(self, more: int) -> None:
        with self._changed:
            self._taken += more
            self._changed.notify_all()


@pytest.fixture
def gate(documents: Documents) -> Iterator[Gate]:
    """The issuer, which stands still when a test shuts it."""
    make_keys = Gate(documents)
    yield make_keys
    make_keys.open()


@pytest.fixture
def make_patient(gate: Gate, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Make:
    """`patient()`: signing keys with real threads, which wait for as long as a test takes."""
    monkeypatch.setattr("api.core.guard.keys.MAX_WAIT", 30)

    def make_keys(**changes: Any) -> SigningKeys:
        defaults: dict[str, Any] = {"now": clock, "clock": clock, "sleep": None, "ttl": TTL}
        return SigningKeys(ISSUER, gate, **(defaults | changes))

    return make_keys


def test_cold_start_of_many(make_patient: Make, gate: Gate, documents: Documents) -> None:
    """At a cold start all of 64 callers wait for one fetch, and all of them get their key."""
    slots = Slots(64)
    keys = make_patient(waiting=slots)
    gate.shut()
    with ThreadPoolExecutor(64) as pool:
        pending = [pool.submit(keys.find, "a") for _ in range(64)]
        slots.wait_until_taken(64)
        gate.open()
        assert all(future.result() for future in pending)
    assert documents.fetches == 1


def test_rotation_with_many(
    make_patient: Make, gate: Gate, documents: Documents, clock: Clock, jwk: Jwk
) -> None:
    """After a rotation all of 64 callers with the new key wait for one fetch, and get it."""
    slots = Slots(64)
    keys = make_patient(waiting=slots)
    keys.find("a")
    documents.jwks = {"keys": [jwk("b")]}
    gate.shut()
    with ThreadPoolExecutor(64) as pool:
        pending = [pool.submit(keys.find, "b", clock.now + 5) for _ in range(64)]
        slots.wait_until_taken(64)
        gate.open()
        assert all(future.result() for future in pending)
    assert documents.fetches == 2


def test_real_threads_at_a_cold_start(documents: Documents) -> None:
    """At a cold start with 64 real threads each gets its key from one fetch."""
    keys = SigningKeys(ISSUER, documents)
    assert all(at_once(64, lambda _: keys.find("a")))
    assert documents.fetches == 1


@pytest.mark.parametrize("kept", [False, True], ids=["cold", "rotated"])
def test_no_place_is_left(make_patient: Make, gate: Gate, clock: Clock, kept: bool) -> None:
    """When all waiting places of all issuers are taken, the next caller gets 503 at once and a
    known key is still accepted. The fetch begins all the same."""
    slots = threading.Semaphore(1)
    keys = make_patient(waiting=slots)
    if kept:
        assert keys.find("a")
    gate.shut()
    with slots:
        assert retry_after(keys, "unknown", clock.now) == 1
        assert gate.entered.wait(30)
        if kept:
            assert keys.find("a")


def test_a_token_that_can_be_refused_needs_no_place(make: Make, documents: Documents) -> None:
    """An old token is refused, not put off, when every place is taken."""
    keys = make(waiting=threading.Semaphore(0))
    keys.find("a")
    assert keys.find("unknown") is None


def test_places_are_given_back(make: Make, documents: Documents, clock: Clock) -> None:
    """A waiting place is free again after the waiting, however it ended."""
    slots = threading.Semaphore(1)
    keys = make(waiting=slots)
    documents.jwks, published = None, documents.jwks
    assert retry_after(keys) == 5
    documents.jwks = published
    clock.now += 5
    assert keys.find("a")
    assert keys.find("unknown") is None
    assert slots.acquire(blocking=False)


def test_a_flood_that_holds_every_place_delays_no_fetch(
    make: Make, documents: Documents, clock: Clock, jwk: Jwk
) -> None:
    """The next caller after 5 s begins a fetch, even without a waiting place."""
    keys = make(waiting=threading.Semaphore(0))
    keys.find("a")
    keys.find("unknown")
    documents.jwks = {"keys": [jwk("b")]}
    assert retry_after(keys, "b", clock.now + 5) == 5
    clock.now += 5
    assert keys.find("b", clock.now)


@pytest.mark.parametrize("passed", [0, TTL - 1, DAY - 1])
def test_known_key_never_waits(
    make: Make, background: Background, documents: Documents, clock: Clock, passed: float
) -> None:
    """A known key, even outdated, is returned while a fetch for an unknown one stands still and
    every place is taken."""
    keys = make(waiting=threading.Semaphore(0))
    keys.find("a")
    clock.now += passed
    background.is_busy = True
    keys.find("unknown")
    assert len(background.tasks) == 1
    assert keys.find("a")
    assert len(background.tasks) == 1


def test_new_key_is_waited_for(
    make_patient: Make, gate: Gate, documents: Documents, clock: Clock, jwk: Jwk
) -> None:
    """A caller with a new kid waits for a fetch that is under way, each time."""
    slots = Slots(2)
    keys = make_patient(waiting=slots)
    keys.find("a")
    for kid in ("b", "c", "d", "e"):
        documents.jwks["keys"].append(jwk(kid))
        gate.shut()
        with ThreadPoolExecutor(2) as pool:
            pending = [pool.submit(keys.find, kid) for _ in range(2)]
            slots.wait_until_taken(2)
            gate.open()
            assert all(future.result() for future in pending)
        clock.now += 5
    assert documents.fetches == 5


def test_the_next_fetch_is_waited_for(make: Make, documents: Documents, clock: Clock) -> None:
    """A caller who comes shortly before the next fetch may begin waits and then begins it."""
    keys = make(sleep=clock.advance)
    keys.find("a")
    keys.find("unknown")
    issued = clock.now
    clock.now += 2.9
    assert retry_after(keys, "unknown", issued) == 3
    clock.now += 0.5
    assert keys.find("unknown", issued) is None
    assert clock.now == issued + 5
    assert documents.fetches == 3


def test_a_refused_token_waits_for_no_time(make: Make, clock: Clock) -> None:
    """A token that can be refused already is refused at once, without waiting for another fetch."""
    keys = make(sleep=clock.advance)
    keys.find("a")
    keys.find("unknown")
    clock.now += 4
    before = clock.now
    assert keys.find("unknown") is None
    assert clock.now == before


def test_nobody_waits_for_the_time_of_an_issuer_that_is_down(
    make: Make, documents: Documents, clock: Clock
) -> None:
    """While the issuer is down the answer comes at once, because the next fetch may fail as
    well."""
    documents.jwks = None
    keys = make(sleep=clock.advance)
    assert retry_after(keys) == 5
    clock.now += 4
    before = clock.now
    assert retry_after(keys) == 1
    assert clock.now == before


def test_fault_never_waits(make_patient: Make, gate: Gate, documents: Documents) -> None:
    """Asking for faults is answered while another caller's fetch stands still."""
    keys = make_patient()
    gate.shut()
    keys.start_fetching()
    assert gate.entered.wait(30)
    with ThreadPoolExecutor(1) as pool:
        assert "cannot be had" in pool.submit(lambda: keys.fault() or "").result(30)


def test_fault_waits_for_its_own_fetch_alone_and_not_long(
    make: Make, background: Background, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first to ask for faults begins a fetch, and is answered even if it stands still."""
    monkeypatch.setattr("api.core.guard.keys.MAX_WAIT_FOR_HEALTH", 0)
    background.is_busy = True
    keys = make()
    assert "cannot be had" in (keys.fault() or "")
    assert len(background.tasks) == 1
    background.catch_up()
    assert keys.fault() is None


def exhausted(_work: Callable[[], None]) -> None:
    raise RuntimeError("can't start new thread")


def test_no_thread_can_be_started(
    make: Make, background: Background, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    """A machine that can start no thread is treated like an issuer that is down, for 5 s."""
    starts: list[Callable[[Callable[[], None]], None]] = [exhausted]
    keys = make(start=lambda work: starts[-1](work))
    assert retry_after(keys) == 5
    assert caplog.messages == [
        f"signing keys of {ISSUER} could not be fetched: can't start new thread"
    ]
    starts.append(background)
    assert retry_after(keys) == 5
    clock.now += 5
    assert keys.find("a")
    starts.append(exhausted)
    clock.now += TTL
    assert keys.find("a"), "the keys that are kept count"
    assert keys.outcomes == {"no-thread": 2, "ok": 1}


@pytest.mark.parametrize("error", [RuntimeError("can't start new thread"), MemoryError(), KeyError])
def test_a_fetch_that_breaks(make: Make, clock: Clock, documents: Documents, error: Any) -> None:
    """After an unexpected error in a fetch, its callers are answered and the next fetch can
    begin."""
    faults = [error]

    def fetch(url: str, seconds: float) -> bytes:
        if faults:
            raise faults.pop()
        return documents(url, seconds)

    keys = make(fetch=fetch)
    assert retry_after(keys) == 5
    assert keys.outcomes == {"failed": 1}
    clock.now += 5
    assert keys.find("a")


def test_a_fetch_whose_thread_is_lost(
    make: Make, background: Background, clock: Clock, documents: Documents, jwk: Jwk
) -> None:
    """A fetch that never ends, as in a process forked meanwhile, is given up after 10 s, and its
    late result is ignored."""
    background.is_busy = True
    keys = make(waiting=threading.Semaphore(0))
    keys.start_fetching()
    clock.now += 9.9
    assert retry_after(keys) == 1
    assert len(background.tasks) == 1
    clock.now += 0.1
    background.is_busy = False
    assert keys.find("a")
    documents.jwks = {"keys": [jwk("b")]}
    background.catch_up()
    assert keys.find("a")


def test_no_memory_of_unknown_kids(make: Make, clock: Clock) -> None:
    """Unknown kids are not kept in memory, however many come."""
    keys = make()
    for number in range(1000):
        clock.now += 0.01
        keys.find(f"unknown-{number}")
    assert "unknown-" not in repr(vars(keys)) + repr(vars(keys._flights))


@pytest.fixture
def no_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for a fetch that does not end at once."""
    monkeypatch.setattr("api.core.guard.keys.MAX_WAIT", 0)
