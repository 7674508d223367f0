"""The reading of a body: in memory while it is small, else in a temporary file."""

import asyncio
import errno
import tempfile
from typing import Any

import pytest
from werkzeug.exceptions import HTTPException

from api.core.server.body import IN_MEMORY, read_body

PIECE = b"x" * 64 * 1024


def read(size: int, limit: int = 8 * IN_MEMORY) -> Any:
    """A `wsgi.input` of a body of that many bytes, sent in pieces."""
    pieces = [PIECE] * (size // len(PIECE))

    async def receive() -> dict[str, Any]:
        body = pieces.pop() if pieces else b""
        return {"type": "http.request", "body": body, "more_body": bool(pieces)}

    return asyncio.run(read_body(receive, limit, timeout=10))


@pytest.mark.parametrize(("size", "is_file"), [(IN_MEMORY, False), (4 * IN_MEMORY, True)])
def test_a_large_body_is_not_kept_in_memory(size: int, is_file: bool) -> None:
    """A body is read whole; of one over a mebibyte, nothing is kept in memory."""
    with read(size) as body:
        assert body._rolled == is_file
        assert len(body.read()) == size


def test_a_body_that_has_no_place(monkeypatch: pytest.MonkeyPatch) -> None:
    """A large body is 503 if no temporary file can be written, and a small one is read."""

    def full(*_args: Any, **_more: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(tempfile, "TemporaryFile", full)
    with read(IN_MEMORY) as body:
        assert len(body.read()) == IN_MEMORY
    with pytest.raises(HTTPException) as raised:
        read(4 * IN_MEMORY).read()
    assert raised.value.code == 503
