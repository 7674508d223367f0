"""The log lines of an outage: one when it begins and one when it ends, not one for each request."""

import logging
import threading

from api.core.storage.faults import READS_GO_ON

log = logging.getLogger(__name__)


class Outages:
    """The outages of one database since it last answered."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kinds: set[str] = set()
        self._failures = 0

    @property
    def failures(self) -> int:
        """The number of failures so far. Read it before the work whose end `ended` notes."""
        return self._failures

    def began(self, kind: str, cause: object) -> None:
        """Note a failure, and log the first one of its kind until the database answers again.

        :param kind: the kind of the outage
        :param cause: the error of the driver
        """
        with self._lock:
            self._failures += 1
            is_new = kind not in self._kinds
            self._kinds.add(kind)
        if is_new:
            # The text of SQLAlchemy's error would include the statement.
            log.warning("the database does not answer: %s", getattr(cause, "orig", cause))

    def ended(self, failures: int, *, writes: bool = True) -> None:
        """Note work that succeeded, and log that the database answers again.

        :param failures: the number of failures before the work began. Work that began before the
            last failure does not prove that the outage has ended.
        :param writes: whether the work could write: in some outages, reads succeed
        """
        if not self._kinds:
            return
        with self._lock:
            if failures != self._failures:
                return
            ended = self._kinds if writes else self._kinds - READS_GO_ON
            self._kinds = self._kinds - ended
            is_back = bool(ended) and not self._kinds
        if is_back:
            log.info("the database answers again")
