"""The settings of this API, beside those of the machinery: a team makes this file its own.

A setting is a line of Settings, such as

    greeting: str = setting("Hello", "How everybody is greeted.", example="Good day")

which is read from GREETING in the environment or `.env`. A handler reads it as
`current_settings.greeting`. `python manage.py settings write` adds it to the README's table and to
`.env.example`.
"""

from dataclasses import dataclass
from typing import cast

from api.core import settings
from api.core.settings import setting

__all__ = ["Settings", "current_settings", "setting"]


@dataclass(frozen=True)
class Settings(settings.Settings):
    """The settings of the machinery, and this API's own."""


current_settings = cast(Settings, settings.current_settings)
"""The settings of the current app."""
