"""The operationId of every documented operation: what it declares, else its method and class.

A Resource with several addresses has the same id at each: the shortest address keeps it, and the
others add what their path has more. No id depends on the order in which anything is registered.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from itertools import takewhile
from typing import Any

from openapi.declaration import NOTHING
from openapi.methods import Method

Key = tuple[Any, str, str]


def key(method: Method) -> Key:
    """What tells one operation from another: its Resource, path and name."""
    return method.resource, method.path, method.name


def claimed_ids(api: Any, methods: Iterable[Method]) -> dict[Key, str]:
    """Return the id that each operation claims; two of different Resources may claim the same.

    :param api: the flask_restx.Api, whose `default_id` makes the ids that nobody declares
    :param methods: the documented methods
    """
    groups: defaultdict[Any, list[Method]] = defaultdict(list)
    for method in methods:
        groups[method.resource, _own_id(api, method)].append(method)
    return {
        key(method): identifier
        for (_resource, own), group in groups.items()
        for method, identifier in _spread(own, group)
    }


def unique_ids(api: Any, methods: Iterable[Method]) -> dict[Key, str]:
    """Return the id of each operation, each its own, even where two of them claim the same.

    :param api: the flask_restx.Api
    :param methods: the documented methods
    """
    listed = list(methods)
    claims = claimed_ids(api, listed)
    groups: defaultdict[str, list[Method]] = defaultdict(list)
    for method in {key(method): method for method in listed}.values():
        groups[claims[key(method)]].append(method)
    ids: dict[Key, str] = {}
    for claim, group in sorted(groups.items()):
        for method, identifier in _spread(claim, group):
            ids[key(method)] = _free(identifier, {*ids.values(), *groups.keys() - {claim}})
    return ids


def _own_id(api: Any, method: Method) -> str:
    declared = method.declaration.id
    if declared is not None:
        return declared
    for doc in method.docs:
        if "id" in doc:
            return str(doc["id"])
    name = method.resource.__name__
    # Flask-RESTX tells the routes of a Resource apart where one is documented.
    is_told_apart = method.route.route_doc and method.declaration == NOTHING
    return str(api.default_id(f"{name}_{method.url}" if is_told_apart else name, method.name))


def _spread(identifier: str, group: list[Method]) -> Iterable[tuple[Method, str]]:
    """Each of these methods with the id, or the id and what its path has more than the first."""
    ordered = sorted(group, key=lambda method: (_length(method.path), method.name))
    first = ordered[0].path
    return [(method, identifier + _rest(method.path, first)) for method in ordered]


def _free(identifier: str, taken: set[str]) -> str:
    number, candidate = 2, identifier
    while candidate in taken:
        candidate, number = f"{identifier}{number}", number + 1
    return candidate


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
    parts = re.findall(r"\{(\w+)\}|([^\W_]+)", segment)
    return "".join(f"By{_pascal(name)}" if name else _pascal(word) for name, word in parts)


def _pascal(name: str) -> str:
    return "".join(word[:1].upper() + word[1:] for word in name.split("_"))
