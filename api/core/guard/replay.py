"""The replay cache: which DPoP proofs were accepted (RFC 9449 section 11.1)."""

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


class ReplayCacheUnavailable(Exception):
    """The replay cache cannot be used. The text says why."""


class ReplayCache(Protocol):
    """Remembers proofs for a while."""

    def add(self, proof: str, seconds: int) -> bool:
        """Remember a proof, and return whether it was new.

        :param proof: its fingerprint
        :param seconds: how long it is remembered
        :raises ReplayCacheUnavailable: nobody can tell, so the proof must not count
        """
        ...

    def fault(self) -> str | None:
        """Return what keeps every proof from being checked, in words, or None."""
        ...


class MemoryReplayCache:
    """Remembers the proofs that this process has accepted.

    :param clock: returns monotonic seconds
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._seen: OrderedDict[str, float] = OrderedDict()

    def add(self, proof: str, seconds: int) -> bool:
        now = self._clock()
        with self._lock:
            self._forget(now)
            is_new = proof not in self._seen
            self._seen.setdefault(proof, now + seconds)
        return is_new

    def fault(self) -> str | None:
        return None

    def _forget(self, now: float) -> None:
        # In order of insertion, and every proof is kept equally long: the oldest are in front.
        while self._seen and next(iter(self._seen.values())) <= now:
            self._seen.popitem(last=False)


class RedisReplayCache:
    """Remembers the proofs that any copy of the service has accepted, in a Redis or Valkey.

    The log has a line when the server can no longer be used, and one when it can again.
    `address` is where the server is, without credentials.

    :param url: the address of the server, with its credentials
    """

    def __init__(self, url: str) -> None:
        self._redis = _client(url, SECONDS_TO_WAIT)
        self._checked = _client(url, SECONDS_TO_CHECK)
        # The library's own reading, so that no part of a password is shown as an address.
        options = self._redis.connection_pool.connection_kwargs
        self._secrets = tuple(filter(None, (options.get("password"), options.get("username"))))
        self.address = str(
            options.get("path") or f"{options.get('host', 'localhost')}:{options.get('port', 6379)}"
        )
        self._lock = threading.Lock()
        self._reason: str | None = None
        self._changed_at = self._check_at = time.monotonic()
        self._checking = threading.Lock()

    def add(self, proof: str, seconds: int) -> bool:
        return bool(self._noting(lambda: self._redis.set(f"dpop:{proof}", 1, nx=True, ex=seconds)))

    def ping(self) -> None:
        """Ask the server for a sign of life.

        :raises ReplayCacheUnavailable: it cannot be reached
        """
        self._ask(self._redis.ping)

    def fault(self) -> str | None:
        """Return what keeps every proof from being checked, in words, or None.

        The server is asked anew, so that a fault ends without any traffic.
        """
        # A thread that comes upon another's check takes the answer of the one before.
        if time.monotonic() >= self._check_at and self._checking.acquire(blocking=False):
            try:
                self._check()
            finally:
                self._checking.release()
        return "the memory of DPoP proofs, in Redis, cannot be used" if self._reason else None

    def _check(self) -> None:
        with suppress(ReplayCacheUnavailable):
            # A write: a replica that is read-only, or one that is full, answers a ping as well.
            self._noting(lambda: self._checked.set("dpop:check", 1, ex=1))
        self._check_at = time.monotonic() + SECONDS_BETWEEN_CHECKS

    def _noting(self, command: Callable[[], T]) -> T:
        """Return the answer to a command, and log where whether there is one has changed."""
        began = time.monotonic()
        try:
            answer = self._ask(command)
        except ReplayCacheUnavailable as error:
            self._note(str(error), began)
            raise
        self._note(None, began)
        return answer

    def _ask(self, command: Callable[[], T]) -> T:
        try:
            return command()
        except redis.RedisError as error:
            # A server may repeat what it was sent. Not even as a cause may that reach a log.
            raise ReplayCacheUnavailable(self._without_secrets(str(error))) from None

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
