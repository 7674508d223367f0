"""The settings: the environment and `.env`, read once. In reading order:

settings      the settings of the machinery, each declared once
declaration   how a class declares a setting, and what it may not declare
checks        what a value is held to
conflicts     values that do not go together
reading       the environment and `.env` into an object; all mistakes reported together
current       the settings of the current app, for handlers
reference     the table for the README, and .env.example
"""

from api.core.settings import reference
from api.core.settings.checks import between, one_of, printable
from api.core.settings.conflicts import Conflict, both_or_neither
from api.core.settings.current import current_settings, init_app
from api.core.settings.declaration import Setting, declarations, setting
from api.core.settings.reading import SettingsError, load
from api.core.settings.settings import CONNECTIONS_OF_ALL_WORKERS, Settings

__all__ = [
    "CONNECTIONS_OF_ALL_WORKERS",
    "Conflict",
    "Setting",
    "Settings",
    "SettingsError",
    "between",
    "both_or_neither",
    "current_settings",
    "declarations",
    "init_app",
    "load",
    "one_of",
    "printable",
    "reference",
    "setting",
]
