"""A line between client and server that breaks after the server has answered and before the client hears of it."""

import socket
import threading
import time
from contextlib import suppress


class Proxy:
    """Passes bytes on to `upstream`, a port of this machine; `lose_next_answer` breaks one connection at that point."""

    def __init__(self, upstream: int) -> None:
        self.upstream, self.lost = upstream, 0
        self._armed = threading.Lock()
        self._armed.acquire()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def lose_next_answer(self, *, within_s: float = 240) -> None:
        """Lose the next answer of a success that the server gives, and wait until that has happened."""
        before, deadline = self.lost, time.monotonic() + within_s
        self._armed.release()
        while self.lost == before:
            assert time.monotonic() < deadline, "the server answered nothing"
            time.sleep(0.001)

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(("127.0.0.1", self.upstream))
                threading.Thread(target=self._pass_on, args=(client, server), daemon=True).start()
                threading.Thread(target=self._answer, args=(server, client), daemon=True).start()

    def _pass_on(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)
        _hang_up(source, target)

    def _answer(self, server: socket.socket, client: socket.socket) -> None:
        with suppress(OSError):
            while data := server.recv(65536):
                # A refusal such as 503 comes without a commit: nothing would be lost with it.
                if data.startswith(b"HTTP/1.1 2") and self._armed.acquire(blocking=False):
                    self.lost += 1
                    break
                client.sendall(data)
        _hang_up(server, client)


def _hang_up(*ends: socket.socket) -> None:
    for end in ends:
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
        end.close()
