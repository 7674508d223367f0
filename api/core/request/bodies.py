"""The body of a request as it arrives, for every reader: a contract, Flask-RESTX, the handler."""

import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import IO, Any, cast

import flask
from flask import Flask, current_app
from werkzeug.exceptions import BadRequest, HTTPException, LengthRequired, RequestEntityTooLarge
from werkzeug.formparser import FormDataParser
from werkzeug.utils import cached_property
from werkzeug.wsgi import LimitedStream, get_input_stream

from api.core import strictjson
from api.core.problems import (
    ContentTooLarge,
    MalformedBody,
    UnsupportedMediaType,
    ValidationFailed,
)
from api.core.request import compression

_RULES = "__body_rules__"


@dataclass(frozen=True, slots=True)
class BodyRules:
    """What an operation says of its body, whatever reads it.

    :param max_size: the maximum size in bytes; None for that of the app
    :param gzip: whether it may be sent with the Content-Encoding gzip
    """

    max_size: int | None = None
    gzip: bool = False


def add_rules(view: Any, rules: BodyRules) -> None:
    """Record the rules of a method. functools.wraps copies them to its decorators.

    :param view: the method
    :param rules: the rules
    """
    setattr(view, _RULES, rules)


def max_size(app: Flask) -> Callable[[Mapping[str, Any]], int]:
    """Return a function that returns the maximum size of a body, for a server that reads it first.

    The function takes the WSGI environment of the request.

    :param app: the app, which has all its operations
    """
    of_app: int = app.config["MAX_CONTENT_LENGTH"]
    if not any(_has_own(view) for view in app.view_functions.values()):
        return lambda _environ: of_app
    return lambda environ: _matched_size(app, environ) or of_app


def _has_own(view: Any) -> bool:
    names = getattr(getattr(view, "view_class", None), "methods", None) or ()
    return any(_rules_of(view, name).max_size is not None for name in names)


def _matched_size(app: Flask, environ: Mapping[str, Any]) -> int | None:
    path = environ["PATH_INFO"].encode("latin-1").decode("utf-8", "replace")
    try:
        endpoint, _ = app.url_map.bind("").match(path, environ["REQUEST_METHOD"])
    except HTTPException:
        return None
    return _rules_of(app.view_functions[endpoint], environ["REQUEST_METHOD"]).max_size


def _rules_of(view: Any, method: str) -> BodyRules:
    """The rules of the method of a Resource, by the view function of the Resource."""
    function = getattr(getattr(view, "view_class", None), method.lower(), None)
    return getattr(function, _RULES, BodyRules())


def unsupported(accepted: Iterable[str]) -> UnsupportedMediaType:
    """Return the problem of a body of another media type than those that are read.

    :param accepted: those that are read
    """
    names = list(accepted)
    # RFC 9110 section 15.5.16, RFC 5789 section 2.2, Linked Data Platform section 7.1.
    more = {"PATCH": ["Accept-Patch"], "POST": ["Accept-Post"]}.get(flask.request.method, [])
    return UnsupportedMediaType(
        f"Send the body as {' or '.join(names)}, text in UTF-8.",
        headers=dict.fromkeys(["Accept", *more], ", ".join(names)),
    )


class _BoundedStream(LimitedStream):
    """A stream that raises a problem at the first byte over a maximum, or where it breaks off."""

    def __init__(self, stream: IO[bytes], maximum: int) -> None:
        # LimitedStream itself silently ends at its limit when all of it is read.
        super().__init__(stream, maximum + 1, is_max=True)
        self._maximum = maximum

    def readinto(self, b: bytearray) -> int | None:  # type: ignore[override]
        try:
            size = super().readinto(b)
        except RequestEntityTooLarge:
            raise ContentTooLarge from None
        except BadRequest:
            raise MalformedBody("The request body breaks off before its end.") from None
        if self._pos > self._maximum:
            raise ContentTooLarge
        return size


class _Json:
    loads = staticmethod(partial(strictjson.loads, exact=True))


class Request(flask.Request):
    """A request of Flask, of whose body nothing is lost without an error."""

    @property
    def body_rules(self) -> BodyRules:
        """What the operation that is called says of its body."""
        view = current_app.view_functions.get(self.endpoint or "") if current_app else None
        return _rules_of(view, self.method)

    @property
    def max_content_length(self) -> int | None:
        """The maximum size of the body: the operation's, or else the app's."""
        if self._max_content_length is None and self.body_rules.max_size is not None:
            return self.body_rules.max_size
        return super().max_content_length

    @max_content_length.setter
    def max_content_length(self, value: int | None) -> None:
        self._max_content_length = value

    @property
    def max_form_memory_size(self) -> int | None:
        """The maximum size of a field of a form: the whole body is bounded already."""
        return self.max_content_length

    @max_form_memory_size.setter
    def max_form_memory_size(self, value: int | None) -> None:
        """It is never more than the body may have."""

    @cached_property
    def stream(self) -> IO[bytes]:
        """The body.

        :raises ContentTooLarge: it is too large
        :raises LengthRequired: the server does not tell where it ends
        :raises UnsupportedMediaType: it has a Content-Encoding that the operation does not accept
        """
        is_framed = self.content_length is not None or "wsgi.input_terminated" in self.environ
        if "HTTP_TRANSFER_ENCODING" in self.environ and not is_framed:
            raise LengthRequired
        limit = self.max_content_length
        if limit is not None and (self.content_length or 0) > limit:
            raise ContentTooLarge
        stream = get_input_stream(self.environ)
        if limit is not None:
            stream = cast("IO[bytes]", _BoundedStream(stream, limit))
        coding = self.headers.get("Content-Encoding", "")
        return compression.decoded(stream, coding, gzip=self.body_rules.gzip, limit=limit)

    @property
    def json_module(self) -> Any:
        """What `get_json` reads with."""
        return _Json

    @json_module.setter
    def json_module(self, _module: Any) -> None:
        # Flask sets that of the app, which is less strict.
        pass

    def get_json(self, force: bool = False, silent: bool = False, cache: bool = True) -> Any:
        """Return the JSON of the body; with `silent`, None if it is something else.

        A parser of Flask-RESTX reads silently, and would take unreadable JSON for none.

        :raises MalformedBody: the body cannot be read
        :raises ValidationFailed: a parser reads the body, and it is no object
        """
        if not silent or sys._getframe(1).f_globals.get("__name__") != "flask_restx.reqparse":
            return super().get_json(force, silent, cache)
        if not self.is_json:
            return None
        body = super().get_json(force, cache=cache)
        if not isinstance(body, dict):
            raise ValidationFailed(errors=[{"pointer": "", "detail": "Not an object."}])
        return body

    def on_json_loading_failed(self, error: ValueError | None) -> Any:
        if error is None:
            raise unsupported(["application/json"])
        raise MalformedBody(f"The request body could not be read as JSON: {error}.") from None

    def make_form_data_parser(self) -> FormDataParser:
        parser = super().make_form_data_parser()
        parser.silent = False
        return parser

    def _load_form_data(self) -> None:
        try:
            super()._load_form_data()
        except RequestEntityTooLarge:
            raise ContentTooLarge(f"The form has over {self.max_form_parts} parts.") from None
        except ValueError as error:
            raise MalformedBody(
                f"The request body could not be read as {self.mimetype}: {error}."
            ) from None
