"""The class of the app and of its responses: they do what this API needs, and no more.

Flask asks before each call of a hook whether it is a coroutine function, makes a session for each
request, and copies the headers of each response. These classes do the same with less work.
"""

import inspect
from collections.abc import Callable, Iterable
from types import FunctionType
from typing import Any

from flask import Flask, Request, Response
from flask.sessions import NullSession, SessionInterface
from werkzeug.datastructures import Headers

_WITHOUT_CONTENT = (204, 304)
# werkzeug makes URLs of these two.
_ADDRESSES = frozenset({"location", "content-location"})


class LightResponse(Response):
    """A response that makes no copy of what it sends."""

    def get_wsgi_headers(self, environ: dict[str, Any]) -> Headers:
        names = {name.lower() for name, _value in self.headers}
        if "content-length" in names and _ADDRESSES.isdisjoint(names) and self._has_content():
            return self.headers
        return super().get_wsgi_headers(environ)

    def get_app_iter(self, environ: dict[str, Any]) -> Iterable[bytes]:
        is_whole = isinstance(self.response, list) and not self._on_close and self._has_content()
        if is_whole and environ["REQUEST_METHOD"] != "HEAD":
            return list(self.iter_encoded())
        return super().get_app_iter(environ)

    def _has_content(self) -> bool:
        return self.status_code >= 200 and self.status_code not in _WITHOUT_CONTENT


class _NoSessions(SessionInterface):
    """Sessions that an API does not have: it gets its callers' tokens with each request."""

    _session = NullSession()

    def open_session(self, _app: Flask, _request: Request) -> NullSession:
        return self._session

    def is_null_session(self, _obj: object) -> bool:
        return True


class LightFlask(Flask):
    """A Flask app without sessions."""

    response_class = LightResponse
    session_interface = _NoSessions()

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        # Flask asks several times for each request. Most are plain functions, which tell at once.
        if type(func) is FunctionType and not func.__code__.co_flags & inspect.CO_COROUTINE:
            return func
        return super().ensure_sync(func)
