"""Servers that answer badly, on loopback: what a store looks like behind a front or a network in trouble."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

Behaviour = Callable[[socket.socket], None]
"""What is done with one connection; it is closed afterwards."""


@contextmanager
def front(behaviour: Behaviour) -> Iterator[str]:
    """`host:port` of a server that treats every connection with `behaviour`, each in a thread of its own."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0.1)
    over = threading.Event()

    def accept() -> None:
        while not over.is_set():
            with suppress(TimeoutError):
                connection, _ = listener.accept()
                connection.settimeout(30)
                threading.Thread(target=serve, args=(connection,), daemon=True).start()

    def serve(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            behaviour(connection)

    acceptor = threading.Thread(target=accept)
    acceptor.start()
    try:
        yield f"127.0.0.1:{listener.getsockname()[1]}"
    finally:
        over.set()
        acceptor.join()
        listener.close()


def answering(status: str, *headers: str, body: bytes = b"") -> Behaviour:
    """The same answer to every request."""
    lines = [f"HTTP/1.1 {status}", *headers, f"Content-Length: {len(body)}", "Connection: close", "", ""]

    def behave(connection: socket.socket) -> None:
        _read_request(connection)
        connection.sendall("\r\n".join(lines).encode() + body)

    return behave


def dripping(length: int, pause: float) -> Behaviour:
    """Promises `length` bytes and sends one every `pause` seconds: no single wait is ever too long."""

    def behave(connection: socket.socket) -> None:
        _read_request(connection)
        connection.sendall(f"HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n".encode())
        waiting = threading.Event()
        for _ in range(length):
            connection.sendall(b".")
            waiting.wait(pause)

    return behave


def breaking_off(length: int, after: int) -> Behaviour:
    """Promises `length` bytes, sends `after` of them and goes."""

    def behave(connection: socket.socket) -> None:
        _read_request(connection)
        connection.sendall(f"HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n".encode() + bytes(after))

    return behave


def _read_request(connection: socket.socket) -> None:
    """The request, body included: closing with bytes unread would reset the connection."""
    head, _, body = _read_until_blank_line(connection).partition(b"\r\n\r\n")
    lengths = [
        line.split(b":")[1] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")
    ]
    missing = int(lengths[0]) - len(body) if lengths else 0
    while missing > 0 and (got := connection.recv(65536)):
        missing -= len(got)


def _read_until_blank_line(connection: socket.socket) -> bytes:
    received = b""
    while b"\r\n\r\n" not in received and (got := connection.recv(65536)):
        received += got
    return received
