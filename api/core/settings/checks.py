"""What the value of a setting is held to. A check raises ValidationError, which says why."""

import re
import warnings

from marshmallow import ValidationError, validate
from redis import ConnectionPool
from sqlalchemy import create_engine, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SAWarning

_NO_DATABASE = "Not an SQLAlchemy URL of SQLite, PostgreSQL or CockroachDB."
DATABASES = ("sqlite", "postgresql", "cockroachdb")


def between(low: float, high: float) -> validate.Range:
    """Return the check of a setting that accepts a range of numbers.

    :param low: the least number that is accepted
    :param high: the greatest number that is accepted
    """
    return validate.Range(low, high)


def one_of(*choices: str) -> validate.OneOf:
    """One of some words. An empty one is accepted, and not listed."""
    listed = ", ".join(filter(None, choices))
    return validate.OneOf(choices, error=f"Not one of {listed}.")


def not_empty(text: str) -> None:
    validate.Length(min=1)(text)


def printable(text: str) -> None:
    """Printable ASCII characters without a space, as in an identifier or a secret."""
    if not re.fullmatch(r"[\x21-\x7E]*", text):
        raise ValidationError("It may hold printable ASCII characters alone, and no space.")


def host(text: str) -> None:
    """host[:port], as in the address of an issuer."""
    if "://" in text or "/" in text:
        raise ValidationError("Give the host alone, without scheme and path.")
    match = re.fullmatch(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::([0-9]{1,5}))?", text)
    if not match or int(match[1] or 443) > 65535:
        raise ValidationError("Not a host name, host[:port].")


def organization(text: str) -> None:
    """The id of an organization of Auth0."""
    if not re.fullmatch(r"org_[A-Za-z0-9]+", text):
        raise ValidationError("Not an organization's id; it starts with org_.")


def origin(text: str) -> None:
    """The origin of a page, as browsers and the web views of apps send it."""
    if not re.fullmatch(r"[a-z][a-z0-9+.-]*://[A-Za-z0-9._-]+(?::[0-9]{1,5})?", text):
        raise ValidationError("Not an origin, scheme://host[:port] without a path.")


def header_name(text: str) -> None:
    """The name of a header. A browser does not take * for any, beside an Authorization header."""
    if not re.fullmatch(r"[A-Za-z0-9_-]+", text):
        raise ValidationError("Not the name of a header, which has letters, digits and hyphens.")


def public_url(text: str) -> None:
    """The address of this API with its prefix, or nothing."""
    path = r"(?:/[A-Za-z0-9._~!$&'()*+,;=:@%-]+)*/?"
    authority = r"(?:\[[A-Fa-f0-9:.]+\]|[A-Za-z0-9._-]+)(?::([0-9]{1,5}))?"
    match = re.fullmatch(f"https?://{authority}{path}", text)
    if text and (not match or int(match[1] or 443) > 65535):
        raise ValidationError("Not an address, http(s)://host[:port][/prefix], without a query.")


def with_driver(url: str) -> str:
    """Return the URL of a database as SQLAlchemy names it: providers still write postgres://."""
    return re.sub(r"^postgres://", "postgresql+psycopg://", url)


def database_url(text: str) -> None:
    """The SQLAlchemy URL of a database that is known here, with a driver that is installed."""
    try:
        url = make_url(with_driver(text))
        backend = url.get_backend_name()
    except (ArgumentError, ValueError):
        raise ValidationError(_NO_DATABASE) from None
    if backend not in DATABASES:
        raise ValidationError(_NO_DATABASE)
    if backend == "sqlite" and url.database in (None, "", ":memory:"):
        raise ValidationError("SQLite in memory would forget everything, and each thread its own.")
    try:
        # Nothing is connected yet; an option that SQLite would ignore is a warning.
        with warnings.catch_warnings(action="error", category=SAWarning):
            engine = create_engine(url)
    except (ImportError, NoSuchModuleError):
        raise ValidationError("The driver that it names is not installed.") from None
    except (ArgumentError, SAWarning, TypeError, ValueError):
        raise ValidationError("An option in its query cannot be used.") from None
    if engine.dialect.is_async:
        raise ValidationError("The driver that it names is for asyncio; PostgreSQL's is psycopg.")


def redis_url(text: str) -> None:
    """The address of a Redis, or nothing."""
    if not text:
        return
    try:
        # Nothing is connected yet; options that it does not know are refused.
        ConnectionPool.from_url(text).make_connection()
    except (ValueError, TypeError):
        raise ValidationError("Not a redis://, rediss:// or unix:// address.") from None
