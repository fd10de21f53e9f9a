"""A mail server on loopback (RFC 5321, STARTTLS of RFC 3207) that behaves as well or as badly as a test wants."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.support.fronts import front


@dataclass
class MailServer:
    """`answers` replaces the answer to a verb (GREETING, EHLO, MAIL, RCPT, DATA, CONTENT): a line, or HANG, DRIP, DROP.

    `patience` is how long HANG and LATE last. `mails` are the contents that were taken, in order.
    """

    answers: dict[str, str] = field(default_factory=dict)
    tls: ssl.SSLContext | None = None
    patience: float = 5.0
    mails: list[EmailMessage] = field(default_factory=list)
    secured: int = 0
    over: threading.Event = field(default_factory=threading.Event)
    address: str = ""

    @property
    def host(self) -> str:
        return self.address.partition(":")[0]

    @property
    def port(self) -> int:
        return int(self.address.partition(":")[2])

    def behave(self, connection: socket.socket) -> None:
        talk = _Talk(self, connection)
        try:
            talk.run()
        finally:
            talk.connection.close()  # the one under TLS, when there is one


class _Talk:
    """One connection."""

    def __init__(self, server: MailServer, connection: socket.socket) -> None:
        self.server, self.connection, self.rest = server, connection, b""

    def run(self) -> None:
        if not self.say("GREETING", "220 ready"):
            return
        while line := self.line():
            verb = line.split()[0].decode().upper()
            if verb == "EHLO":
                known = "250-here\r\n250-STARTTLS\r\n250 8BITMIME" if self.server.tls else "250 here"
                go_on = self.say("EHLO", known)
            elif verb == "STARTTLS":
                go_on = self.secure()
            elif verb == "DATA":
                go_on = self.say("DATA", "354 go on") and self.content()
            elif verb == "QUIT":
                self.say("QUIT", "221 bye")
                return
            else:
                go_on = self.say(verb, "250 ok")
            if not go_on:
                return

    def secure(self) -> bool:
        self.say("STARTTLS", "220 go on")
        assert self.server.tls is not None
        self.connection = self.server.tls.wrap_socket(self.connection, server_side=True)
        self.server.secured += 1
        return True

    def content(self) -> bool:
        lines: list[bytes] = []
        while (line := self.line()) != b".":
            lines.append(line.removeprefix(b"."))
        found = message_from_bytes(b"\r\n".join(lines), policy=policy.default)
        taken = self.server.answers.get("CONTENT", "250")
        if taken[0] not in "45":
            assert isinstance(found, EmailMessage)
            self.server.mails.append(found)
        return self.say("CONTENT", "250 taken")

    def say(self, moment: str, usual: str) -> bool:
        """Whether the talk goes on."""
        answer = self.server.answers.get(moment, usual)
        if answer == "HANG":
            self.server.over.wait(self.server.patience)
            return False
        if answer == "DROP":
            return False
        if answer == "LATE":
            self.server.over.wait(self.server.patience)
            answer = usual
        if answer == "DRIP":
            for letter in "220 slow and slower and slower":
                self.connection.sendall(letter.encode())
                self.server.over.wait(0.1)
            return False
        self.connection.sendall(answer.encode() + b"\r\n")
        return True

    def line(self) -> bytes:
        while b"\r\n" not in self.rest:
            got = self.connection.recv(65536)
            if not got:
                return b""
            self.rest += got
        line, _, self.rest = self.rest.partition(b"\r\n")
        return line


@contextmanager
def mail_server(tls: ssl.SSLContext | None = None, **answers: str) -> Iterator[MailServer]:
    server = MailServer(answers=answers, tls=tls)
    with front(server.behave) as address:
        server.address = address
        try:
            yield server
        finally:
            server.over.set()


def authority(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A certificate for 127.0.0.1 by an authority of this test: the server's context, and one that trusts it."""
    now = datetime.now(UTC)
    root, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "示例根")])

    def made(subject: x509.Name, public: ec.EllipticCurvePublicKey, ca: bool) -> x509.Certificate:
        builder = x509.CertificateBuilder(
            issuer, subject, public, x509.random_serial_number(), now, now + timedelta(days=1)
        )
        names = x509.SubjectAlternativeName([x509.DNSName("localhost")])
        constraints = x509.BasicConstraints(ca=ca, path_length=None)
        built = builder.add_extension(constraints, critical=True).add_extension(names, critical=False)
        identifier = x509.SubjectKeyIdentifier.from_public_key(public)
        return built.add_extension(identifier, critical=False).sign(root, hashes.SHA256())

    server_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    chain = [made(server_name, key.public_key(), False), made(issuer, root.public_key(), True)]
    pem = b"".join(one.public_bytes(serialization.Encoding.PEM) for one in chain)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    file = folder / "mail.pem"
    file.write_bytes(private + pem)
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(file)
    trusting = ssl.create_default_context(cadata=chain[1].public_bytes(serialization.Encoding.PEM).decode())
    with suppress(AttributeError):
        trusting.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return serving, trusting
