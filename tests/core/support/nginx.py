"""A real nginx in front of the API, which strips a path prefix from each request."""

import os
import pwd
import shutil
import socket
import subprocess
import time
from pathlib import Path
from typing import Self

from tests.core.support.server import SECONDS, free_port

# /hidden tells nothing of itself. /told tells all. /cached tells nothing, passes on what the client
# sends, and caches as nginx does.
CONFIG = """
daemon off;
user {user};
pid {directory}/pid;
error_log {directory}/error.log;
events {{ worker_connections 64; }}
http {{
  access_log off;
  client_body_temp_path {directory}/body;
  proxy_temp_path {directory}/proxy;
  fastcgi_temp_path {directory}/fastcgi;
  uwsgi_temp_path {directory}/uwsgi;
  scgi_temp_path {directory}/scgi;
  proxy_cache_path {directory}/cache keys_zone=answers:1m;
  server {{
    listen 127.0.0.1:{port};
    location /hidden/ {{
      proxy_pass http://127.0.0.1:{upstream}/;
    }}
    location /told/ {{
      proxy_pass http://127.0.0.1:{upstream}/;
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_set_header X-Forwarded-Proto $scheme;
      proxy_set_header X-Forwarded-Host $host;
      proxy_set_header X-Forwarded-Port $server_port;
      proxy_set_header X-Forwarded-Prefix /told;
    }}
    location /cached/ {{
      proxy_pass http://127.0.0.1:{upstream}/;
      proxy_cache answers;
      proxy_cache_valid any 1h;
      add_header X-Cache $upstream_cache_status always;
    }}
  }}
}}
"""


def find() -> str | None:
    """Return the path of the program, which Debian keeps where only root looks."""
    return shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


class Nginx:
    """A proxy in front of a port of this machine, from enter to exit.

    url: where it answers, without a prefix.
    """

    def __init__(self, directory: Path, upstream: int) -> None:
        self._directory = directory
        self._port = free_port()
        self._upstream = upstream
        self.url = f"http://127.0.0.1:{self._port}"

    def __enter__(self) -> Self:
        config = self._directory / "nginx.conf"
        config.write_text(
            CONFIG.format(
                directory=self._directory,
                port=self._port,
                upstream=self._upstream,
                # Its workers would otherwise be nobody, who may not write there.
                user=pwd.getpwuid(os.geteuid()).pw_name,
            )
        )
        log = str(self._directory / "error.log")
        self._process = subprocess.Popen(
            [str(find()), "-c", str(config), "-e", log],
            stdin=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            self._wait()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(SECONDS)

    def _wait(self) -> None:
        deadline = time.monotonic() + SECONDS
        while True:
            try:
                socket.create_connection(("127.0.0.1", self._port), timeout=SECONDS).close()
                return
            except OSError:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError((self._directory / "error.log").read_text()) from None
                time.sleep(0.02)
