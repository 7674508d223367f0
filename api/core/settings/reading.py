"""The environment and `.env`, read into an object. All mistakes are reported together."""

import re
from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, TypeVar, cast, overload

from dotenv.parser import parse_stream
from environs import Env, EnvValidationError
from marshmallow import Schema
from marshmallow.fields import String

from api.core.settings.declaration import Setting, declarations
from api.core.settings.settings import Settings

S = TypeVar("S", bound=Settings)

ENV_FILE = Path(".env")

# Only a shell and `.env` take quotes away.
_IN_QUOTES = re.compile(r"""(["']).*\1""", re.DOTALL)
_QUOTED = (
    "It is in quotes, which are part of a value (`docker run --env-file` keeps them): "
    "write it without them."
)


class SettingsError(Exception):
    """One setting or more cannot be used; the text has a line for each.

    :param faults: what is wrong, by variable, if single ones are at fault
    :param usable: the settings with the default for each that is at fault
    """

    def __init__(
        self,
        text: str,
        faults: Mapping[str, str] | None = None,
        usable: Settings | None = None,
    ) -> None:
        super().__init__(text)
        self.faults = faults or {}
        self.usable = usable


@overload
def load(*, needed: Mapping[str, str] | None = None) -> Settings: ...
@overload
def load(
    settings: type[S], env_file: Path = ENV_FILE, needed: Mapping[str, str] | None = None
) -> S: ...
def load(
    settings: type[Settings] = Settings,
    env_file: Path = ENV_FILE,
    needed: Mapping[str, str] | None = None,
) -> Settings:
    """Read the environment, and `env_file` for what the environment does not say.

    :param settings: the class that declares the settings; by default the machinery's alone
    :param env_file: a file of variables, which need not be there
    :param needed: what must be set as well, and why, in words
    :raises SettingsError: names each variable that is wrong, its fault and a good example
    """
    declared = declarations(settings)
    env = _environment(env_file)
    values = {each.attribute: _value(env, each) for each in declared.values()}
    quoted = _quoted(env, declared)
    faults = _faults(env) | quoted
    usable = settings(**_without(faults, values))
    # What is wrong with a value says more than that there is none to use.
    missing = {name: why for name, why in (needed or {}).items() if not values[name.lower()]}
    faults = _conflicts(usable, faults) | missing | faults
    if not faults:
        return usable
    text = "\n".join(_line(declared[name], faults[name]) for name in sorted(faults))
    raise SettingsError(text, faults, settings(**_without(faults, values)))


def _environment(env_file: Path) -> Env:
    env = Env(eager=False)
    try:
        _refuse_broken_lines(env_file)
        env.read_env(str(env_file), recurse=False)
    except (OSError, ValueError) as error:
        raise SettingsError(
            f"{env_file}: Not a text file in UTF-8, a variable a line. Example: PORT=3010"
        ) from error
    return env


def _refuse_broken_lines(env_file: Path) -> None:
    """Refuse a file with a line that python-dotenv cannot parse.

    python-dotenv skips such a line, and a setting that restricts access must not be lost silently.
    """
    if not env_file.is_file():
        return
    with env_file.open(encoding="utf-8") as stream:
        broken = [binding.original.line for binding in parse_stream(stream) if binding.error]
    if broken:
        raise SettingsError(
            f"{env_file}, line {broken[0]}: Not a variable and its value; is a quote left open? "
            "Example: PORT=3010"
        )


def _value(env: Env, setting: Setting) -> Any:
    """The value of a setting; something else if it is at fault, which `env` notes."""
    if setting.collection is None:
        parse = getattr(env, setting.kind.__name__.lower())
        return parse(setting.name, setting.default, validate=setting.check)
    texts = env.list(setting.name, None, subcast=str, validate=partial(_items, setting))
    return setting.default if texts is None else setting.collection(_items(setting, texts))


def _items(setting: Setting, texts: Iterable[str]) -> list[Any]:
    """The items of a collection.

    :raises ValidationError: one of them cannot be used
    """
    field = Schema.TYPE_MAPPING.get(setting.kind, String)(validate=setting.check)
    return [setting.kind(field.deserialize(text.strip())) for text in texts]


def _faults(env: Env) -> dict[str, str]:
    try:
        env.seal()
    except EnvValidationError as error:
        faults = cast(Mapping[str, list[str]], error.error_messages)
        return {name: " ".join(messages) for name, messages in faults.items()}
    return {}


def _quoted(env: Env, names: Iterable[str]) -> dict[str, str]:
    """The variables whose value is in quotes, as if it came from a shell or from `.env`."""
    values = {name: (env.str(name, None) or "").strip() for name in names}
    return {name: _QUOTED for name, value in values.items() if _IN_QUOTES.fullmatch(value)}


def _conflicts(usable: Settings, faults: Mapping[str, str]) -> dict[str, str]:
    """The conflicts between values of which neither is at fault by itself."""
    return {each.name: each.fault for each in usable.conflicts() if each.other not in faults}


def _without(faults: Mapping[str, str], values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name.upper() not in faults}


def _line(setting: Setting, fault: str) -> str:
    return f"{setting.name}: {fault} Example: {setting.name}={setting.example}"
