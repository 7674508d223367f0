"""The body of a request as it arrives, for every reader: a contract, Flask-RESTX, the handler."""

import sys
from typing import Any

import flask
from werkzeug.formparser import FormDataParser

from api.core import strictjson
from api.core.problems import MalformedBody, UnsupportedMediaType, ValidationFailed


class Request(flask.Request):
    """A request of Flask, of whose body nothing is lost without an error."""

    @property
    def json_module(self) -> Any:
        """What `get_json` reads with."""
        return strictjson

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
            raise UnsupportedMediaType
        raise MalformedBody(f"The request body could not be read as JSON: {error}.") from None

    def make_form_data_parser(self) -> FormDataParser:
        parser = super().make_form_data_parser()
        parser.silent = False
        return parser

    def _load_form_data(self) -> None:
        try:
            super()._load_form_data()
        except ValueError as error:
            raise MalformedBody(
                f"The request body could not be read as {self.mimetype}: {error}."
            ) from None
