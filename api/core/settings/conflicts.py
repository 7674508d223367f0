"""Values that do not go together."""

from collections.abc import Iterator
from typing import NamedTuple


class Conflict(NamedTuple):
    """A value that does not go with another.

    :param name: the environment variable to change
    :param fault: what is wrong with it
    :param other: the variable that it does not go with
    """

    name: str
    fault: str
    other: str


def both_or_neither(settings: object, *names: str) -> Iterator[Conflict]:
    """Settings that are of use together only.

    :param names: two environment variables
    """
    given = [name for name in names if getattr(settings, name.lower())]
    if len(given) == 1:
        [missing] = set(names) - set(given)
        fault = f"Not set, while {given[0]} is; it takes both."
        yield Conflict(missing, fault, given[0])
