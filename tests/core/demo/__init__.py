"""The application that the tests of the machinery run on.

It is theirs alone: a team that takes its own resources away breaks no test of the machinery. It
has the addresses of the quickstart, and messages with a table of their own.
"""

from api.core import resources
from api.core.application import Application, namespaces
from tests.core.demo import boats, callers, greetings, messages, pictures, reports, shapes
from tests.core.demo.commands import count

application = Application(
    import_name="tests.core.demo:application",
    title="Demo",
    version="1.2.3",
    summary="The application of the tests",
    description="What the tests of the machinery call.",
    namespaces=(
        *greetings.NAMESPACES,
        messages.ns,
        boats.ns,
        callers.ns,
        pictures.ns,
        reports.ns,
        shapes.ns,
        *namespaces(resources),
    ),
    commands=(count,),
    tables=messages.Base.metadata,
    migrations=messages.MIGRATIONS,
)
