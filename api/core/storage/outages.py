"""What the log says of a database that goes away and comes back: a line each, not one a request."""

import logging
import threading

from api.core.storage.faults import READS_GO_ON

log = logging.getLogger(__name__)


class Outages:
    """What the log was told of one database since it last answered."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kinds: set[str] = set()
        self._failures = 0

    @property
    def failures(self) -> int:
        """How many there were so far: for `ended`, to be asked before the work begins."""
        return self._failures

    def began(self, kind: str, cause: object) -> None:
        """A failure: a warning for the first one of its kind, until the database answers again.

        :param kind: what tells this state of the database from others
        :param cause: what the driver said
        """
        with self._lock:
            self._failures += 1
            is_new = kind not in self._kinds
            self._kinds.add(kind)
        if is_new:
            # A failure of SQLAlchemy's has the statement as well.
            log.warning("the database does not answer: %s", getattr(cause, "orig", cause))

    def ended(self, failures: int, *, writes: bool = True) -> None:
        """Work that was done.

        :param failures: how many failures there were before it began. Work that began before
            the last failure does not tell that the database is back.
        :param writes: whether it could write: in some outages, reading goes on
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
