"""How a class declares a setting: its name, type, default, check, example and help, once."""

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass
from inspect import get_annotations
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from api.core.declarations import DeclarationError

T = TypeVar("T")

Check = Callable[[Any], object]
"""Raises marshmallow.ValidationError for a value that cannot be used."""

TYPES = (str, int, float, bool, Path)
COLLECTIONS = (tuple, frozenset)

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
    of these or None, or a tuple or frozenset of them. See Setting for the parameters.
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
    forgotten = [name for name, value in vars(settings).items() if _is_setting(value)]
    if forgotten or not dataclasses.is_dataclass(settings):
        raise DeclarationError(
            f"{_place(settings)} is no dataclass: write @dataclass(frozen=True) above it"
        )
    hints = get_type_hints(settings)
    found = [
        _setting(settings, field, hints[field.name])
        for field in dataclasses.fields(settings)
        if _is_setting(field)
    ]
    return {each.name: each for each in found}


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


def _is_setting(value: Any) -> bool:
    return isinstance(value, dataclasses.Field) and _METADATA in value.metadata


def _setting(settings: type, field: "dataclasses.Field[Any]", hint: Any) -> Setting:
    kinds = get_args(hint) if get_origin(hint) is UnionType else (hint,)
    [kind] = [each for each in kinds if each is not NoneType] or [NoneType]
    collection = get_origin(kind)
    item = get_args(kind)[0] if collection in COLLECTIONS else kind
    if item not in TYPES or collection not in (None, *COLLECTIONS) or field.default is MISSING:
        raise DeclarationError(
            f"{_place(settings)}: {field.name} is a {hint}, which cannot be read from the "
            "environment; a setting is a str, int, float, bool or Path, or a tuple or frozenset "
            "of them"
        )
    return Setting(
        attribute=field.name,
        kind=item,
        collection=collection,
        default=field.default,
        **field.metadata[_METADATA],
    )


def _place(settings: Any) -> str:
    return f"{settings.__module__}.{settings.__qualname__}"
