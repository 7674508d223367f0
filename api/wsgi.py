"""The API for WSGI servers: `api.wsgi:application`. It has no embedded issuer.

It is made when this module is imported, from the environment and `.env`.
"""

from api.application import application as api
from api.core.factory import create_app
from api.core.observability import init_logging
from api.core.settings import load

_settings = load(api.settings)
init_logging(_settings.log_level, _settings.log_format or "json")
application = create_app(api, _settings)
