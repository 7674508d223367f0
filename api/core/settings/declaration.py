"""How a class declares a setting: its name, type, default, check, example and help, once."""

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from inspect import get_annotations
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from api.core.declarations import DeclarationError

T = TypeVar("T")

Check = Callable[[Any], object]
"""Raises marshmallow.ValidationError for a value that cannot be used."""

TYPES = (str, int, float, bool, Path)

_METADATA = "setting"


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One setting of a class.

    :param attribute: its name in the class
    :param kind: the type of its value, or of each item of a collection
    :param collection: tuple or frozenset for several values, separated by commas; None for one
    :param default: the value where the environment says nothing
    :param help: what it means, in one sentence or more
    :param example: a good value, as one writes it in `.env`
    :param check: what a value, or each item of a collection, is held to
    :param secret: whether the value must not be shown
    :param default_text: what holds by default, in words, if the default alone does not say it
    :param needed_by_serve: whether `serve` does not start without it
    """

    attribute: str
    kind: type
    collection: type | None
    default: Any
    help: str
    example: str
    check: Check | None
    secret: bool
    default_text: str
    needed_by_serve: bool

    @property
    def name(self) -> str:
        """The environment variable."""
        return self.attribute.upper()


def setting(
    default: T,
    help: str,
    *,
    example: str,
    check: Check | None = None,
    secret: bool = False,
    default_text: str = "",
    needed_by_serve: bool = False,
) -> T:
    """Declare a setting in a class that inherits from Settings.

        token_leeway: float = setting(5.0, "Seconds by which clocks may differ.", example="5")

    Its environment variable is its name in capitals. Its type is str, int, float, bool or Path, one
    of these or None, or a tuple or frozenset of them.

    :param default: the value where the environment says none
    :param help: what it is, in a sentence, for the README's table and for `.env.example`
    :param example: a good value, as the environment has it
    :param check: raises marshmallow's ValidationError for a value that cannot be used
    :param secret: whether it is kept out of every repr
    :param default_text: what the README's table says of the default, if not the default itself
    :param needed_by_serve: whether `serve` refuses to start without it
    """
    declared = {
        "help": help,
        "example": example,
        "check": check,
        "secret": secret,
        "default_text": default_text,
        "needed_by_serve": needed_by_serve,
    }
    field: T = dataclasses.field(default=default, repr=not secret, metadata={_METADATA: declared})
    return field


def declarations(settings: type) -> Mapping[str, Setting]:
    """Return the settings of a class by environment variable, in the order of their declaration.

    :raises DeclarationError: the class declares a setting in a way that cannot be read
    """
    hints = get_type_hints(settings)
    fields = [field for field in _fields(settings) if _is_setting(field)]
    declared = [_setting(settings, field, hints[field.name]) for field in fields]
    return {each.name: each for each in declared}


def refuse_duplicates(settings: type) -> None:
    """Refuse a setting whose name another class of this one's line has already.

    :raises DeclarationError: names both classes
    """
    owners: dict[str, type] = {}
    for owner in reversed(settings.__mro__[:-1]):
        declared = [name for name in get_annotations(owner) if not name.startswith("__")]
        for name in dict.fromkeys((*declared, *vars(owner))):
            others = [owners[name.upper()]] if name.upper() in owners else []
            if name in declared:
                others += [base for base in owner.__mro__[1:-1] if name in vars(base)]
            if others:
                raise DeclarationError(
                    f"{_place(owner)} and {_place(others[0])} both have {name}: rename one of them"
                )
        owners |= {name.upper(): owner for name in declared}


def _fields(settings: Any) -> Iterator["dataclasses.Field[Any]"]:
    for owner in settings.__mro__:
        # @dataclass puts the default in the place of the declaration.
        if any(map(_is_setting, vars(owner).values())):
            raise DeclarationError(
                f"{_place(owner)} is no dataclass: write @dataclass(frozen=True) above it"
            )
    yield from dataclasses.fields(settings)


def _is_setting(value: Any) -> bool:
    return isinstance(value, dataclasses.Field) and _METADATA in value.metadata


def _setting(settings: type, field: "dataclasses.Field[Any]", hint: Any) -> Setting:
    collection, kind = _shape(hint)
    if kind not in TYPES:
        raise DeclarationError(
            f"{_place(settings)}: {field.name} is a {hint}, which cannot be read from the "
            "environment; a setting is a str, int, float, bool or Path, one of these or None, or "
            "a tuple or frozenset of them"
        )
    return Setting(
        attribute=field.name,
        kind=kind,
        collection=collection,
        default=field.default,
        **field.metadata[_METADATA],
    )


def _shape(hint: Any) -> tuple[type | None, Any]:
    """The collection, or None, and the type of its items; of no known type, if it is another."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is None:
        return None, hint
    if origin in (Union, UnionType):
        kinds = [each for each in arguments if each is not NoneType]
        return None, kinds[0] if len(kinds) == 1 else None
    is_one_of_ours = origin is frozenset or (origin is tuple and arguments[1:] == (...,))
    return origin, arguments[0] if is_one_of_ours else None


def _place(settings: Any) -> str:
    return f"{settings.__module__}.{settings.__qualname__}"
