"""Settings that a team declares: how they are read, and which declarations are refused."""

import pickle
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from api.core.application import Application
from api.core.bridge import Namespace, Resource
from api.core.declarations import DeclarationError
from api.core.factory import create_app
from api.core.guard import public
from api.core.issuer import EmbeddedIssuer
from api.core.settings import (
    Conflict,
    Settings,
    SettingsError,
    between,
    current_settings,
    declarations,
    load,
    setting,
)


@dataclass(frozen=True)
class Own(Settings):
    """A setting of each type."""

    greeting: str = setting("Hello", "How everybody is greeted.", example="Good day")
    rooms: int = setting(1, "How many.", example="2", check=between(1, 9))
    share: float = setting(0.5, "Of the whole.", example="0.25")
    is_open: bool = setting(False, "To everybody.", example="true")
    files: Path = setting(Path("files"), "A directory.", example="/srv/files")
    limit: int | None = setting(None, "At most.", example="5", check=between(1, 9))
    sizes: tuple[int, ...] = setting((), "In cm.", example="1,2", check=between(1, 9))
    door_code: str = setting("", "To come in.", example="1234", secret=True)

    def conflicts(self) -> Any:
        yield from super().conflicts()
        if self.limit and self.limit < self.rooms:
            yield Conflict("LIMIT", "Less than ROOMS.", "ROOMS")


GOOD: dict[str, tuple[str, object]] = {
    "GREETING": ("Good day, all", "Good day, all"),
    "ROOMS": ("2", 2),
    "SHARE": ("0.25", 0.25),
    "IS_OPEN": ("yes", True),
    "FILES": ("/srv/files", Path("/srv/files")),
    "LIMIT": ("3", 3),
    "SIZES": ("1, 2", (1, 2)),
    "DOOR_CODE": ("hush", "hush"),
}


@pytest.fixture
def read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Own]:
    for name in declarations(Own):
        monkeypatch.delenv(name, raising=False)

    def settings(**environment: str) -> Own:
        lines = [f"{name}='{text}'" for name, text in environment.items()]
        (tmp_path / "env").write_text("\n".join(lines))
        return load(Own, tmp_path / "env")

    return settings


@pytest.mark.parametrize("name", GOOD)
def test_types(read: Callable[..., Own], name: str) -> None:
    """A setting of each type is read from its text, and has its default if it is not set."""
    text, value = GOOD[name]
    assert getattr(read(**{name: text}), name.lower()) == value
    assert getattr(read(), name.lower()) == getattr(Own(), name.lower())


def test_mistakes_are_reported_together(read: Callable[..., Own]) -> None:
    """Mistakes in the team's and the machinery's settings are reported together with examples."""
    with pytest.raises(SettingsError) as refused:
        read(PORT="x", ROOMS="10", SIZES="1,12", LIMIT="x")
    assert str(refused.value).splitlines() == [
        "LIMIT: Not a valid integer. Example: LIMIT=5",
        "PORT: Not a valid integer. Example: PORT=3010",
        "ROOMS: Must be greater than or equal to 1 and less than or equal to 9. Example: ROOMS=2",
        "SIZES: Must be greater than or equal to 1 and less than or equal to 9. Example: SIZES=1,2",
    ]


def test_items_of_a_wrong_type(read: Callable[..., Own]) -> None:
    """A wrong item of a list is reported once, as a wrong single value is."""
    with pytest.raises(SettingsError, match=r"^SIZES: Not a valid integer. Example: SIZES=1,2$"):
        read(SIZES="1,x,y")


def test_conflict(read: Callable[..., Own]) -> None:
    """Two values that conflict are reported, unless one of them is itself wrong."""
    with pytest.raises(SettingsError, match=r"^LIMIT: Less than ROOMS. Example: LIMIT=5$"):
        read(LIMIT="1", ROOMS="2")
    with pytest.raises(SettingsError, match=r"^ROOMS: Not a valid integer. Example: ROOMS=2$"):
        read(LIMIT="1", ROOMS="x")


def test_a_secret_is_not_shown(read: Callable[..., Own]) -> None:
    """A setting that is declared secret is not in repr."""
    assert "hush" not in repr(read(DOOR_CODE="hush"))


def test_settings_go_through_a_pipe(read: Callable[..., Own]) -> None:
    """Settings of a team can be pickled, as `serve` sends them to its workers."""
    settings = read(GREETING="Hi", PORT="80")
    assert pickle.loads(pickle.dumps(settings)) == settings  # noqa: S301


def test_a_handler_reads_them(application: Application, issuer: EmbeddedIssuer) -> None:
    """A handler reads the settings of its own app through current_settings."""
    ns = Namespace("greeting", "Greets", path="/greeting")

    @ns.route("")
    class Greeting(Resource):
        @public
        def get(self) -> Any:
            return {"greeting": current_settings.greeting}  # type: ignore[attr-defined]

    api = replace(application, namespaces=(ns,), settings=Own)
    for text in ("Hello", "Good day"):
        client = create_app(api, Own(greeting=text), issuer=issuer).test_client()
        assert client.get("/greeting").json == {"greeting": text}


def test_two_settings_of_one_name() -> None:
    """A setting with the name of one of the machinery's is refused, and both places are named."""
    message = r"^tests\.\S+Twice and api\.core\.settings\.settings\.Settings both have port: rename"
    with pytest.raises(DeclarationError, match=message):

        class Twice(Settings):
            port: int = setting(80, "Another.", example="81")


def test_two_settings_of_two_classes() -> None:
    """A class that inherits two settings of one name is refused, and both places are named."""

    @dataclass(frozen=True)
    class Other(Settings):
        Greeting: str = setting("Hi", "Another.", example="Hi")

    with pytest.raises(DeclarationError, match=r"\.Own and \S+\.Other both have greeting"):

        class Both(Own, Other):
            pass


@pytest.mark.parametrize("body", [{"port": 80}, {"__annotations__": {"issuers": str}}])
def test_a_name_of_the_machinerys(body: dict[str, Any]) -> None:
    """A plain value or a setting that would replace a member of Settings is refused."""
    with pytest.raises(DeclarationError, match=r"Settings both have (port|issuers): rename"):
        type("Plain", (Settings,), body)


def test_no_dataclass() -> None:
    """A class of settings without @dataclass is refused, because its settings would be ignored."""

    class Forgotten(Settings):
        greeting: str = setting("Hello", "How.", example="Hi")

    with pytest.raises(DeclarationError, match=r"Forgotten is no dataclass: write @dataclass\("):
        load(Forgotten)


def test_no_dataclass_above() -> None:
    """A base class of settings without @dataclass is refused by its name."""

    class Forgotten(Settings):
        greeting: str = setting("Hello", "How.", example="Hi")

    @dataclass(frozen=True)
    class Below(Forgotten):
        pass

    with pytest.raises(DeclarationError, match=r"Forgotten is no dataclass: write @dataclass\("):
        load(Below)


@pytest.mark.parametrize(
    "kind",
    [dict[str, str], int | str, list[int], tuple[int, str], tuple[()], bytes, tuple],
    ids=str,
)
def test_unknown_type(kind: Any) -> None:
    """A setting of a type that cannot be read from the environment is refused."""
    namespace = {"__annotations__": {"x": kind}, "x": setting(None, "What.", example="1")}
    settings: Any = dataclass(frozen=True)(type("Unknown", (Settings,), namespace))
    with pytest.raises(DeclarationError, match=r"Unknown: x is a .*, which cannot be read from"):
        load(settings)
