"""The operationId of every documented operation: what it declares, else its method and class.

A Resource with several addresses has the same id at each: the shortest address keeps it, and the
others add what their path has more. No id depends on the order in which anything is registered.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import takewhile
from typing import Any

from api.core.declarations import DeclarationError
from api.core.rules import Method, methods

Key = tuple[Any, str, str]

_FORM = re.compile(r"[^\W\d][\w.-]*")


def operation_ids(api: Any) -> dict[Key, str]:
    """The id of each operation, by its Resource, path and method.

    Raises DeclarationError when two operations would have one id, or two that are one to the
    generators of clients: they drop case and punctuation.
    """
    known: dict[str, tuple[str, Method]] = {}
    ids: dict[Key, str] = {}
    for identifier, method in _identified(api):
        if not _FORM.fullmatch(identifier):
            raise DeclarationError(
                f"{method} has the operationId {identifier!r}: "
                "it takes letters, digits, _, . and -, a letter first"
            )
        folded = "".join(filter(str.isalnum, identifier)).casefold()
        other_id, other = known.setdefault(folded, (identifier, method))
        if _key(other) != _key(method):
            both = " and ".join(dict.fromkeys((other_id, identifier)))
            raise DeclarationError(
                f"two operations share the operationId {both}: {other} and {method}. "
                'Give one an id of its own: @ns.operation(id="...")'
            )
        ids[_key(method)] = identifier
    return ids


def _identified(api: Any) -> Iterator[tuple[str, Method]]:
    same: defaultdict[tuple[Any, str], list[Method]] = defaultdict(list)
    for method in methods(api):
        docs = method.docs
        if not any(doc is False for doc in docs) and _is_routed(method):
            default = api.default_id(method.resource.__name__, method.name)
            declared = next((doc["id"] for doc in docs if "id" in doc), default)
            same[method.resource, str(declared)].append(method)
    for (_resource, identifier), group in same.items():
        first = min((method.path for method in group), key=_length)
        for method in group:
            yield identifier + _rest(method.path, first), method


def _is_routed(method: Method) -> bool:
    """Flask-RESTX documents the methods that the class has, or those of them that its route has."""
    name = method.name.upper()
    own = method.route.kwargs.get("methods") or (name,)
    return name in (method.resource.methods or ()) and name in map(str.upper, own)


def _key(method: Method) -> Key:
    return method.resource, method.path, method.name


def _length(path: str) -> tuple[int, str]:
    return path.count("/"), path


def _rest(path: str, first: str) -> str:
    """What a path has beyond `first`, as words: `ById`, `Archive`."""
    segments = path.split("/")
    pairs = zip(segments, first.split("/"), strict=False)
    shared = len(list(takewhile(lambda pair: pair[0] == pair[1], pairs)))
    return "".join(map(_word, segments[shared:]))


def _word(segment: str) -> str:
    if not segment:
        return "Slash"
    found = re.findall(r"\{(\w+)\}|([^\W_]+)", segment)
    return "".join(f"By{_pascal(name)}" if name else _pascal(word) for name, word in found)


def _pascal(name: str) -> str:
    return "".join(word[:1].upper() + word[1:] for word in name.split("_"))
