"""A real time-stamp authority (RFC 3161) on loopback: `openssl ts` behind HTTP, with a root and revocations of its own."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from licensing.authority import _usage
from licensing.sealing import Stamping

CONFIG = """[tsa]
default_tsa = one
[one]
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
certs = {folder}/root.pem
default_policy = 1.2.3.4.1
signer_digest = sha256
digests = sha256
accuracy = secs:1
ess_cert_id_chain = yes
ess_cert_id_alg = sha256
"""


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _certificate(
    name: str, key: ec.EllipticCurvePrivateKey, issuer: str, signer: ec.EllipticCurvePrivateKey
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(_name(name))
        .issuer_name(_name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False
        )
    )


def lay(folder: Path) -> tuple[x509.Certificate, x509.Certificate, bytes]:
    """Root, signing certificate and revocation list of the authority, its files laid into `folder`."""
    root_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    root = _certificate("示例时间戳根", root_key, "示例时间戳根", root_key)
    root = root.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    made_root = root.add_extension(_usage(key_cert_sign=True, crl_sign=True), critical=True).sign(
        root_key, hashes.SHA256()
    )
    one = _certificate("示例时间戳", key, "示例时间戳根", root_key)
    one = one.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
    made = one.add_extension(_usage(digital_signature=True), critical=True).sign(root_key, hashes.SHA256())
    now = datetime.now(UTC)
    revocations = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(_name("示例时间戳根"))
        .last_update(now)
        .next_update(now + timedelta(days=7))
        .sign(root_key, hashes.SHA256())
    )
    (folder / "root.pem").write_bytes(made_root.public_bytes(Encoding.PEM))
    (folder / "tsa.pem").write_bytes(made.public_bytes(Encoding.PEM))
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "tsa.key").write_bytes(private)
    (folder / "serial").write_text("01")
    (folder / "tsa.conf").write_text(CONFIG.format(folder=folder))
    return made_root, made, revocations.public_bytes(Encoding.DER)


@contextmanager
def authority(folder: Path) -> Iterator[Stamping]:
    """The authority answering on loopback; how a sealer asks it."""
    root, one, revocations = lay(folder)

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = folder / "query.tsq"
            query.write_bytes(self.rfile.read(int(self.headers["content-length"])))
            made = subprocess.run(
                ["openssl", "ts", "-reply", "-config", folder / "tsa.conf", "-queryfile", query],
                check=True,
                capture_output=True,
                timeout=30,
            )
            self.send_response(200)
            self.send_header("content-type", "application/timestamp-reply")
            self.end_headers()
            self.wfile.write(made.stdout)

        def log_message(self, *_: object) -> None:
            """Tests print nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        certificates = [each.public_bytes(Encoding.DER) for each in (root, one)]
        yield Stamping(f"http://127.0.0.1:{server.server_port}/", certificates, [revocations])
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
