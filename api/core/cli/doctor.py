"""The command `doctor`: it checks the settings against the world."""

import logging
import sys
from collections.abc import Callable, Iterator
from typing import NamedTuple

import click
from sqlalchemy.exc import DBAPIError

from api.core import settings
from api.core.application import Application
from api.core.cli.database import cause, display_url, file_of
from api.core.cli.doctor_issuer import check_issuer
from api.core.cli.tables import Line, Outcome, exit_status, show
from api.core.guard import RedisReplayCache, ReplayCacheUnavailable
from api.core.settings import Settings, SettingsError, declarations
from api.core.storage import Database, SchemaError, Unavailable, schema
from api.core.storage.branches import Revisions, text_of


class Section(NamedTuple):
    """A part of the settings that is checked by itself.

    :param needs: the settings that it stands on; if one is at fault there is nothing to check
    """

    name: str
    needs: tuple[str, ...]
    check: Callable[[Application, Settings], Iterator[Line]]


@click.command()
@click.pass_obj
def doctor(application: Application) -> None:
    """Check the settings against the world.

    A line each: issuer, signing keys, clock, database, Redis, and what to do about each failure.
    Nothing is changed. Exit status 1 if anything fails.
    """
    # A fault is a line of the table: the log would repeat it.
    logging.disable(logging.WARNING)
    lines = list(examine(application))
    rows = [(line.check, line.outcome, line.found, line.remedy) for line in lines]
    show(("CHECK", "RESULT", "FOUND", "WHAT TO DO"), rows, below=True)
    sys.exit(exit_status(lines))


def examine(application: Application) -> Iterator[Line]:
    """Yield the lines of the settings, then those of each section that their faults allow.

    :param application: whose settings and tables there are
    """
    kind = application.settings
    faults: dict[str, str] = {}
    try:
        current = settings.load(kind)
        yield Line("settings", Outcome.OK, "each can be used")
    except SettingsError as error:
        if error.usable is None:
            remedy = "correct the file, or take it away"
            yield Line("settings", Outcome.FAIL, str(error), remedy=remedy)
            return
        current, faults = error.usable, dict(error.faults)
    for name in sorted(faults):
        remedy = f"set it, as in {name}={declarations(kind)[name].example}"
        yield Line(name, Outcome.FAIL, faults[name], remedy=remedy)
    for section in SECTIONS:
        faulty = [name for name in section.needs if name in faults]
        if faulty:
            found = f"not checked, for want of {', '.join(faulty)}"
            yield Line(section.name, Outcome.SKIP, found)
        else:
            yield from section.check(application, current)


def check_issuers(_application: Application, current: Settings) -> Iterator[Line]:
    """Check each domain: that it is there, is the issuer, has keys, and has the time."""
    if not current.has_tenant:
        yield Line(
            "issuer",
            Outcome.WARN,
            "the embedded issuer, for development: serve refuses to start",
            remedy="for production, set AUTH0_DOMAIN and AUTH0_AUDIENCE",
        )
    for issuer in current.issuers:
        yield from check_issuer(issuer, current.token_leeway)


UPGRADE = "run: python manage.py db upgrade"


def check_database(application: Application, current: Settings) -> Iterator[Line]:
    """Check that the database is there, and that its schema is the code's."""
    address = display_url(current)
    database = Database(current.database_url, branches=application.branches)
    unread = Line("migrations", Outcome.SKIP, "not checked")
    try:
        if _is_missing(database):
            found = f"{address} is not there"
            yield from (Line("database", Outcome.FAIL, found, remedy=UPGRADE), unread)
            return
        revisions, head = schema.current(database), schema.head(database)
        is_newer = schema.is_newer(database, revisions)
        schema.is_good(database)
        pooler = ", through a pooler" if database.is_pooled else ""
    except (DBAPIError, Unavailable) as error:
        found = f"{address}: {cause(error)}"
        remedy = "check DATABASE_URL, and that the database is there"
        yield from (Line("database", Outcome.FAIL, found, remedy=remedy), unread)
        return
    except SchemaError as error:
        yield Line("database", Outcome.OK, address)
        remedy = "see: python manage.py db current"
        yield Line("migrations", Outcome.FAIL, str(error), remedy=remedy)
        return
    finally:
        database.engine.dispose()
    yield Line("database", Outcome.OK, f"{address}{pooler}")
    yield _check_revisions(revisions, head, is_newer=is_newer)


def _check_revisions(revisions: Revisions, head: Revisions, *, is_newer: bool) -> Line:
    there, wanted = text_of(revisions), text_of(head)
    if revisions == head:
        return Line("migrations", Outcome.OK, f"{there}, up to date")
    if is_newer:
        found = f"{there} is newer than the code's {wanted}, which works with it"
        remedy = "deploy the release that upgraded the database"
        return Line("migrations", Outcome.WARN, found, remedy=remedy)
    found = f"{there}, and the code's is {wanted}"
    return Line("migrations", Outcome.FAIL, found, remedy=UPGRADE)


def _is_missing(database: Database) -> bool:
    """Whether it is a file that is not there yet: to open it would make it."""
    file = file_of(database)
    try:
        return file is not None and not file.exists()
    except OSError:
        # What keeps us from it, SQLite says itself.
        return False


def check_redis(_application: Application, current: Settings) -> Iterator[Line]:
    """Check that Redis is there; without one, say who needs it."""
    if current.redis_url:
        yield _ping(current.redis_url)
    elif current.dpop == "off":
        found = "REDIS_URL is not set, and DPOP is off: no proofs to remember"
        yield Line("redis", Outcome.OK, found)
    else:
        found = "REDIS_URL is not set: each process remembers seen DPoP proofs for itself"
        remedy = "for several processes or machines, set REDIS_URL"
        yield Line("redis", Outcome.WARN, found, remedy=remedy)


def _ping(url: str) -> Line:
    cache = RedisReplayCache(url)
    try:
        cache.ping()
    except ReplayCacheUnavailable as error:
        remedy = "check REDIS_URL, and that it runs"
        return Line("redis", Outcome.FAIL, f"{cache.address}: {error}", remedy=remedy)
    return Line("redis", Outcome.OK, cache.address)


def check_page(_application: Application, current: Settings) -> Iterator[Line]:
    """Say whether people can log in from the page. With the embedded issuer they always can."""
    if current.has_tenant and current.auth0_spa_client_id:
        yield Line("page", Outcome.OK, f"logs in as {current.auth0_spa_client_id}")
    elif current.has_tenant:
        found = "takes pasted tokens only: AUTH0_SPA_CLIENT_ID is not set"
        remedy = "to log in from it, set AUTH0_SPA_CLIENT_ID"
        yield Line("page", Outcome.OK, found, remedy=remedy)


def check_machine(_application: Application, current: Settings) -> Iterator[Line]:
    """Say with which application `token get` asks. No token is asked for: a plan has so many."""
    if current.has_tenant and current.auth0_client_id:
        yield Line("token get", Outcome.OK, f"asks as {current.auth0_client_id}")
    elif current.has_tenant:
        found = "cannot be used: AUTH0_CLIENT_ID and AUTH0_CLIENT_SECRET are not set"
        remedy = "to get tokens with it, set both"
        yield Line("token get", Outcome.OK, found, remedy=remedy)


SECTIONS = (
    Section("issuer", ("AUTH0_DOMAIN",), check_issuers),
    Section("database", ("DATABASE_URL",), check_database),
    Section("redis", ("REDIS_URL",), check_redis),
    Section("page", ("AUTH0_DOMAIN", "AUTH0_SPA_CLIENT_ID"), check_page),
    Section("token get", ("AUTH0_DOMAIN", "AUTH0_CLIENT_ID", "AUTH0_CLIENT_SECRET"), check_machine),
)
