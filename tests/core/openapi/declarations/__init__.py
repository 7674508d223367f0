"""Declarations of stock Apis: one idiom of Flask-RESTX each, by its name.

tables      what a declaration is, and the table of all
fields      the fields of models
models      models, and what they are made of
parsers     request parsers
bodies      what requests send
answers     what is answered
docs        what `doc` and its shortcuts say
routes      addresses, and what is documented there
apis        what an Api says of itself
"""

from importlib import import_module

from tests.core.openapi.declarations.tables import DECLARATIONS

# Each puts its own in the table.
for _name in ("fields", "models", "parsers", "bodies", "answers", "docs", "routes", "apis"):
    import_module(f"{__name__}.{_name}")

__all__ = ["DECLARATIONS"]
