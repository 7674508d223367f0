"""The cache of verified tokens: what a hit spares, and what it never spares."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from joserfc.jwk import RSAKey

from api.core.guard import (
    Auth0JWTBearerTokenValidator,
    DPoPTokenValidator,
    MemoryReplayCache,
    SigningKeys,
    TokenRequirements,
    VerifiedTokens,
    guard_of,
)
from api.core.guard.keys import KEPT_THROUGH_FAILURES
from api.core.guard.problems import InvalidToken, SigningKeysUnavailable
from api.core.guard.verified import Verification
from api.core.testing import Clock
from tests.core.guard.corpus.case import foreign_key
from tests.core.guard.corpus.proof_case import bound, good
from tests.core.guard.doubles import ISSUER, Background, Documents
from tests.core.support.app import app_of
from tests.core.support.tenant import AUDIENCE, Tenant, encode, sign
from tests.core.support.threads import at_once

TTL = 600
LEEWAY = 5

Jwk = Callable[..., dict[str, Any]]
Make = Callable[..., str]


class World:
    """A validator with its cache, an issuer, and a clock."""

    def __init__(self, key: RSAKey, jwk: Jwk, clock: Clock, capacity: int = 100) -> None:
        self.documents = Documents(jwk("a"))
        self.clock = clock
        self.background = Background()
        self.verified = VerifiedTokens(capacity)
        keys = SigningKeys(
            ISSUER,
            self.documents,
            ttl=TTL,
            now=clock,
            clock=clock,
            start=self.background,
            sleep=None,
        )
        requirements = TokenRequirements((ISSUER,), AUDIENCE, leeway=LEEWAY)
        common = (requirements, {ISSUER: keys}, clock, self.verified)
        self.bearer = Auth0JWTBearerTokenValidator(*common)
        self.dpop = DPoPTokenValidator(*common, replay_cache=MemoryReplayCache(clock))
        self.key = key

    def token(self, **changes: Any) -> str:
        now = self.clock.now
        claims = {"iss": ISSUER, "sub": "ann", "aud": AUDIENCE, "iat": now, "exp": now + 10**9}
        return sign({"alg": "RS256", "kid": "a"}, claims | changes, self.key)

    def accept(self, token: str) -> dict[str, Any]:
        return self.bearer.authenticate_token(token).claims

    @property
    def hits(self) -> int:
        return self.verified.outcomes["hit"]


@pytest.fixture
def world(key: RSAKey, jwk: Jwk, clock: Clock) -> World:
    return World(key, jwk, clock)


def test_hit(world: World) -> None:
    """A token that comes again is not verified again, and has the same claims."""
    token = world.token()
    first = world.accept(token)
    assert world.accept(token) == first
    assert world.verified.outcomes == {"miss": 1, "hit": 1}


def test_claims_are_nobody_elses(world: World) -> None:
    """What one request does to the claims is unseen by the next one."""
    token = world.token(roles=["reader"])
    for _ in range(3):
        claims = world.accept(token)
        assert claims["roles"] == ["reader"]
        claims["roles"].append("admin")
        claims["sub"] = "somebody else"


@pytest.mark.parametrize("part", [0, 1, 2], ids=["header", "payload", "signature"])
def test_whole_token(world: World, part: int) -> None:
    """A token that differs from a remembered one in any part is verified, and refused."""
    token = world.token()
    world.accept(token)
    parts, others = token.split("."), world.token(sub="bob").split(".")
    parts[part] = others[part] if part else encode(b'{"alg":"RS256","kid":"a","x":1}')
    with pytest.raises(InvalidToken):
        world.accept(".".join(parts))
    assert world.hits == 0


@pytest.mark.parametrize(
    ("changes", "check"),
    [
        ({"aud": "https://other.example/"}, "aud"),
        ({"exp": 1}, "exp"),
        ({"sub": ""}, "sub"),
        ({"iss": "https://other.example/"}, "iss"),
        ({"cnf": {"jkt": "a"}}, "cnf"),
    ],
)
def test_refused_is_not_remembered(world: World, changes: dict[str, Any], check: str) -> None:
    """A token that was refused is verified each time, and refused each time."""
    token = world.token(**changes)
    for _ in range(2):
        with pytest.raises(InvalidToken, match=f"^{check}: "):
            world.accept(token)
    assert len(world.verified) == 0


def test_expiry(world: World) -> None:
    """A token is accepted until its exp and the leeway are over, and then refused and forgotten."""
    token = world.token(exp=world.clock.now + 60)
    world.accept(token)
    world.clock.advance(60 + LEEWAY - 1)
    world.accept(token)
    assert world.hits == 1
    world.clock.advance(1)
    for _ in range(2):
        with pytest.raises(InvalidToken, match=r"^exp: "):
            world.accept(token)
    assert world.hits == 1
    assert len(world.verified) == 0


@pytest.mark.parametrize("claim", ["iat", "nbf"])
def test_clock_set_back(world: World, claim: str) -> None:
    """A remembered token is refused while it is from the future, after the clock was set back."""
    token = world.token(**{claim: world.clock.now})
    world.accept(token)
    world.bearer.now = lambda: world.clock.now - LEEWAY - 1
    with pytest.raises(InvalidToken, match=f"^{claim}: "):
        world.accept(token)


def test_key_has_left(world: World, jwk: Jwk) -> None:
    """A remembered token is refused as soon as the issuer's keys are without its key."""
    token = world.token()
    world.accept(token)
    world.documents.jwks = {"keys": [foreign_key().as_dict(private=False) | {"kid": "b"}]}
    world.clock.advance(TTL)
    for _ in range(2):
        with pytest.raises(InvalidToken, match=r"^key: "):
            world.accept(token)
    assert len(world.verified) == 0


def test_key_has_changed(world: World) -> None:
    """A remembered token is refused once its kid is that of another key."""
    token = world.token()
    world.accept(token)
    world.documents.jwks = {"keys": [foreign_key().as_dict(private=False) | {"kid": "a"}]}
    world.clock.advance(TTL)
    with pytest.raises(InvalidToken, match=r"^signature: "):
        world.accept(token)


def test_key_stays(world: World, jwk: Jwk) -> None:
    """A refresh that brings the same key costs no token its place, and happens in time."""
    token = world.token()
    world.accept(token)
    world.documents.jwks = {"keys": [jwk("new"), jwk("a")]}
    for _ in range(5):
        world.clock.advance(TTL * 0.9)
        world.accept(token)
    assert world.hits == 5
    assert world.documents.fetches == 6


def test_issuer_is_down(world: World) -> None:
    """While the issuer is down, remembered tokens count as long as its keys do."""
    token = world.token()
    world.accept(token)
    world.documents.discovery = None
    world.clock.advance(KEPT_THROUGH_FAILURES - 1)
    world.accept(token)
    world.clock.advance(1)
    with pytest.raises(SigningKeysUnavailable):
        world.accept(token)


def test_schemes(world: World) -> None:
    """A token that one scheme has accepted is no hit for the other."""
    token = world.token()
    world.accept(token)
    with pytest.raises(InvalidToken, match=r"^cnf: "):
        world.dpop.authenticate_token(token)
    assert world.hits == 0


def test_capacity(key: RSAKey, jwk: Jwk, clock: Clock) -> None:
    """The token that has not come for the longest time makes room for a new one."""
    world = World(key, jwk, clock, capacity=2)
    first, second, third = (world.token(jti=name) for name in "abc")
    for token in (first, second, first, third):
        world.accept(token)
    assert len(world.verified) == 2
    assert world.hits == 1
    world.accept(first)
    assert world.hits == 2
    world.accept(second)
    assert world.hits == 2


def test_off(key: RSAKey, jwk: Jwk, clock: Clock) -> None:
    """With a capacity of 0, each token is verified each time."""
    world = World(key, jwk, clock, capacity=0)
    token = world.token()
    for _ in range(2):
        world.accept(token)
    assert world.verified.outcomes == {"miss": 2}


def test_flood_of_many_threads(key: RSAKey, jwk: Jwk, clock: Clock) -> None:
    """Many threads with many tokens exceed no bound, and each look-up is counted once."""
    world = World(key, jwk, clock, capacity=3)
    tokens = [world.token(jti=str(number)) for number in range(8)]

    def flood(number: int) -> None:
        for step in range(50):
            assert world.accept(tokens[(number + step) % 8])["jti"] == str((number + step) % 8)

    at_once(8, flood)
    assert len(world.verified) == 3
    assert world.verified.outcomes.total() == 8 * 50


def test_any_text() -> None:
    """Any text is looked up without an error."""
    verified = VerifiedTokens()
    for text in ("", "ä", "\ud800", "a" * 10**6):
        assert verified.claims(text, lambda _verification, _claims: True) is None


def test_scopes_are_checked_each_time(app: Flask, tenant: Tenant) -> None:
    """A remembered token is refused by an operation that needs more than it grants."""
    client, token = app.test_client(), tenant.token(scope="openid")
    headers = {"Authorization": f"Bearer {token}"}
    assert client.get("/api/private", headers=headers).status_code == 200
    for _ in range(2):
        assert client.get("/api/private-scoped", headers=headers).status_code == 403
    assert guard_of(app).bearer.verified.outcomes == {"miss": 1, "hit": 2}


def test_proofs_are_checked_each_time(app: Flask, tenant: Tenant) -> None:
    """A remembered token needs a new proof for each request."""
    client, token = app.test_client(), bound()(tenant)
    proof = good(token)

    def ask(*proofs: str) -> int:
        headers = [("Authorization", f"DPoP {token}"), *(("DPoP", each) for each in proofs)]
        return client.get("/api/me", headers=headers).status_code

    assert [ask(proof), ask(proof), ask(), ask(good(token))] == [200, 401, 401, 200]
    assert client.get("/api/me", headers={"Authorization": f"Bearer {token}"}).status_code == 401


def test_setting(tenant: Tenant) -> None:
    """TOKEN_CACHE bounds the cache, which both schemes share."""
    guard = guard_of(app_of(tenant, settings={"token_cache": 1}))
    assert guard.bearer.verified is guard.dpop.verified
    for _ in range(2):
        guard.bearer.authenticate_token(tenant.token(sub="ann"))
        guard.bearer.authenticate_token(tenant.token(sub="bob"))
    assert len(guard.bearer.verified) == 1


def test_repr_has_no_token(world: World) -> None:
    """What is remembered holds no token."""
    token = world.token()
    world.verified.add(token, Verification("Bearer", world.bearer.keys[ISSUER], foreign_key()))
    [digest] = world.verified._kept
    assert len(digest) == 32
    assert token not in repr(vars(world.verified))
