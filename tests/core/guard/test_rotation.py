"""An issuer that rotates its key while somebody floods the API with tokens of unknown keys.

A minute passes in steps of a simulated clock. The flood has taken every place in which a request
could wait, which is the worst that it can do; each fetch brings what the issuer published when it
began, and takes its time.
"""

import itertools
import threading
from collections.abc import Callable
from typing import Any

import pytest
from joserfc.jwk import RSAKey

from api.core.guard import Auth0JWTBearerTokenValidator, SigningKeys, TokenRequirements
from api.core.guard.keys import UNKNOWN_KID_COOLDOWN
from api.core.guard.problems import InvalidToken, SigningKeysUnavailable
from api.core.testing import Clock
from tests.core.guard.doubles import ISSUER, Documents
from tests.core.support.tenant import AUDIENCE, as_json, encode, sign

STEP = 0.5
SECONDS = 60
Jwk = Callable[..., dict[str, Any]]

# When the issuer begins to sign with another key, in seconds from the first request on.
ROTATIONS = {
    "once": [12.5],
    "three times within half a minute": [10.0, 17.5, 32.5],
    "three times within five seconds": [20.0, 21.5, 23.5],
    "at the first request": [0.0],
    "while the keys are refreshed": [8.0, 16.5],
}

# The iat of the tokens of a flood, by the time of the request.
FLOODS: dict[str, Callable[[float], dict[str, Any]]] = {
    "none": lambda now: {},
    "long ago": lambda now: {"iat": now - 3600},
    "now": lambda now: {"iat": int(now)},
    "as far ahead as may be": lambda now: {"iat": now + 5},
    "in the future": lambda now: {"iat": now + 3600},
    "huge": lambda now: {"iat": 10**400},
    "no number": lambda now: {"iat": "now"},
}


class World:
    """The issuer, the API's guard, and what each kind of caller was answered, step by step."""

    def __init__(self, key: RSAKey, jwk: Jwk, ttl: float = 600, latency: float = 0) -> None:
        self.clock = Clock(1_000_000.0)
        self.answers: dict[str, list[int]] = {}
        self.fetched_at: list[float] = []
        self._unknown = itertools.count()
        self._key, self._jwk, self._latency = key, jwk, latency
        self._published = [jwk("key-0")]
        self._pending: list[tuple[float, Documents, Callable[[], None]]] = []
        keys = SigningKeys(
            *(ISSUER, self._fetch),
            ttl=ttl,
            now=self.clock,
            clock=self.clock,
            start=self._begin,
            sleep=None,
            waiting=threading.Semaphore(0),
        )
        self.validator = Auth0JWTBearerTokenValidator(
            TokenRequirements((ISSUER,), AUDIENCE), {ISSUER: keys}, self.clock
        )

        keys.start_fetching()
        self.advance(latency)

    def advance(self, seconds: float) -> None:
        """Let time pass, and fetches end."""
        self.clock.advance(seconds)
        while self._pending and self._pending[0][0] <= self.clock.now:
            _, self._documents, work = self._pending.pop(0)
            work()

    def rotate(self) -> None:
        self._published.append(self._jwk(f"key-{len(self._published)}"))

    def kids(self) -> list[str]:
        """The kid of each key that there was, the latest last."""
        return [jwk["kid"] for jwk in self._published]

    def call(self, kid: str) -> None:
        """A good token of that key, issued just now."""
        claims = {"iss": ISSUER, "sub": "ann", "aud": AUDIENCE, "iat": int(self.clock.now)}
        claims["exp"] = int(self.clock.now) + 60
        token = sign({"alg": "RS256", "kid": kid}, claims, self._key)
        self.answers.setdefault(kid, []).append(self._status(token))

    def flood(self, name: str) -> None:
        """A few unsigned tokens of kids that nobody ever saw."""
        for _ in range(2):
            header = as_json({"alg": "RS256", "kid": f"unknown-{next(self._unknown)}"})
            claims = as_json({"iss": ISSUER, **FLOODS[name](self.clock.now)})
            token = f"{encode(header)}.{encode(claims)}.AAAA"
            self.answers.setdefault(f"flood {name}", []).append(self._status(token))

    def _status(self, token: str) -> int:
        try:
            self.validator.authenticate_token(token)
        except InvalidToken:
            return 401
        except SigningKeysUnavailable as error:
            return 503 if int(error.headers["Retry-After"]) in range(1, 6) else 500
        return 200

    def _begin(self, work: Callable[[], None]) -> None:
        self.fetched_at.append(self.clock.now)
        self._pending.append((self.clock.now + self._latency, Documents(*self._published), work))
        self.advance(0)

    def _fetch(self, url: str, seconds: float) -> bytes:
        return self._documents(url, seconds)


def longest(answers: list[int], status: int) -> float:
    """For how many seconds on end that status was answered."""
    runs = "".join("x" if each == status else " " for each in answers).split()
    return max((len(run) for run in runs), default=0) * STEP


def minute(world: World, rotations: list[float], floods: list[str]) -> None:
    """Let a minute pass, with these rotations and floods."""
    for step in range(int(SECONDS / STEP)):
        for name in floods:
            world.flood(name)
        if step * STEP in rotations:
            world.rotate()
        for kid in world.kids():
            world.call(kid)
            for name in floods:
                world.flood(name)
        world.advance(STEP)


@pytest.mark.parametrize(("ttl", "latency"), [(600, 0), (600, 0.5), (10, 0.5)])
@pytest.mark.parametrize("floods", [[], ["none"], ["now"], [*FLOODS]], ids=",".join)
@pytest.mark.parametrize("rotations", ROTATIONS.values(), ids=ROTATIONS)
def test_rotation(
    key: RSAKey, jwk: Jwk, rotations: list[float], floods: list[str], ttl: float, latency: float
) -> None:
    """No good token is refused, none is put off for longer than 5 s and a fetch, and tokens of a
    known key are always accepted, whatever the flood; the issuer is not flooded either."""
    world = World(key, jwk, ttl, latency)
    minute(world, rotations, floods)
    for kid in world.kids():
        answers = world.answers[kid]
        assert set(answers) <= {200, 503}
        assert longest(answers, 503) <= UNKNOWN_KID_COOLDOWN + latency
        assert 503 not in answers[answers.index(200) :]
    assert set(world.answers["key-0"]) == {200}
    assert all({200, 500}.isdisjoint(world.answers[f"flood {name}"]) for name in floods)
    refreshes = SECONDS / (ttl * 0.8)
    assert len(world.fetched_at) <= 1 + SECONDS / UNKNOWN_KID_COOLDOWN + refreshes


@pytest.mark.parametrize("name", FLOODS)
def test_flood(key: RSAKey, jwk: Jwk, name: str) -> None:
    """A token of an unknown key is answered 401 if the keys are newer than its iat, or if its iat
    is of no use; otherwise 503, because no keys can be newer than it."""
    world = World(key, jwk)
    world.call("key-0")
    minute(world, [], [name])
    wanted = {503} if name in ("now", "as far ahead as may be") else {401}
    assert set(world.answers[f"flood {name}"]) == wanted
    # The first fetch was everybody's.
    gaps = {later - at for at, later in itertools.pairwise(world.fetched_at[1:])}
    assert gaps == {UNKNOWN_KID_COOLDOWN}


def test_a_token_that_waits_is_decided(key: RSAKey, jwk: Jwk) -> None:
    """The same token is answered 503 while it might be good, and 401 as soon as it cannot be."""
    world = World(key, jwk)
    world.call("key-0")
    claims = {"iss": ISSUER, "iat": int(world.clock.now)}
    token = sign({"alg": "RS256", "kid": "unknown"}, claims, key)
    answers = []
    for _ in range(13):
        answers.append(world._status(token))
        world.advance(1)
    assert answers == [503] * 10 + [401] * 3
