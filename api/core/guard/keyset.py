"""The keys of an issuer as they are kept.

They are a value that is replaced and never changed, so that any number of threads reads it without
a lock.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

from joserfc.jwk import RSAKey

from api.core.guard.jwks import Keys
from api.core.text import shown

RETRY_AFTER_FAILURE = 5.0
KEPT_THROUGH_FAILURES = 24 * 3600.0
REFRESHED_AFTER = 0.8

NEVER = -math.inf


class Moment(NamedTuple):
    """A time by both clocks.

    :param wall: seconds since the epoch
    :param monotonic: seconds that only grow
    """

    wall: float
    monotonic: float


@dataclass(frozen=True, slots=True)
class KeySet:
    """The keys of the latest fetch that succeeded, and whether a later one failed.

    :param began: when that fetch began
    :param fetched_at: when it had ended, by the monotonic clock
    :param retry_at: when the next fetch may begin after one that failed; NEVER while the latest
        one succeeded
    """

    keys: Keys
    began: Moment
    fetched_at: float
    retry_at: float = NEVER

    @property
    def is_failing(self) -> bool:
        return self.retry_at != NEVER

    def get(self, kid: str, monotonic: float) -> RSAKey | None:
        """Return the key of an id, unless it is too old to count."""
        return self.keys.get(kid) if self.is_usable(monotonic) else None

    def has(self, key: RSAKey) -> bool:
        """Return whether a key is one of these."""
        return any(each is key for each in self.keys.values())

    def is_usable(self, monotonic: float) -> bool:
        """Return whether the keys count at all: through failures they do for a day."""
        return monotonic - self.fetched_at < KEPT_THROUGH_FAILURES

    def is_current(self, monotonic: float, ttl: float) -> bool:
        """Return whether the keys count without the issuer being asked first.

        :param ttl: seconds that keys are kept
        """
        return monotonic - self.fetched_at < ttl or (self.is_failing and self.is_usable(monotonic))

    def may_refuse(self, issued_before: float, now: Moment) -> bool:
        """Return whether a kid that is not among the keys belongs to no key of the issuer.

        The keys must have been fetched after the token was issued. Both clocks must say so: the
        wall clock may have been set back since, and the monotonic one stands still while the
        machine sleeps.

        :param issued_before: seconds since the epoch when the token existed
        """
        began = min(self.began.wall, now.wall - (now.monotonic - self.began.monotonic))
        return self.is_usable(now.monotonic) and not self.is_failing and began > issued_before

    def after_failure(self, monotonic: float) -> "KeySet":
        """Return the same keys, as long as they count; the issuer is left alone for a while."""
        keys = self.keys if self.is_usable(monotonic) else {}
        return replace(self, keys=keys, retry_at=monotonic + RETRY_AFTER_FAILURE)


NOTHING = KeySet({}, Moment(NEVER, NEVER), NEVER)


def carried_over(before: Keys, after: Keys) -> Keys:
    """Return the keys that replace others. A key that stays is the same object as before.

    :param before: the keys that are replaced
    :param after: the keys as they were fetched
    """
    return {
        kid: old if old and old.thumbprint() == key.thumbprint() else key
        for kid, key in after.items()
        for old in (before.get(kid),)
    }


def changes(issuer: str, before: KeySet, after: KeySet) -> Iterator[str]:
    """Yield what the log says after a fetch has replaced one set of keys by another."""
    if not before.keys:
        yield f"signing keys of {issuer} fetched: {_listed(after.keys)}"
        return
    if before.is_failing:
        yield f"signing keys of {issuer} fetched again"
    came, went = after.keys.keys() - before.keys.keys(), before.keys.keys() - after.keys.keys()
    if came or went:
        yield f"signing keys of {issuer} changed: came {_listed(came)}, went {_listed(went)}"


def _listed(kids: Iterable[str]) -> str:
    return ", ".join(map(shown, sorted(kids))) or "none"
