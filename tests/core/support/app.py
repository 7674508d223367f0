"""The app as the API of a tenant, in the process of the tests."""

from typing import Any
from urllib.parse import urlsplit

from flask import Flask

from api.core.application import Application
from api.core.factory import create_app
from api.core.settings import Settings
from tests.core.demo import application
from tests.core.support.tenant import AUDIENCE, Tenant


def app_of(
    tenant: Tenant,
    audience: str = AUDIENCE,
    settings: dict[str, Any] | None = None,
    api: Application = application,
    **changes: Any,
) -> Flask:
    configured = Settings(
        auth0_domain=(tenant.domain,), auth0_audience=audience, **(settings or {})
    )
    fetch = {"fetch": lambda url, _seconds: tenant.documents[urlsplit(url).path]}
    return create_app(api, configured, **(fetch | changes))
