"""The signing keys of one issuer: OIDC discovery, then its JWKS (RFC 7517)."""

import base64
import binascii
import logging
import math
import threading
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from api import strictjson
from api.guard.fetch import Fetch, FetchError
from api.problems import SigningKeysUnavailable

log = logging.getLogger(__name__)

Keys = Mapping[str, RSAKey]

RETRY_AFTER_FAILURE = 5.0
UNKNOWN_KID_COOLDOWN = 30.0
KEPT_THROUGH_FAILURES = 24 * 3600.0
REFRESHED_AFTER = 0.8
MAX_WAITING = 2
MIN_BITS = 2048


def _in_background(work: Callable[[], None]) -> None:
    threading.Thread(target=work, daemon=True).start()


class SigningKeys:
    """Fetched at first need, kept for `ttl` seconds, shared by all threads.

    A known key never waits behind a fetch: the keys are refreshed in the background before they
    are outdated, and a failed refresh keeps them for up to 24 h. An unknown `kid` fetches at once,
    but once in 30 s however many such tokens come, and few threads wait for that.
    """

    def __init__(
        self,
        issuer: str,
        fetch: Fetch,
        *,
        ttl: float = 600.0,
        clock: Callable[[], float] = time.monotonic,
        start: Callable[[Callable[[], None]], None] = _in_background,
    ) -> None:
        self.issuer = issuer
        self._fetch = fetch
        self._ttl = ttl
        self._clock = clock
        self._start = start
        self._lock = threading.Lock()
        self._waiting = threading.BoundedSemaphore(MAX_WAITING)
        self._keys: Keys = {}
        self._fetched_at = -float("inf")
        self._retry_at = -float("inf")
        self._unknown_at = -float("inf")
        self.last_fault = ""

    def find(self, kid: str) -> RSAKey | None:
        """The key of that id, or None where the issuer has none such.

        Raises SigningKeysUnavailable (503, Retry-After) while the keys cannot be had.
        """
        age = self._age()
        usable = kid in self._keys and age < KEPT_THROUGH_FAILURES
        if usable and (age < self._ttl or self._is_failing()):
            if self._is_due(kid) and not self._lock.locked():
                self._start(partial(self._fetch_in_turn, kid, wait=False))
        elif self._is_due(kid) or self._lock.locked():
            # Outdated keys are looked at anew before they count, by one thread.
            self._fetch_in_turn(kid, wait=not usable)
        return self._answer(kid)

    def fault(self) -> str | None:
        """What keeps every token of this issuer from being checked, in words; None if nothing."""
        if self._age() >= KEPT_THROUGH_FAILURES and self._clock() >= self._retry_at:
            self._fetch_in_turn("", wait=False)
        if self._age() < KEPT_THROUGH_FAILURES:
            return None
        return f"the signing keys of {self.issuer} cannot be had"

    def load(self) -> Keys:
        """Fetch the keys now, whatever is kept. Raises FetchError with the reason."""
        return _read_jwks(self._get(self._jwks_uri()))

    def _is_due(self, kid: str) -> bool:
        """Whether the issuer is to be asked now."""
        now = self._clock()
        if self._age() >= self._ttl * REFRESHED_AFTER:
            return now >= self._retry_at
        return kid not in self._keys and now >= self._unknown_at

    def _fetch_in_turn(self, kid: str, *, wait: bool) -> None:
        """Fetch, unless another thread did meanwhile, or is at it and we are not to wait."""
        if not self._lock.acquire(blocking=False):
            if not wait:
                return
            self._wait_for_lock()
        try:
            if self._is_due(kid):
                if kid not in self._keys and self._age() < self._ttl:
                    self._unknown_at = self._clock() + UNKNOWN_KID_COOLDOWN
                self._refresh()
        finally:
            self._lock.release()

    def _wait_for_lock(self) -> None:
        # Were all of a server's threads to wait here, public endpoints would wait as well.
        if not self._waiting.acquire(blocking=False):
            raise self._unavailable()
        try:
            self._lock.acquire()
        finally:
            self._waiting.release()

    def _answer(self, kid: str) -> RSAKey | None:
        key = self._keys.get(kid)
        if self._age() >= KEPT_THROUGH_FAILURES or (key is None and self._is_failing()):
            raise self._unavailable()
        return key

    def _refresh(self) -> None:
        try:
            self._keys = self.load()
        except FetchError as error:
            self._retry_at = self._clock() + RETRY_AFTER_FAILURE
            self.last_fault = str(error)
            log.warning("signing keys of %s could not be fetched: %s", self.issuer, error)
        else:
            self._fetched_at = self._clock()
            self._retry_at = -float("inf")

    def _is_failing(self) -> bool:
        return self._retry_at != -float("inf")

    def _age(self) -> float:
        return self._clock() - self._fetched_at

    def _unavailable(self) -> SigningKeysUnavailable:
        seconds = max(1.0, self._retry_at - self._clock())
        return SigningKeysUnavailable(headers={"Retry-After": str(math.ceil(seconds))})

    def _jwks_uri(self) -> str:
        document = self._get(f"{self.issuer}.well-known/openid-configuration")
        if document.get("issuer") != self.issuer:
            raise FetchError("the discovery document names another issuer")
        uri = document.get("jwks_uri")
        scheme = self.issuer.partition("://")[0]
        if not isinstance(uri, str) or not uri.startswith(f"{scheme}://"):
            raise FetchError(f"the discovery document has no jwks_uri of scheme {scheme}")
        return uri

    def _get(self, url: str) -> dict[str, Any]:
        try:
            document = strictjson.loads(self._fetch(url))
        except ValueError as error:
            raise FetchError(f"{url} is not JSON: {error}") from None
        if not isinstance(document, dict):
            raise FetchError(f"{url} is not a JSON object")
        return document


def _read_jwks(document: dict[str, Any]) -> Keys:
    listed = document.get("keys")
    keys: dict[str, RSAKey] = {}
    for jwk in listed if isinstance(listed, list) else []:
        key = _read_jwk(jwk)
        if key is not None:
            keys.setdefault(jwk["kid"], key)
    # A good set is never traded for an empty one: that is an issuer's mishap, not its will.
    if not keys:
        raise FetchError("the key set holds no RSA signing key for RS256 of 2048 bits or more")
    return keys


def _read_jwk(jwk: Any) -> RSAKey | None:
    """A key that may verify RS256, or None: one bad key must not cost the others."""
    if not isinstance(jwk, dict) or jwk.get("kty") != "RSA" or not isinstance(jwk.get("kid"), str):
        return None
    if jwk.get("use", "sig") != "sig" or jwk.get("alg", "RS256") != "RS256":
        return None
    try:
        if int.from_bytes(_decoded(jwk["n"]), "big").bit_length() < MIN_BITS:
            return None
        return RSAKey.import_key({"kty": "RSA", "n": jwk["n"], "e": jwk["e"]})
    except (KeyError, TypeError, ValueError, AttributeError, JoseError):
        return None


def _decoded(part: str) -> bytes:
    try:
        return base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError from error
