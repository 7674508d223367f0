"""A proxy that makes tunnels by CONNECT, as companies have between their machines and the world."""

import socket
import threading
from collections.abc import Iterable
from typing import Self

SECONDS = 30


class Tunnels:
    """Listens on a port of this machine from enter to exit.

    port: where it listens. heads: the head of each request that it got. answer: what it says to a
    request instead of making the tunnel, piece by piece.
    """

    def __init__(self, answer: Iterable[bytes] | None = None) -> None:
        self._answer = answer
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}"
        self.heads: list[str] = []

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client:
            head = b""
            while not head.endswith(b"\r\n\r\n"):
                head += client.recv(1)
            self.heads.append(head.decode("latin-1"))
            try:
                self._say(client, self._answer) if self._answer else self._join(client, head)
            except OSError:
                """The client has heard enough."""

    @staticmethod
    def _say(client: socket.socket, pieces: Iterable[bytes]) -> None:
        for piece in pieces:
            client.sendall(piece)

    def _join(self, client: socket.socket, head: bytes) -> None:
        host, _, port = head.split()[1].decode().rpartition(":")
        with socket.create_connection((host, int(port)), timeout=SECONDS) as server:
            client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            back = threading.Thread(target=_pour, args=(server, client), daemon=True)
            back.start()
            _pour(client, server)
            back.join(SECONDS)


def _pour(source: socket.socket, target: socket.socket) -> None:
    """Forward all bytes, and then the end."""
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        """One side has broken off."""
