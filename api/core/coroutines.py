"""Methods that are coroutines (`async def`): awaited by what stands above them, in Flask's way."""

import asyncio
import inspect
from collections.abc import Callable
from typing import Any

from flask import current_app


def awaited(returned: Any) -> Any:
    """Return the value of a coroutine, which is run to its end; any other value as it is.

    :param returned: the return value of a method
    """
    if not inspect.iscoroutine(returned):
        return returned

    async def run() -> Any:
        return await returned

    return current_app.ensure_sync(run)()


def then(returned: Any, finish: Callable[[Any], Any]) -> Any:
    """Return what a function makes of a method's value, which is awaited where it is a coroutine.

    Below a decorator that is a coroutine itself, this is one as well, for that decorator to await.

    :param returned: the return value of the method
    :param finish: what is done with the value
    """
    if not (inspect.iscoroutine(returned) and _is_loop_running()):
        return finish(awaited(returned))

    async def finished() -> Any:
        return finish(await returned)

    return finished()


def same(value: Any) -> Any:
    """Return the value.

    :param value: the value
    """
    return value


def _is_loop_running() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
