"""What Flask-RESTX's decorators note in `__apidoc__`, and docstrings."""

import re
from inspect import getdoc
from typing import Any

from flask.views import http_method_funcs
from flask_restx.swagger import RE_RAISES, parse_docstring

from openapi.schemas import Json

_END_OF_SENTENCE = re.compile(r"\.(?:\s+|$)")
# In these None says nothing. In `security` it says that nothing is needed.
_MAY_BE_NONE = frozenset(
    {"body", "description", "expect", "headers", "model", "params", "produces", "vendor"}
)


def notes_of(documented: Any) -> Any:
    """Return what is noted of a class or function; False where it is hidden.

    :param documented: the class or function
    """
    notes = getattr(documented, "__apidoc__", None)
    return False if notes is False else tidy(notes or {})


def tidy(notes: Any) -> Any:
    """Return notes without what says nothing, and would break Flask-RESTX.

    :param notes: what a decorator noted
    """
    if not isinstance(notes, dict):
        return notes
    tidied = {
        name: tidy(value) if name in http_method_funcs else value
        for name, value in notes.items()
        if value is not None or name not in _MAY_BE_NONE
    }
    for name, written in (("params", _parameter), ("responses", _response)):
        if name in tidied:
            tidied[name] = {key: written(value) for key, value in tidied[name].items()}
    if "description" in tidied:
        # It may be a text that is translated when it is read.
        tidied["description"] = str(tidied["description"] or "")
    for name in ("consumes", "produces"):
        if isinstance(tidied.get(name), str):
            tidied[name] = [tidied[name]]
    return tidied


def docstring(view: Any, *, has_long_summary: bool) -> Json:
    """Return a docstring as Flask-RESTX parses it, but for where its summary ends.

    Flask-RESTX ends it at a full stop, even at that within 1.2.

    :param view: the function
    :param has_long_summary: whether the summary is the whole first line; else its first sentence
    """
    first, _, rest = RE_RAISES.sub("", getdoc(view) or "").partition("\n")
    parts = [first] if has_long_summary else _END_OF_SENTENCE.split(first, 1)
    details = "\n".join([*filter(None, parts[1:]), rest]).strip()
    members = {"summary": parts[0].strip() or None, "details": details or None}
    return {**parse_docstring(view), **members}


def _parameter(spec: Any) -> Json:
    return {"description": spec} if isinstance(spec, str) else dict(spec or {})


def _response(spec: Any) -> tuple[Any, Any, Json]:
    parts = tuple(spec) if isinstance(spec, (list, tuple)) else (spec,)
    description, model, more = (*parts, None, None, None)[:3]
    return description and str(description), model, more or {}
