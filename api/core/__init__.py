"""The machinery, which this project keeps: a team edits none of it.

What resources, tables and settings of a team need is imported from here:

    from api.core import Namespace, Resource, require_auth

The modules, in reading order:

application     the type of the object that says what is special about an API
factory         create_app: a table of contents
light           the classes of the app and its responses
adoption        problem documents and the guard, in an app that create_app has not made
settings        each declared once; the environment, read once
problems        the error tree and its one renderer
aborts          what `abort` says
coroutines      methods that are `async def`
cors            cross-origin requests
caching         what caches may keep
http            the address of a request
documents       the documents and pages of an app
bridge          the only glue to Flask-RESTX: what an operation declares, it does and tells
request         what a request carries: its body, its values, and what is refused of them
contract        what a method takes and answers in HTTP
documenting     the same as its Operation tells it
response        what a method answers, and the response that is made of it
serialisation   the value as its schema writes it
encoding        that as JSON, every number with all of its digits
declarations    the layers above a method, in their order
access          who may call several methods at once
rules           what a complete Api is held to at the start
views           the same for the views beside the Api
fieldrules      what no field of a schema may be
distinct        what has a name of its own: operations, schemas, problem types
guard           authentication and authorisation
resources       the resources that every API has
storage         the database layer
issuer          the embedded issuer, for development and tests
personas        as whom one can log in there
scopes          the scopes that one can log in with there
observability   request ids and logs
masking         text without tokens, for the log
text            text of others, made printable
sizes           sizes in bytes: their units, and how messages write them
strictjson      JSON that means one thing only
server          a worker of `serve`
cli             the command line
testing         a pytest plugin for tests of your own
"""

from api.core.application import Application, namespaces
from api.core.bridge import Namespace, Precondition, Resource
from api.core.declarations import DeclarationError
from api.core.guard import (
    AccessToken,
    ClaimCheck,
    SecurityScheme,
    claim_check,
    current_token,
    optional_token,
    public,
    require,
    require_auth,
    same_hmac,
    same_secret,
)
from api.core.personas import PERSONAS, Persona
from api.core.problems import (
    DatabaseUnavailable,
    IdempotencyKeyReused,
    NotFound,
    Problem,
    ValidationFailed,
)
from api.core.response.answers import Answer
from api.core.settings import Settings, between, current_settings, setting
from api.core.sizes import KiB, MiB
from api.core.storage import (
    NAMING_CONVENTION,
    ExactNumeric,
    FoldedText,
    Page,
    Repository,
    Timestamped,
    UtcDateTime,
    Versioned,
    add_once,
    at_least,
    at_most,
    below,
    contains,
    equals,
    reading,
    writing,
)

__all__ = [
    "NAMING_CONVENTION",
    "PERSONAS",
    "AccessToken",
    "Answer",
    "Application",
    "ClaimCheck",
    "DatabaseUnavailable",
    "DeclarationError",
    "ExactNumeric",
    "FoldedText",
    "IdempotencyKeyReused",
    "KiB",
    "MiB",
    "Namespace",
    "NotFound",
    "Page",
    "Persona",
    "Precondition",
    "Problem",
    "Repository",
    "Resource",
    "SecurityScheme",
    "Settings",
    "Timestamped",
    "UtcDateTime",
    "ValidationFailed",
    "Versioned",
    "add_once",
    "at_least",
    "at_most",
    "below",
    "between",
    "claim_check",
    "contains",
    "current_settings",
    "current_token",
    "equals",
    "namespaces",
    "optional_token",
    "public",
    "reading",
    "require",
    "require_auth",
    "same_hmac",
    "same_secret",
    "setting",
    "writing",
]
