"""What there is: one file a namespace, and one line here each."""

from importlib import import_module

from api.bridge import Namespace

_NAMES = (
    "public",
    "private",
    "private_scoped",
    "me",
    "messages",
    "protected_resource",
    "health",
)

NAMESPACES: tuple[Namespace, ...] = tuple(import_module(f"{__name__}.{name}").ns for name in _NAMES)
