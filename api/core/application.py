"""What a team says of its API: one object, which it makes in api/application.py."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import click
from flask import Flask
from sqlalchemy import MetaData

from api.core import problems
from api.core.bridge import Api, Namespace
from api.core.declarations import DeclarationError
from api.core.personas import PERSONAS, Persona
from api.core.problems import Problem
from api.core.settings import Settings
from api.core.storage import CORE, Branch


@dataclass(frozen=True, kw_only=True)
class Application:
    """All that is special about one API. The machinery reads it, and knows nothing else of it.

    :param import_name: where it is, "module:attribute": the workers of `serve` import it
    :param title: the name of the API, in the documents and on the pages
    :param version: the version of the API, in the documents
    :param summary: the API in one line, in the OpenAPI documents
    :param description: the API in CommonMark, in the documents
    :param contact: whom users ask: `name`, `url` and `email`, each optional
    :param license: `name` and `url` of the licence of the API
    :param terms_of_service: the address of the terms of service
    :param namespaces: the resources (see `namespaces`)
    :param settings: the class that declares the settings, the team's own among them
    :param commands: commands of `manage.py` beside those of the machinery
    :param tables: the metadata of the team's models, where it has any; see `migrations`
    :param migrations: the directory of the migrations of these tables
    :param problems: the problem that answers each exception of the team's own
    :param security_schemes: further ones, as Swagger 2.0 has them: name, then its object. What
        enforces them is the team's own decorator; operations name them by `@ns.doc(security=…)`
    :param request_headers: headers that browsers of other origins may send, beside the machinery's
    :param response_headers: headers that browsers of other origins may read, likewise
    :param personas: as whom one can log in at the embedded issuer: the scopes that each grants, its
        organization, and further claims of its tokens
    """

    import_name: str
    title: str
    version: str
    summary: str = ""
    description: str = ""
    contact: Mapping[str, str] = field(default_factory=dict)
    license: Mapping[str, str] = field(default_factory=dict)
    terms_of_service: str = ""
    namespaces: tuple[Namespace, ...] = ()
    settings: type[Settings] = Settings
    commands: tuple[click.Command, ...] = ()
    tables: MetaData | None = None
    migrations: Path | None = None
    problems: Mapping[type[Exception], type[Problem]] = field(default_factory=dict)
    security_schemes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    request_headers: tuple[str, ...] = ()
    response_headers: tuple[str, ...] = ()
    personas: tuple[Persona, ...] = PERSONAS

    def __post_init__(self) -> None:
        """
        :raises ValueError: there are tables without a directory of migrations, or the reverse
        :raises DeclarationError: two personas have one name
        """
        for number, persona in enumerate(self.personas):
            if persona.name in (each.name for each in self.personas[:number]):
                raise DeclarationError(
                    f"two personas have the name {persona.name}: give one of them another"
                )
        if (self.tables is None) != (self.migrations is None):
            raise ValueError("tables and migrations of an Application go together: give it both")

    @property
    def branches(self) -> tuple[Branch, ...]:
        """The tables that the database has to have: the machinery's, then those of the team."""
        if self.tables is None or self.migrations is None:
            return (CORE,)
        return (CORE, Branch("api", self.tables, self.migrations))


def namespaces(*packages: ModuleType) -> tuple[Namespace, ...]:
    """Return the `ns` of each module that these packages import, in the order of their imports.

    :param packages: packages whose `__init__` imports each module of a resource, as
        `api.resources` does
    """
    modules = [module for package in packages for module in vars(package).values()]
    return tuple(
        module.ns
        for module in modules
        if isinstance(module, ModuleType) and isinstance(getattr(module, "ns", None), Namespace)
    )


def init_app(app: Flask, application: Application, settings: Settings) -> Api:
    """Give an app the Api of an application, and answer the team's exceptions as problems.

    :param app: the app
    :param application: whose resources they are
    :param settings: what bounds the size of a body
    :returns: the Api, which `api_of(app)` returns as well
    :raises DeclarationError: an operation is declared wrongly
    """
    contact, license_ = application.contact, application.license
    api = Api(
        app,
        application.namespaces,
        summary=application.summary,
        max_body=settings.max_body,
        authorizations=dict(application.security_schemes),
        title=application.title,
        version=application.version,
        description=application.description,
        terms_url=application.terms_of_service,
        contact=contact.get("name"),
        contact_url=contact.get("url"),
        contact_email=contact.get("email"),
        license=license_.get("name"),
        license_url=license_.get("url"),
    )
    for kind, problem in application.problems.items():
        _check(kind, problem)
        _answer(app, kind, problem)
    return api


def _check(kind: type[Exception], problem: type[Problem]) -> None:
    fields = problem.own_members().fields if problem.own_members else {}
    required = [name for name, field in fields.items() if field.required]
    if required:
        raise DeclarationError(
            f"problems of the Application answers {kind.__qualname__} by {problem.__qualname__}, "
            f"which needs its member {required[0]}: raise the problem itself, with the member"
        )


def _answer(app: Flask, kind: type[Exception], problem: type[Problem]) -> None:
    app.register_error_handler(kind, lambda _error: problems.render(problem()))
