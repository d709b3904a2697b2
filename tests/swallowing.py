"""A proxy in front of PostgreSQL that loses a COMMIT, or the answer to it."""

import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from enum import Enum
from threading import Thread

from sqlalchemy import make_url

COMMIT = b"COMMIT\0"


class Loss(Enum):
    """What becomes of the next COMMIT."""

    NOTHING = "it is passed on, and so is the answer"
    ANSWER = "it is passed on, and the connection breaks before the answer"
    COMMIT = "it is lost, and both connections break"
    NOTICED_LATE = "it is lost, and the server does not notice that nobody is there"


class SwallowingProxy:
    """Listens on loopback. `loss`: of the next COMMIT. `is_away`: from then on nobody gets a connection."""

    def __init__(self, url: str) -> None:
        target = make_url(url)
        self._path = f"{target.query['host']}/.s.PGSQL.{target.port or 5432}"
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=64)
        host, port = self._listening.getsockname()
        self.url = target.set(host=host, port=port, query={}).render_as_string(hide_password=False)
        self.loss, self.is_away, self._left_open = Loss.NOTHING, False, list[socket.socket]()
        Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Nobody gets a connection any more."""
        self._listening.close()
        self.let_go()

    def let_go(self) -> None:
        """The server notices whose clients are gone."""
        while self._left_open:
            _end(self._left_open.pop())

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                if self.is_away:
                    client.close()
                    continue
                server = socket.socket(socket.AF_UNIX)
                server.connect(self._path)
                Thread(target=self._answers, args=[server, client], daemon=True).start()
                Thread(target=self._questions, args=[client, server], daemon=True).start()

    def _answers(self, server: socket.socket, client: socket.socket) -> None:
        with server, suppress(OSError):
            while piece := server.recv(65536):
                client.sendall(piece)
        _end(client)

    def _questions(self, client: socket.socket, server: socket.socket) -> None:
        with client, suppress(OSError):
            while piece := client.recv(65536):
                if COMMIT in piece and self.loss is not Loss.NOTHING:
                    self._lose(piece, client, server)
                    return
                server.sendall(piece)
        _end(server)

    def _lose(self, piece: bytes, client: socket.socket, server: socket.socket) -> None:
        loss, self.loss = self.loss, Loss.NOTHING
        _end(client)
        if loss is Loss.ANSWER:
            server.sendall(piece)
        if loss is Loss.NOTICED_LATE:
            self._left_open.append(server)
        else:
            _end(server)


def _end(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


@contextmanager
def swallowing(url: str) -> Iterator[SwallowingProxy]:
    """A proxy in front of this database."""
    with closing(SwallowingProxy(url)) as proxy:
        yield proxy
