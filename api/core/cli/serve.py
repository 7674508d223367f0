"""`serve`: serves the API in production."""

import logging
import os
from contextlib import suppress
from dataclasses import replace
from functools import partial

import click
from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels

from api.core.application import Application
from api.core.cli.address import check_port, with_address
from api.core.cli.database import check_schema, database_session
from api.core.factory import create_app
from api.core.observability import init_logging, log_everything, logging_config
from api.core.server.worker import connections, raise_file_limit
from api.core.server.worker import load as load_app
from api.core.settings import CONNECTIONS_OF_ALL_WORKERS, Settings, load
from api.core.storage import Unavailable

log = logging.getLogger(__name__)

# The milliseconds that a connection may be idle and that a header may take: Granian has one limit
# for both. It is longer than the 60 s for which load balancers keep connections, so that they do
# not reuse a closed one. Clients that never complete their headers can therefore hold the
# connections of a worker for this time; a proxy that waits for complete headers prevents it.
IDLE_TIMEOUT = 75_000


@click.command()
@click.option("--host", help="Address to listen on.  [default: 127.0.0.1]")
@click.option("--port", type=click.IntRange(1, 65535), help="Port.  [default: 3010]")
@click.option(
    "--workers",
    type=click.IntRange(1, 256),
    default=lambda: os.cpu_count() or 1,
    help="Worker processes.  [default: one for each processor]",
)
@click.pass_obj
def serve(application: Application, host: str | None, port: int | None, workers: int) -> None:
    """Serve the API in production, with Granian.

    Needs AUTH0_DOMAIN and AUTH0_AUDIENCE: it never has the embedded issuer.
    """
    settings = replace(with_address(load(application.settings), host, port), workers=workers)
    form = settings.log_format or "json"
    init_logging(settings.log_level, form)
    raise_file_limit()
    # Each worker makes its own app. This one is made to report mistakes before workers are started.
    create_app(application, settings)
    check_port(settings)
    # The server starts even if the database is unavailable: requests that need it are answered 503.
    with database_session(application, settings) as database, suppress(Unavailable):
        check_schema(database)
    _log_warnings(settings)
    if form == "json":
        log_everything()
    server = Granian(
        application.import_name,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGINL,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=IDLE_TIMEOUT),
        websockets=False,
        workers=workers,
        backpressure=connections(),
        respawn_failed_workers=True,
        workers_kill_timeout=10,
        log_dictconfig=logging_config(settings.log_level, form),
        log_level=LogLevels(settings.log_level),
    )
    # A worker that is restarted gets the same settings as the others, through a pipe.
    load_worker = partial(load_app, application.import_name, settings)
    server.serve(target_loader=load_worker, wrap_loader=False)


def _log_warnings(settings: Settings) -> None:
    """Log the settings that work, but may be unexpected with several workers."""
    workers = settings.workers
    if workers > 1 and settings.dpop != "off" and not settings.redis_url:
        log.warning(
            "each of %d workers remembers seen DPoP proofs for itself, so that one could be used "
            "%d times: set REDIS_URL to share them, or DPOP=off",
            workers,
            workers,
        )
    if workers > CONNECTIONS_OF_ALL_WORKERS and not settings.database_url.startswith("sqlite"):
        log.warning(
            "each of %d workers has a connection to the database, and PostgreSQL allows 100 by "
            "default: start fewer workers, or raise its max_connections",
            workers,
        )
