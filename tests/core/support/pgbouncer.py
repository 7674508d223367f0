"""A real pgbouncer in transaction mode, as a separate process in front of PostgreSQL."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Self

from sqlalchemy import make_url

from tests.core.support.server import SECONDS, free_port

# PostgreSQL does not run as root either, and whoever it is run as instead is at hand.
UNPRIVILEGED = "pgserver"

CONFIG = """
[databases]
* = host={host} user=postgres

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 2
max_client_conn = 200
"""


def find() -> str | None:
    """Return the path of the program, which Debian keeps where only root looks."""
    return shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


class PgBouncer:
    """Two connections to the server of a URL, from enter to exit, which all clients share.

    url: that of the same database, by way of the pooler.
    """

    def __init__(self, url: str) -> None:
        target = make_url(url)
        self._host = str(target.query["host"])
        self._port = free_port()
        self.url = (
            target.difference_update_query(["host"])
            .set(host="127.0.0.1", port=self._port)
            .render_as_string(hide_password=False)
        )

    def __enter__(self) -> Self:
        self._directory = Path(tempfile.mkdtemp(prefix="pgbouncer-"))
        self._directory.chmod(0o755)
        config = self._directory / "pgbouncer.ini"
        config.write_text(CONFIG.format(host=self._host, port=self._port))
        user = ["-u", UNPRIVILEGED] if os.geteuid() == 0 else []
        with (self._directory / "log").open("wb") as log:
            self._process = subprocess.Popen(
                [str(find()), *user, str(config)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        try:
            self._wait()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait(SECONDS)
        shutil.rmtree(self._directory)

    def _wait(self) -> None:
        deadline = time.monotonic() + SECONDS
        while True:
            try:
                socket.create_connection(("127.0.0.1", self._port), timeout=SECONDS).close()
                return
            except OSError:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError((self._directory / "log").read_text()) from None
                time.sleep(0.02)
