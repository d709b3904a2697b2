"""A proxy in front of PostgreSQL that can fall silent: it keeps connections, takes bytes, and passes none
on."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread

from sqlalchemy import make_url


class Proxy:
    """Listens on loopback; `flowing` is clear while it is silent."""

    def __init__(self, url: str) -> None:
        target = make_url(url)
        self._folder, self._port = str(target.query["host"]), target.port or 5432
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.flowing, self._own = Event(), list[Event]()
        self._sockets, self._threads = list[socket.socket](), list[Thread]()
        self.flowing.set()
        address, port = self._listening.getsockname()
        self.url = target.set(host=address, port=port, query={}).render_as_string(hide_password=False)
        self._start(self._accept)

    def silence_old_ones(self) -> None:
        """Connections that are there pass on nothing any more; new ones do."""
        for own in self._own:
            own.clear()

    def close(self) -> None:
        """Ends every connection."""
        self._listening.shutdown(socket.SHUT_RDWR)
        self._threads[0].join()
        for event in (self.flowing, *self._own):
            event.set()
        for each in self._sockets:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        for each in (self._listening, *self._sockets):
            each.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                server = socket.socket(socket.AF_UNIX)
                self._sockets += [client, server]
                self._start(self._serve, client, server)

    def _serve(self, client: socket.socket, server: socket.socket) -> None:
        self.flowing.wait()
        server.connect(f"{self._folder}/.s.PGSQL.{self._port}")
        own = Event()
        own.set()
        self._own.append(own)
        self._start(self._pump, client, server, own)
        self._pump(server, client, own)

    def _pump(self, source: socket.socket, sink: socket.socket, own: Event) -> None:
        with suppress(OSError):
            while piece := source.recv(65536):
                own.wait()
                self.flowing.wait()
                sink.sendall(piece)
        for each in (source, sink):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def _start(self, target: Callable[..., None], *arguments: object) -> None:
        thread = Thread(target=target, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()


@contextmanager
def proxy_of(url: str) -> Iterator[Proxy]:
    """A proxy in front of this database."""
    proxy = Proxy(url)
    try:
        yield proxy
    finally:
        proxy.close()
