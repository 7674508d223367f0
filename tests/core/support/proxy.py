"""A proxy for PostgreSQL that can stop answering, break connections and refuse new ones."""

import select
import socket
import struct
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Self

from sqlalchemy import make_url

from tests.core.support.server import free_port

TICK = 0.02
_RESET = struct.pack("ii", 1, 0)


class Proxy:
    """Forwards TCP connections to the database of a URL, from enter to exit.

    url: that of the database, by way of the proxy. While `silent` is True it acknowledges what it
    gets, as TCP does, and forwards nothing; connections that were silent once stay so.
    """

    def __init__(self, url: str) -> None:
        target = make_url(url)
        self._target = f"{target.query['host']}/.s.PGSQL.5432"
        self._port = free_port()
        self.url = (
            target.difference_update_query(["host"])
            .set(host="127.0.0.1", port=self._port)
            .render_as_string(hide_password=False)
        )
        self.silent = False
        self._stopped = threading.Event()
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Self:
        self.listen()
        return self

    def __exit__(self, *_: object) -> None:
        self.refuse()
        self._stopped.set()
        for thread in self._threads:
            thread.join()
        for pair in self._pairs:
            for each in pair:
                each.close()

    @property
    def accepted(self) -> int:
        """The number of connections accepted so far."""
        return len(self._pairs)

    def listen(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", self._port))
        self._listener.settimeout(TICK)
        self._start(self._accept, self._listener)

    def refuse(self) -> None:
        """Accept no new connections. Existing ones continue."""
        self._listener.close()

    def reset(self) -> None:
        """Break all connections, as a host does after a restart."""
        for client, _ in self._pairs:
            with suppress(OSError):
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
                client.close()

    def _start(self, work: Callable[..., object], *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self, listener: socket.socket) -> None:
        while not self._stopped.is_set():
            try:
                client, _ = listener.accept()
            except TimeoutError:
                continue
            except OSError:
                return
            server = socket.socket(socket.AF_UNIX)
            server.connect(self._target)
            self._pairs.append((client, server))
            self._start(self._forward, client, server)

    def _forward(self, client: socket.socket, server: socket.socket) -> None:
        was_silent = False
        others = {client: server, server: client}
        while not self._stopped.is_set():
            was_silent = was_silent or self.silent
            try:
                readable, _, _ = select.select(list(others), [], [], TICK)
                for each in readable:
                    data = each.recv(65536)
                    if not data:
                        return self._close(*others)
                    if not (was_silent or self.silent):
                        others[each].sendall(data)
            except (OSError, ValueError):
                return self._close(*others)
        return None

    @staticmethod
    def _close(*sockets: socket.socket) -> None:
        for each in sockets:
            each.close()
