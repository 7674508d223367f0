"""`doctor`: the settings, held against the world."""

import logging
import sys
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

import click
from sqlalchemy.exc import DBAPIError
from werkzeug.http import parse_date

from api.core import settings, strictjson
from api.core.application import Application
from api.core.cli.database import cause, file_of, place
from api.core.cli.tables import show
from api.core.guard import ReplaysInRedis, ReplaysUnavailable, SigningKeys
from api.core.guard.claims import ALGORITHM, shown
from api.core.guard.fetch import Answer, FetchError, ask_https
from api.core.settings import EXAMPLES, Settings, SettingsError
from api.core.storage import Database, SchemaError, Unavailable, schema
from api.core.storage.branches import text_of


class Row(NamedTuple):
    """A line. result: ok, FAIL, warn for what works and may surprise, or skip for what stands on
    something that failed."""

    check: str
    result: str
    found: str
    remedy: str = ""


class Check(NamedTuple):
    """needs: the settings that it stands on; where one is at fault there is nothing to check."""

    name: str
    needs: tuple[str, ...]
    look: Callable[[Application, Settings], Iterator[Row]]


@click.command()
@click.pass_obj
def doctor(application: Application) -> None:
    """Check the settings against the world.

    A line each: issuer, signing keys, clock, database, Redis, and what to do about each failure.
    Nothing is changed. Exit status 1 if anything fails.
    """
    # A fault is a line of the table; the log would say it again.
    logging.disable(logging.WARNING)
    rows = list(examine(application))
    show(("CHECK", "RESULT", "FOUND", "WHAT TO DO"), rows, below=True)
    sys.exit(1 if any(row.result == "FAIL" for row in rows) else 0)


def examine(application: Application) -> Iterator[Row]:
    """The settings, then each check of the table that their faults leave room for."""
    faults: dict[str, str] = {}
    try:
        found = settings.load()
        yield Row("settings", "ok", "each can be used")
    except SettingsError as error:
        if error.sound is None:
            yield Row("settings", "FAIL", str(error), "correct the file, or take it away")
            return
        found, faults = error.sound, dict(error.faults)
    for name in sorted(faults):
        yield Row(name, "FAIL", faults[name], f"set it, as in {name}={EXAMPLES[name]}")
    for check in CHECKS:
        wrong = [name for name in check.needs if name in faults]
        if wrong:
            yield Row(check.name, "skip", f"not checked, for want of {', '.join(wrong)}")
        else:
            yield from check.look(application, found)


def check_issuers(_application: Application, found: Settings) -> Iterator[Row]:
    """Each domain: is it there, is it the one, has it keys, and what time has it?"""
    if not found.has_tenant:
        said = "the embedded issuer, for development: serve refuses to start"
        yield Row("issuer", "warn", said, "for production, set AUTH0_DOMAIN and AUTH0_AUDIENCE")
    for issuer in found.issuers:
        visit = _Visit(issuer)
        yield from visit.rows()
        yield visit.clock(found.token_leeway)


# What a fetch of the keys goes through.
STEPS = ("issuer", "discovery", "keys")

# What to do, by the code of the FetchError; about any other, NETWORK.
REMEDIES = {
    "untrusted": "check AUTH0_DOMAIN, or set SSL_CERT_FILE to those who vouch for the certificate",
    "foreign-issuer": "set AUTH0_DOMAIN to the domain that it names, as tokens do in iss",
    "no-keys": f"have the tenant sign with {ALGORITHM}",
}
NETWORK = "check AUTH0_DOMAIN and the network"


class _Visit:
    """The guard's own way to the keys of an issuer, with an eye on what comes back."""

    def __init__(self, issuer: str) -> None:
        self._issuer = issuer
        self._asked = 0
        self._answers: list[Answer] = []
        self._ahead: int | None = None

    def rows(self) -> Iterator[Row]:
        """A line a step: those that were got through, the one that was not, and the others."""
        fault = remedy = ""
        passed = ["answers over TLS", "the discovery document names it exactly"]
        try:
            passed.append(self._counted(len(SigningKeys(self._issuer, self._fetch).load())))
        except FetchError as error:
            fault, remedy = self._told(error), REMEDIES.get(error.code, NETWORK)
            # First the discovery document is asked for, then the key set.
            passed = passed[: self._asked if self._answers else 0]
        for step, name in enumerate(STEPS):
            if step < len(passed):
                yield Row(name, "ok", self._of(passed[step]))
            elif step == len(passed):
                yield Row(name, "FAIL", self._of(fault), remedy)
            else:
                yield Row(name, "skip", self._of("not checked"))

    def clock(self, leeway: float) -> Row:
        """This machine's, beside that of the issuer."""
        if self._ahead is None:
            return Row("clock", "skip", self._of("told no time"))
        apart = abs(self._ahead)
        # It tells whole seconds, and they travel: what is under two of them cannot be told.
        if apart <= max(leeway, 1):
            said = f"and this machine are {apart} s apart, of {leeway:g} (TOKEN_LEEWAY)"
            return Row("clock", "ok", self._of(said))
        where = "behind" if self._ahead > 0 else "ahead of"
        said = f"is {apart} s {where} this machine, which is over {leeway:g} (TOKEN_LEEWAY)"
        return Row("clock", "warn", self._of(said), "set this machine's clock, best by NTP")

    def _fetch(self, url: str) -> bytes:
        self._asked += 1
        answer = ask_https(url)
        told = parse_date(answer.headers.get("Date"))
        # The first is the issuer's own; the key set may lie on another machine.
        if told is not None and not self._answers:
            self._ahead = int(time.time() - told.timestamp())
        self._answers.append(answer)
        return answer.document()

    def _told(self, error: FetchError) -> str:
        if error.code != "foreign-issuer":
            return str(error)
        return f"{error}: {shown(strictjson.loads(self._answers[0].body).get('issuer'))}"

    def _counted(self, usable: int) -> str:
        ignored = len(strictjson.loads(self._answers[-1].body)["keys"]) - usable
        # Why, api.core.guard.jwks has in one place.
        others = f", {ignored} ignored: of another kind, use or algorithm, or too short"
        return f"{usable} for {ALGORITHM}{others if ignored else ''}"

    def _of(self, said: str) -> str:
        return said if self._issuer in said else f"{self._issuer} {said}"


def check_database(application: Application, found: Settings) -> Iterator[Row]:
    """Is it there, and is its schema the code's?"""
    database = Database(found.database_url, branches=application.branches)
    unread = Row("migrations", "skip", "not checked")
    try:
        if _is_missing(database):
            yield from (Row("database", "FAIL", f"{place(found)} is not there", UPGRADE), unread)
            return
        there, head = schema.current(database), schema.head(database)
        schema.is_good(database)
        where = f"{place(found)}{', through a pooler' if database.is_pooled else ''}"
    except (DBAPIError, Unavailable) as error:
        remedy = "check DATABASE_URL, and that the database is there"
        yield from (Row("database", "FAIL", f"{place(found)}: {cause(error)}", remedy), unread)
        return
    except SchemaError as error:
        yield Row("database", "ok", place(found))
        yield Row("migrations", "FAIL", str(error), "see: python manage.py db current")
        return
    finally:
        database.engine.dispose()
    yield Row("database", "ok", where)
    shown, wanted = text_of(there), text_of(head)
    if there == head:
        yield Row("migrations", "ok", f"{shown}, up to date")
    elif schema.is_newer(database, there):
        said = f"{shown} is newer than the code's {wanted}, which works with it"
        yield Row("migrations", "warn", said, "deploy the release that upgraded the database")
    else:
        said = f"{shown}, and the code's is {wanted}"
        yield Row("migrations", "FAIL", said, UPGRADE)


UPGRADE = "run: python manage.py db upgrade"


def _is_missing(database: Database) -> bool:
    """Whether it is a file that is not there yet: to open it would make it."""
    file = file_of(database)
    try:
        return file is not None and not file.exists()
    except OSError:
        # What keeps us from it, SQLite says itself.
        return False


def check_redis(_application: Application, found: Settings) -> Iterator[Row]:
    """Is it there? And where there is none: who minds?"""
    if found.redis_url:
        yield _ping(found.redis_url)
    elif found.dpop == "off":
        yield Row("redis", "ok", "REDIS_URL is not set, and DPOP is off: no proofs to remember")
    else:
        said = "REDIS_URL is not set: each process remembers seen DPoP proofs for itself"
        yield Row("redis", "warn", said, "for several processes or machines, set REDIS_URL")


def _ping(url: str) -> Row:
    replays = ReplaysInRedis(url)
    try:
        replays.ping()
    except ReplaysUnavailable as error:
        found = f"{replays.address}: {error}"
        return Row("redis", "FAIL", found, "check REDIS_URL, and that it runs")
    return Row("redis", "ok", replays.address)


def check_page(_application: Application, found: Settings) -> Iterator[Row]:
    """Can one log in from it? With the embedded issuer always."""
    if found.has_tenant and found.auth0_spa_client_id:
        yield Row("page", "ok", f"logs in as {found.auth0_spa_client_id}")
    elif found.has_tenant:
        said = "takes pasted tokens only: AUTH0_SPA_CLIENT_ID is not set"
        yield Row("page", "ok", said, "to log in from it, set AUTH0_SPA_CLIENT_ID")


def check_machine(_application: Application, found: Settings) -> Iterator[Row]:
    """Has `token get` an application to ask as? No token is asked for: a plan has so many."""
    if found.has_tenant and found.auth0_client_id:
        yield Row("token get", "ok", f"asks as {found.auth0_client_id}")
    elif found.has_tenant:
        said = "cannot be used: AUTH0_CLIENT_ID and AUTH0_CLIENT_SECRET are not set"
        yield Row("token get", "ok", said, "to get tokens with it, set both")


CHECKS = (
    Check("issuer", ("AUTH0_DOMAIN",), check_issuers),
    Check("database", ("DATABASE_URL",), check_database),
    Check("redis", ("REDIS_URL",), check_redis),
    Check("page", ("AUTH0_DOMAIN", "AUTH0_SPA_CLIENT_ID"), check_page),
    Check("token get", ("AUTH0_DOMAIN", "AUTH0_CLIENT_ID", "AUTH0_CLIENT_SECRET"), check_machine),
)
