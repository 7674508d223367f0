"""Which DPoP proofs were seen (RFC 9449 section 11.1): in memory, or in Redis for many copies."""

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Protocol, TypeVar

import redis

from api.core.text import printable

log = logging.getLogger(__name__)

SECONDS_TO_WAIT = 1
# Whether this copy is ready may be asked by many and often: none of them is to wait for long, and
# Redis is not to feel it.
SECONDS_TO_CHECK = 0.5
SECONDS_BETWEEN_CHECKS = 0.1

T = TypeVar("T")


class ReplaysUnavailable(Exception):
    """The memory of seen proofs cannot be reached."""


class Replays(Protocol):
    """The memory of seen proofs."""

    def is_first(self, proof: str, seconds: int) -> bool:
        """Whether `proof` was not seen in the last `seconds`; from now on it was.

        Raises ReplaysUnavailable: then nobody knows, and the proof must not count.
        """
        ...

    def fault(self) -> str | None:
        """What keeps every proof from being checked, in words; None if nothing."""
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

    def fault(self) -> str | None:
        return None

    def _forget(self, now: float) -> None:
        # In order of insertion, and every proof is kept equally long: the oldest are in front.
        while self._seen and next(iter(self._seen.values())) <= now:
            self._seen.popitem(last=False)


class ReplaysInRedis:
    """Seen by every copy of the service that shares the Redis (or Valkey) at `url`.

    address: where it is, without credentials. The log has a line when it can no longer be used, and
    one when it can again.
    """

    def __init__(self, url: str) -> None:
        self._redis = _client(url, SECONDS_TO_WAIT)
        self._checked = _client(url, SECONDS_TO_CHECK)
        # As the library itself reads it, so that no part of a password is taken for an address.
        options = self._redis.connection_pool.connection_kwargs
        self._secrets = tuple(filter(None, (options.get("password"), options.get("username"))))
        self.address = str(
            options.get("path") or f"{options.get('host', 'localhost')}:{options.get('port', 6379)}"
        )
        self._lock = threading.Lock()
        self._reason: str | None = None
        self._changed_at = self._check_at = time.monotonic()
        self._checking = threading.Lock()

    def is_first(self, proof: str, seconds: int) -> bool:
        return bool(self._told(lambda: self._redis.set(f"dpop:{proof}", 1, nx=True, ex=seconds)))

    def ping(self) -> None:
        """Raises ReplaysUnavailable, with the reason, where it cannot be reached."""
        self._ask(self._redis.ping)

    def fault(self) -> str | None:
        """As Replays has it. Redis is asked anew, so that the fault ends without any traffic."""
        # Who comes upon another's check takes the answer of the one before.
        if time.monotonic() >= self._check_at and self._checking.acquire(blocking=False):
            try:
                self._check()
            finally:
                self._checking.release()
        return "the memory of DPoP proofs, in Redis, cannot be used" if self._reason else None

    def _check(self) -> None:
        with suppress(ReplaysUnavailable):
            # A write: a replica that is read-only, or one that is full, answers a ping as well.
            self._told(lambda: self._checked.set("dpop:check", 1, ex=1))
        self._check_at = time.monotonic() + SECONDS_BETWEEN_CHECKS

    def _told(self, command: Callable[[], T]) -> T:
        """What `command` returns; whether it could be had is told where that is news."""
        began = time.monotonic()
        try:
            answer = self._ask(command)
        except ReplaysUnavailable as error:
            self._note(str(error), began)
            raise
        self._note(None, began)
        return answer

    def _ask(self, command: Callable[[], T]) -> T:
        try:
            return command()
        except redis.RedisError as error:
            # A server may repeat what it was sent. Not even as a cause may that reach a log.
            raise ReplaysUnavailable(self._without_secrets(str(error))) from None

    def _note(self, reason: str | None, began: float) -> None:
        with self._lock:
            is_news = (reason is None) is not (self._reason is None)
            # What was asked before the latest change, and answered after it, is no news.
            if not is_news or began < self._changed_at:
                return
            self._reason, self._changed_at = reason, time.monotonic()
            if reason is None:
                log.info("the Redis at %s (REDIS_URL) can be used again", self.address)
            else:
                log.warning(
                    "the Redis at %s (REDIS_URL) cannot be used, and DPoP proofs are answered 503: "
                    "%s. Check that it runs, lets this API in, and accepts writes",
                    *(self.address, reason),
                )

    def _without_secrets(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return printable(text, " ").rstrip(". ")


def _client(url: str, seconds: float) -> Any:
    return redis.Redis.from_url(url, socket_timeout=seconds, socket_connect_timeout=seconds)
