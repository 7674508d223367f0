"""What is special about this API: a team makes this file its own."""

from api import resources
from api.commands.messages import messages
from api.core import Application, namespaces
from api.core import resources as core_resources
from api.settings import Settings
from api.storage import MIGRATIONS
from api.storage.models import Base

DESCRIPTION = """\
A REST API protected by Auth0 access tokens (RFC 6750, RFC 9068).

**To call it from this page**, press *Authorize* and paste an access token: the token alone.
Where do you get one?

- In development: `make run` prints one, and `python manage.py token mint --scope "read:messages"`
  makes another with the scopes that you name.
- With an Auth0 tenant: from the *Test* tab of the API in the Auth0 dashboard, or by
  `python manage.py token get`.
- Where *Authorize* offers **auth0**: log in there, and paste nothing.

**When a call is refused**, the answer says why: every failure is a problem document (RFC 9457)
whose `detail` tells what to change, and whose `type` leads to an explanation.
`python manage.py token explain` goes through all the checks of a token, one by one.
"""

application = Application(
    import_name="api.application:application",
    title="Flask-RESTX API with Auth0",
    version="1.0.0",
    summary="A REST API protected by Auth0 access tokens",
    description=DESCRIPTION,
    # Say these three for yourself: they stand in the documents, and in every generated client.
    contact={"name": "API support", "url": "https://example.com/support"},
    license={"name": "All rights reserved", "url": "https://example.com/licence"},
    terms_of_service="https://example.com/terms",
    namespaces=namespaces(resources, core_resources),
    settings=Settings,
    commands=(messages,),
    tables=Base.metadata,
    migrations=MIGRATIONS,
)
