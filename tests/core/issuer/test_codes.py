"""Authorization codes in memory."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from api.core.issuer.codes import AuthorizationCode, AuthorizationCodes
from api.core.issuer.personas import Approval
from api.core.testing import Clock

CODE = AuthorizationCode("c", "spa", "http://localhost/", "x" * 43, "S256", Approval("ada", ()))


def test_one_thread_wins(clock: Clock) -> None:
    """When several threads bring one code at once, exactly one of them gets it."""
    codes = AuthorizationCodes(clock)
    codes.add(CODE)
    barrier = threading.Barrier(8, timeout=30)

    def take(_: Any) -> Any:
        barrier.wait()
        return codes.take("c", "spa")

    with ThreadPoolExecutor(8) as pool:
        codes_taken = list(pool.map(take, range(8)))
    assert [code for code in codes_taken if code] == [CODE]


def test_another_client(clock: Clock) -> None:
    """Another client does not get a code, and does not use it up."""
    codes = AuthorizationCodes(clock)
    codes.add(CODE)
    assert codes.take("c", "other") is None
    assert codes.take("c", "spa") == CODE


def test_code_is_not_shown() -> None:
    """The code is not in the repr of its object, and so not in logs."""
    assert "code='c'" not in repr(CODE)
