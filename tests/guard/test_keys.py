"""The issuer's signing keys, with its documents and the time in a test's hand."""

import threading
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from contextlib import suppress

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from joserfc.jwk import ECKey, OctKey, RSAKey

from api.guard.fetch import FetchError
from api.guard.keys import SigningKeys
from api.problems import SigningKeysUnavailable
from tests.guard.conftest import DISCOVERY, ISSUER, JWKS, Documents

TTL = 600
DAY = 24 * 3600


@pytest.fixture
def documents(jwk):
    return Documents(jwk("a"))


@pytest.fixture
def works():
    """What was handed to the background, and waits for a test to run it."""
    return []


@pytest.fixture
def keys(documents, clock, works):
    return SigningKeys(ISSUER, documents, ttl=TTL, clock=clock, start=works.append)


def retry_after(keys, kid="a"):
    """The Retry-After of a find that cannot be answered."""
    with pytest.raises(SigningKeysUnavailable) as caught:
        keys.find(kid)
    return int(caught.value.headers["Retry-After"])


def test_lazily(keys, documents):
    """Nothing is fetched before the first need; then discovery, and the JWKS that it names."""
    assert documents.requests == []
    assert keys.last_fault == ""
    assert keys.find("a").as_dict(private=False)["kty"] == "RSA"
    assert documents.requests == [DISCOVERY, JWKS]


def test_lifetime(keys, documents, clock):
    """The keys are kept: until they are due, the issuer is not asked again."""
    keys.find("a")
    clock.now += TTL * 0.79
    assert keys.find("a")
    assert documents.fetches == 1


def test_refreshed_in_the_background(keys, documents, clock, works):
    """Before their lifetime ends the keys are fetched anew, once, and no request waits for it."""
    keys.find("a")
    clock.now += TTL * 0.8
    assert keys.find("a")
    assert keys.find("a")
    assert documents.fetches == 1
    for work in works:
        work()
    assert documents.fetches == 2
    clock.now += TTL * 0.79
    assert keys.find("a")
    assert documents.fetches == 2


def test_background_is_a_thread(documents, clock):
    """Left to itself, the background is another thread."""
    fetched_by = []
    done = threading.Event()

    def fetch(url):
        fetched_by.append(threading.current_thread())
        if len(fetched_by) == 4:
            done.set()
        return documents(url)

    keys = SigningKeys(ISSUER, fetch, ttl=TTL, clock=clock)
    keys.find("a")
    clock.now += TTL * 0.9
    keys.find("a")
    assert done.wait(30)
    assert fetched_by[0] is threading.current_thread()
    assert fetched_by[3] is not threading.current_thread()
    assert fetched_by[3].daemon, "the process would wait for it at its end"


def test_outdated(keys, documents, clock, jwk):
    """After their lifetime keys are fetched anew before they count: one that left is refused."""
    keys.find("a")
    documents.jwks = {"keys": [jwk("b")]}
    clock.now += TTL
    assert keys.find("a") is None
    assert keys.find("b")
    assert documents.fetches == 2


def test_unknown_kid(keys, documents, clock, jwk):
    """An unknown kid fetches at once, so that a new key counts at once, and again after 30 s."""
    keys.find("a")
    documents.jwks = {"keys": [jwk("a"), jwk("b")]}
    assert keys.find("b")
    assert documents.fetches == 2
    assert [keys.find(f"unknown-{number}") for number in range(100)] == [None] * 100
    clock.now += 29.9
    assert keys.find("unknown") is None
    assert documents.fetches == 2
    clock.now += 0.1
    assert keys.find("unknown") is None
    assert keys.find("unknown") is None
    assert documents.fetches == 3


def test_first_fetch_does_not_count(keys, documents):
    """The first fetch does not use up the one for unknown kids."""
    assert keys.find("unknown") is None
    assert keys.find("unknown") is None
    assert keys.find("unknown") is None
    assert documents.fetches == 2


def test_refreshes_do_not_count(keys, documents, clock, works, jwk):
    """A refresh, early or at the end of the lifetime, does not use up the one for unknown kids."""
    keys.find("a")
    clock.now += TTL * 0.8
    keys.find("a")
    works.pop()()
    documents.jwks = {"keys": [jwk("a"), jwk("b")]}
    assert keys.find("b")
    clock.now += TTL
    assert keys.find("unknown") is None
    documents.jwks = {"keys": [jwk("a"), jwk("c")]}
    assert keys.find("c")
    assert documents.fetches == 5


def test_unknown_kid_late_in_the_lifetime(keys, documents, clock):
    """An unknown kid fetches at once late in the lifetime too, and once in 30 s."""
    keys.find("a")
    clock.now += TTL * 0.9
    assert [keys.find("unknown") for _ in range(3)] == [None] * 3
    assert documents.fetches == 2


def test_unknown_kid_while_the_issuer_is_down(keys, documents, clock):
    """While its fetch fails an unknown kid is 503, and a known one is served; after, it is 401."""
    keys.find("a")
    published, documents.jwks = documents.jwks, None
    assert retry_after(keys, "unknown") == 30
    clock.now += 1.75
    assert retry_after(keys, "unknown") == 29
    clock.now += 19.75
    assert retry_after(keys, "unknown") == 9
    assert keys.find("a")
    assert documents.fetches == 2
    documents.jwks = published
    clock.now += 8.5
    assert keys.find("unknown") is None


def test_fault(keys, documents, clock):
    """A fault is what keeps every token from being checked: stale keys are none yet."""
    published, documents.jwks = documents.jwks, None
    assert "cannot be had" in keys.fault()
    assert "cannot be had" in keys.fault()
    assert documents.fetches == 1
    documents.jwks = published
    clock.now += 5
    assert keys.fault() is None
    documents.jwks = None
    clock.now += DAY - 1
    assert keys.find("a")
    assert keys.fault() is None
    clock.now += 1
    assert "cannot be had" in keys.fault()


def test_fault_asks_nobody_while_there_are_keys(keys, documents, clock):
    """Whoever asks for faults fetches only what is missing."""
    keys.find("a")
    for seconds in (0, TTL, DAY - TTL - 1):
        clock.now += seconds
        assert keys.fault() is None
    assert documents.fetches == 1


@pytest.mark.parametrize("ask", [lambda keys: keys.find("a"), lambda keys: keys.fault() is None])
def test_issuer_is_back_after_a_day(keys, documents, clock, ask):
    """Keys too old to count are fetched by the first who asks, though it failed the last time."""
    keys.find("a")
    published, documents.jwks = documents.jwks, None
    clock.now += TTL
    assert keys.find("a")
    documents.jwks = published
    clock.now += DAY - TTL
    assert ask(keys)


def test_issuer_is_down_at_first(keys, documents, clock):
    """Without keys the answer is 503; the issuer is asked again after the 5 s that it names."""
    documents.discovery = None
    assert retry_after(keys) == 5
    clock.now += 4.9
    assert retry_after(keys) == 1
    assert documents.fetches == 1
    documents.discovery = {"issuer": ISSUER, "jwks_uri": JWKS}
    clock.now += 0.1
    assert keys.find("a")
    assert documents.fetches == 2


def test_stale_keys(keys, documents, clock, works, caplog):
    """A failed refresh keeps the keys and is logged; the background asks again every 5 s."""
    keys.find("a")
    documents.jwks = None
    clock.now += TTL
    assert keys.find("a")
    assert "could not be fetched" in caplog.text
    assert keys.last_fault == f"{JWKS} is down"
    clock.now += 4.9
    assert keys.find("a")
    assert not works
    clock.now += 0.1
    assert keys.find("a")
    works.pop()()
    assert documents.fetches == 3


def test_stale_for_a_day(keys, documents, clock):
    """Stale keys are kept for 24 h and no longer."""
    keys.find("a")
    documents.jwks = None
    clock.now += DAY - 1
    assert keys.find("a")
    clock.now += 1
    assert retry_after(keys) in range(1, 6)


def test_empty_set(keys, documents, clock):
    """An empty set never replaces a good one."""
    keys.find("a")
    documents.jwks = {"keys": []}
    clock.now += TTL
    assert keys.find("a")


def test_changes_are_logged(documents, clock, jwk, caplog):
    """A line for each change of state, with the reason or the kids, and none for what stays."""
    keys = SigningKeys(ISSUER, documents, ttl=TTL, clock=clock, start=lambda work: work())
    caplog.set_level("INFO", "api.guard.keys")

    def said(seconds=TTL):
        """What is logged when the keys are looked for twice, after so many seconds."""
        caplog.clear()
        clock.now += seconds
        for _ in range(2):
            keys.fault()
            with suppress(SigningKeysUnavailable):
                keys.find("a")
        return [(record.levelname, record.message) for record in caplog.records]

    def lines(*expected):
        return [(level, f"signing keys of {ISSUER} {text}") for level, text in expected]

    sound, documents.jwks = documents.jwks, None
    failing = ("WARNING", f"could not be fetched: {JWKS} is down")
    assert said() == lines(failing)
    assert said() == []
    documents.jwks = sound
    assert said() == lines(("INFO", "fetched: a"))
    assert said() == []
    documents.jwks = {"keys": [jwk("c"), jwk("b"), jwk("a")]}
    assert said() == lines(("INFO", "changed: came b, c, went none"))
    documents.jwks = None
    assert said() == lines(failing)
    documents.jwks = {"keys": [jwk("a"), jwk("d\r\ne")]}
    assert said() == lines(("INFO", "fetched again"), ("INFO", "changed: came d??e, went b, c"))
    documents.jwks = {"keys": [jwk("a")]}
    assert said() == lines(("INFO", "changed: came none, went d??e"))
    documents.jwks = None
    assert said() == lines(failing)
    assert said(DAY) == lines(("ERROR", f"given up, after 24 h: {JWKS} is down"))
    assert said() == []
    documents.jwks = sound
    assert said() == lines(("INFO", "fetched: a"))


def test_given_up_without_a_warning(keys, documents, clock, caplog):
    """Who is asked nothing for a day learns both at once."""
    keys.find("a")
    documents.jwks = None
    clock.now += DAY
    assert retry_after(keys) == 5
    assert [record.levelname for record in caplog.records] == ["WARNING", "ERROR"]


def test_outcomes(keys, documents, clock, jwk):
    """How often the issuer was asked, and how that ended: by codes, of which there are few."""
    documents.jwks = None
    retry_after(keys)
    for documents.jwks in (b"<html>", [], {"keys": []}, b"{}", {"keys": [1]}):
        clock.now += 5
        retry_after(keys)
    sound = documents.discovery
    for documents.discovery in ({"issuer": "https://evil.example/"}, {"issuer": ISSUER}):
        clock.now += 5
        retry_after(keys)
    documents.discovery, documents.jwks = sound, {"keys": [jwk("a")]}
    clock.now += 5
    assert keys.find("a")
    failed = {"unreachable": 1, "malformed": 2, "no-keys": 4, "foreign-issuer": 1}
    assert keys.outcomes == failed | {"ok": 1}
    assert sum(keys.outcomes.values()) == documents.fetches


@pytest.mark.parametrize(
    ("jwks", "reason"),
    [
        ({"keys": []}, "no RSA signing key"),
        ({"keys": {}}, "no RSA signing key"),
        ({"keys": None}, "no RSA signing key"),
        ({}, "no RSA signing key"),
        ([], "is not a JSON object"),
        (b"", "is not JSON"),
        (b"<html>", "is not JSON"),
        (b"\xff\xfe", "is not JSON"),
        (b'{"keys": [], "keys": []}', "is not JSON"),
        (b"[" * 100_000, "is not JSON"),
    ],
)
def test_broken_jwks(keys, documents, jwks, reason):
    """A JWKS without a key that counts is refused, with the reason."""
    documents.jwks = jwks
    with pytest.raises(FetchError, match=reason):
        keys.load()
    assert retry_after(keys) == 5


@pytest.mark.parametrize(
    ("discovery", "reason"),
    [
        ({"jwks_uri": JWKS}, "another issuer"),
        ({"issuer": ISSUER[:-1], "jwks_uri": JWKS}, "another issuer"),
        ({"issuer": "https://evil.example/", "jwks_uri": JWKS}, "another issuer"),
        ({"issuer": [ISSUER], "jwks_uri": JWKS}, "another issuer"),
        ({"issuer": ISSUER}, "no jwks_uri"),
        ({"issuer": ISSUER, "jwks_uri": None}, "no jwks_uri"),
        ({"issuer": ISSUER, "jwks_uri": [JWKS]}, "no jwks_uri"),
        ({"issuer": ISSUER, "jwks_uri": JWKS.replace("https", "http")}, "no jwks_uri"),
        ({"issuer": ISSUER, "jwks_uri": "file:///etc/passwd"}, "no jwks_uri"),
        ({"issuer": ISSUER, "jwks_uri": "/keys"}, "no jwks_uri"),
        ([], "is not a JSON object"),
        (b"not JSON", "is not JSON"),
    ],
)
def test_broken_discovery(keys, documents, discovery, reason):
    """A discovery document of another issuer, or without a jwks_uri over https, is refused."""
    documents.discovery = discovery
    with pytest.raises(FetchError, match=reason):
        keys.load()
    assert documents.requests == [DISCOVERY]


@pytest.mark.parametrize(
    "changes",
    [{}, {"use": None}, {"alg": None}, {"use": None, "alg": None}, {"x5c": ["MIIB"], "x": 1}],
    ids=str,
)
def test_good_keys(keys, documents, jwk, changes):
    """A key may leave out use and alg, and may say more than is asked."""
    documents.jwks = {"keys": [jwk("a", **changes)]}
    assert keys.find("a")


@pytest.mark.parametrize(
    "changes",
    [
        {"use": "enc"},
        {"use": ""},
        {"use": 5},
        {"alg": "RS384"},
        {"alg": "PS256"},
        {"alg": "RSA-OAEP"},
        {"alg": ["RS256"]},
        {"kty": "EC"},
        {"kty": None},
        {"kid": None},
        {"kid": 5},
        {"n": None},
        {"n": ""},
        {"n": 5},
        {"n": "not base64!"},
        {"n": "AQAB"},
        {"n": ["AQAB"]},
        {"e": None},
        {"e": ""},
        {"e": 65537},
        {"e": "AA"},
        {"e": "AQ"},
        {"e": "Ag"},
        {"e": "!"},
    ],
    ids=str,
)
def test_bad_keys(keys, documents, jwk, changes):
    """A key that cannot verify RS256 is ignored, and costs the others nothing."""
    documents.jwks = {"keys": [jwk("bad") | changes, jwk("a")]}
    assert keys.find("a")
    assert keys.find("bad") is None
    documents.jwks = {"keys": [{**jwk("a"), **changes}, jwk("b")]}
    assert set(keys.load()) == {"b"}


@pytest.mark.parametrize("name", ["kty", "kid", "n", "e"])
def test_member_is_missing(keys, documents, jwk, name):
    """A key that lacks a member is ignored."""
    lacking = jwk("bad")
    del lacking[name]
    documents.jwks = {"keys": [lacking, jwk("a")]}
    assert set(keys.load()) == {"a"}


def test_keys_of_other_kinds(keys, documents, jwk):
    """What is no RSA key, or none at all, is ignored."""
    others = [
        ECKey.generate_key("P-256", {"kid": "ec", "use": "sig"}).as_dict(private=False),
        OctKey.generate_key(256, {"kid": "oct"}).as_dict(),
        *(None, 5, "a", [], {}, [jwk("list")]),
    ]
    documents.jwks = {"keys": [*others, jwk("a")]}
    assert set(keys.load()) == {"a"}


@pytest.mark.filterwarnings("ignore:Key size:joserfc.errors.SecurityWarning")
@pytest.mark.parametrize("bits", [1024, 2040, 2047])
def test_short_key(keys, documents, jwk, bits):
    """A key under 2048 bits is ignored (RFC 7518 section 3.3)."""
    private = generate_private_key(65537, bits)
    short = RSAKey(private, private, {"kid": "short"})
    documents.jwks = {"keys": [short.as_dict(private=False), jwk("a")]}
    assert set(keys.load()) == {"a"}


def test_kid_twice(keys, documents, jwk):
    """Of two keys of one kid, the first that counts is taken."""
    documents.jwks = {"keys": [jwk("a", n="AQAB"), jwk("a"), jwk("a", e="Aw")]}
    assert keys.find("a").as_dict(private=False)["e"] == "AQAB"


def test_private_parts_are_dropped(keys, documents, key):
    """A private key that an issuer publishes by mishap is kept as a public one."""
    documents.jwks = {"keys": [{**key.as_dict(private=True), "kid": "a"}]}
    assert keys.find("a").is_private is False


class Gate:
    """A fetch that stands still until a test opens it."""

    def __init__(self, documents):
        self._documents = documents
        self.entered, self.opened = threading.Event(), threading.Event()

    def __call__(self, url):
        self.entered.set()
        assert self.opened.wait(30)
        return self._documents(url)


def test_many_threads(documents, clock):
    """Of many threads one fetches, two wait for it, and the others get 503 at once."""
    gate = Gate(documents)
    keys = SigningKeys(ISSUER, gate, ttl=TTL, clock=clock)
    with ThreadPoolExecutor(20) as pool:
        pending = {pool.submit(keys.find, "a") for _ in range(20)}
        refused = set()
        while len(refused) < 17:
            done, pending = wait(pending, 30, return_when=FIRST_COMPLETED)
            assert done
            refused |= done
        gate.opened.set()
        found = [future.result() for future in pending]
    assert {type(future.exception()) for future in refused} == {SigningKeysUnavailable}
    assert len(found) == 3
    assert all(found)
    assert documents.fetches == 1


@pytest.mark.parametrize("passed", [0, TTL - 1, TTL, DAY - 1])
def test_known_key_never_waits(documents, clock, works, passed):
    """A known key is found while another thread's fetch stands still, outdated or not."""
    gate = Gate(documents)
    keys = SigningKeys(ISSUER, gate, ttl=TTL, clock=clock, start=works.append)
    gate.opened.set()
    keys.find("a")
    clock.now += passed
    gate.entered.clear()
    gate.opened.clear()
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(keys.find, "unknown")
        assert gate.entered.wait(30)
        assert keys.find("a")
        gate.opened.set()
        assert waiting.result() is None
    assert not works


@pytest.fixture
def gate(documents):
    return Gate(documents)


@pytest.fixture
def standing(gate, clock, works):
    """Keys that are there, of an issuer that stands still from now on."""
    keys = SigningKeys(ISSUER, gate, ttl=TTL, clock=clock, start=works.append)
    gate.opened.set()
    keys.find("a")
    gate.entered.clear()
    gate.opened.clear()
    return keys


def test_new_key_is_waited_for(standing, gate, documents, clock, jwk):
    """Who asks for a new kid while it is being fetched waits for that, time and again."""
    for kid in ("b", "c", "d", "e"):
        documents.jwks["keys"].append(jwk(kid))
        with ThreadPoolExecutor(2) as pool:
            try:
                first = pool.submit(standing.find, kid)
                assert gate.entered.wait(30)
                second = pool.submit(standing.find, kid)
                assert wait([second], 0.1).not_done
            finally:
                gate.opened.set()
            assert first.result()
            assert second.result()
        gate.entered.clear()
        gate.opened.clear()
        clock.now += 30
    assert documents.fetches == 5


def test_background_never_waits(standing, gate, clock, works):
    """A refresh that comes upon another fetch leaves it to that one."""
    clock.now += TTL * 0.9
    assert standing.find("a")
    with ThreadPoolExecutor(2) as pool:
        try:
            pool.submit(standing.find, "unknown")
            assert gate.entered.wait(30)
            assert wait([pool.submit(works.pop())], 5).done
        finally:
            gate.opened.set()


def test_fault_never_waits(documents, clock, gate):
    """Whoever asks for faults is answered while another thread's first fetch stands still."""
    keys = SigningKeys(ISSUER, gate, ttl=TTL, clock=clock)
    with ThreadPoolExecutor(2) as pool:
        try:
            pool.submit(keys.find, "a")
            assert gate.entered.wait(30)
            assert "cannot be had" in pool.submit(keys.fault).result(5)
        finally:
            gate.opened.set()


def test_no_slot_is_left(documents, clock, gate):
    """Where as many threads wait as may, for whichever issuer, the next gets 503 at once."""
    slots = threading.Semaphore(0)
    keys = SigningKeys(ISSUER, gate, ttl=TTL, clock=clock, waiting=slots)
    with ThreadPoolExecutor(2) as pool:
        try:
            pool.submit(keys.find, "a")
            assert gate.entered.wait(30)
            assert type(pool.submit(keys.find, "a").exception(5)) is SigningKeysUnavailable
        finally:
            gate.opened.set()
