"""The tables of this API and their queries."""

from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

MIGRATIONS = Path(__file__).parent / "migrations"

# All models are imported, since `db revision` sees only imported ones.
for _module in iter_modules(__path__, f"{__name__}."):
    import_module(_module.name)
