"""Which DPoP proofs were seen (RFC 9449 section 11.1): in memory, or in Redis for many copies."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Protocol

import redis

SECONDS_TO_WAIT = 1


class ReplaysUnavailable(Exception):
    """The memory of seen proofs cannot be reached."""


class Replays(Protocol):
    """The memory of seen proofs."""

    def is_first(self, proof: str, seconds: int) -> bool:
        """Whether `proof` was not seen in the last `seconds`; from now on it was.

        Raises ReplaysUnavailable: then nobody knows, and the proof must not count.
        """
        ...


class ReplaysInMemory:
    """Seen by this process alone."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._seen: OrderedDict[str, float] = OrderedDict()

    def is_first(self, proof: str, seconds: int) -> bool:
        now = self._clock()
        with self._lock:
            self._forget(now)
            first = proof not in self._seen
            self._seen.setdefault(proof, now + seconds)
        return first

    def _forget(self, now: float) -> None:
        # In order of insertion, and every proof is kept equally long: the oldest are in front.
        while self._seen and next(iter(self._seen.values())) <= now:
            self._seen.popitem(last=False)


class ReplaysInRedis:
    """Seen by every copy of the service that shares the Redis (or Valkey) at `url`."""

    def __init__(self, url: str) -> None:
        self._redis = redis.Redis.from_url(
            url, socket_timeout=SECONDS_TO_WAIT, socket_connect_timeout=SECONDS_TO_WAIT
        )

    def is_first(self, proof: str, seconds: int) -> bool:
        try:
            return bool(self._redis.set(f"dpop:{proof}", 1, nx=True, ex=seconds))
        except redis.RedisError as error:
            raise ReplaysUnavailable from error

    def ping(self) -> None:
        """Raises ReplaysUnavailable where it cannot be reached."""
        try:
            self._redis.ping()
        except redis.RedisError as error:
            raise ReplaysUnavailable(str(error)) from error
