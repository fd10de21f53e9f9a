"""The test certificate authority of seals (示例电子印章测试 CA): made at first start, kept in the data folder.

One P-256 root and one signing certificate for every department's seal. Each private key is an encrypted PKCS#8
block in one file with its certificate, mode 0600; two processes may start at once, the first one's file counts.
A production city replaces this folder by certificates of a licensed authority and the sealer by a hardware one.
"""

import hashlib
import os
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID, ObjectIdentifier

from licensing.errors import KeysUnreadable, SealMissing

ROOT_FILE = "root.pem"
ROOT_YEARS = 20
SEAL_YEARS = 3
REVOCATIONS_COUNT = timedelta(days=7)
"""For how long a revocation list is good."""
CLOCK_SLACK = timedelta(days=1)
DOCUMENT_SIGNING = ObjectIdentifier("1.3.6.1.5.5.7.3.36")  # RFC 9336


@dataclass(frozen=True, slots=True)
class Seal:
    """One seal of one department: code and full name of the bearer, and the seal's own name (行政审批专用章)."""

    department: str
    department_name: str
    name: str

    @property
    def file(self) -> str:
        return f"{self.department}-{hashlib.sha256(self.name.encode()).hexdigest()[:8]}.pem"

    @property
    def title(self) -> str:
        return f"{self.department_name}{self.name}"


@dataclass(frozen=True, slots=True)
class SealKey:
    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey


@dataclass(frozen=True)
class Authority:
    """The keys in one folder, opened with one passphrase."""

    folder: Path
    passphrase: bytes

    @cached_property
    def root(self) -> SealKey:
        """The root. Raises KeysUnreadable, also where nothing was made yet."""
        return self._read(ROOT_FILE)

    def key_of(self, seal: Seal) -> SealKey:
        """The key of an enrolled seal. Raises SealMissing or KeysUnreadable."""
        if not (self.folder / seal.file).is_file():
            raise SealMissing(seal.department, seal.name)
        return self._read(seal.file)

    def state_of(self, seal: Seal) -> tuple[int, int]:
        """What changes when the seal gets another key: a process that kept the key asks this first. Raises SealMissing."""
        try:
            found = (self.folder / seal.file).stat()
        except FileNotFoundError:
            raise SealMissing(seal.department, seal.name) from None
        return found.st_ino, found.st_mtime_ns

    def enrolled(self) -> list[tuple[Seal, x509.Certificate]]:
        """Every seal that has a key, with its certificate: who may seal with what. Names as the certificates have them."""
        files = sorted(path for path in self.folder.glob("*.pem") if path.name != ROOT_FILE)
        certificates = [x509.load_pem_x509_certificate(path.read_bytes()) for path in files]
        return [(_seal_named(one), one) for one in certificates]

    def retired(self) -> list[x509.Certificate]:
        """Certificates whose keys were destroyed; what they sealed stays valid."""
        paths = sorted(self.folder.glob("retired-*.crt"))
        return [x509.load_pem_x509_certificate(path.read_bytes()) for path in paths]

    def revoked(self) -> frozenset[int]:
        """Serial numbers of the certificates on the revocation list."""
        paths = self.folder.glob("revoked-*.txt")
        return frozenset(int(path.stem.partition("-")[2], 16) for path in paths)

    def enrol(self, seal: Seal, at: datetime) -> None:
        """Make a key and certificate for `seal` unless it has one."""
        if (self.folder / seal.file).is_file():
            return
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = _seal_certificate(seal, key, self.root, at)
        self._keep(seal.file, SealKey(certificate, key))

    def rotate(self, seal: Seal, at: datetime) -> x509.Certificate:
        """Seal with a new key from now on; what the old one sealed stays valid. The certificate put away.

        The old key is destroyed: a key that no longer seals must not be able to. Raises SealMissing.
        """
        old = self.key_of(seal).certificate
        path = self.folder / seal.file
        retired = path.with_name(f"retired-{old.serial_number:x}.crt")
        if not retired.exists():
            _write_once(retired, old.public_bytes(Encoding.PEM))
        path.unlink()
        self.enrol(seal, at)
        return old

    def revoke(self, certificate: x509.Certificate, at: datetime) -> None:
        """Put a seal's certificate onto the revocation list: its key was lost or stolen. Done once."""
        path = self.folder / f"revoked-{certificate.serial_number:x}.txt"
        if not path.exists():
            _write_once(path, at.isoformat().encode())

    def revocations(self, at: datetime) -> bytes:
        """The signed list of revoked seal certificates as of now (CRL, RFC 5280 5), as DER."""
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self.root.certificate.subject)
            .last_update(at)
            .next_update(at + REVOCATIONS_COUNT)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self.root.key.public_key()), critical=False
            )
            .add_extension(x509.CRLNumber(int(at.timestamp())), critical=False)
        )
        for path in sorted(self.folder.glob("revoked-*.txt")):
            entry = x509.RevokedCertificateBuilder().serial_number(int(path.stem.partition("-")[2], 16))
            since = datetime.fromisoformat(path.read_text())
            builder = builder.add_revoked_certificate(entry.revocation_date(since).build())
        return builder.sign(self.root.key, hashes.SHA256()).public_bytes(Encoding.DER)

    def _read(self, name: str) -> SealKey:
        try:
            content = (self.folder / name).read_bytes()
            key = load_pem_private_key(content, self.passphrase)
            certificate = x509.load_pem_x509_certificate(content)
        except (OSError, ValueError, TypeError) as exc:
            raise KeysUnreadable(name) from exc
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise KeysUnreadable(name)
        return SealKey(certificate, key)

    def _keep(self, name: str, made: SealKey) -> None:
        encryption = BestAvailableEncryption(self.passphrase)
        content = made.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)
        _write_once(self.folder / name, content + made.certificate.public_bytes(Encoding.PEM))


def open_authority(folder: Path, passphrase: bytes, at: datetime) -> Authority:
    """The authority in `folder`, its root made on first use. Raises KeysUnreadable for a wrong passphrase."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    authority = Authority(folder, passphrase)
    if not (folder / ROOT_FILE).is_file():
        key = ec.generate_private_key(ec.SECP256R1())
        authority._keep(ROOT_FILE, SealKey(_root_certificate(key, at), key))
    # Reading it back proves the passphrase before anything is enrolled under another one.
    _ = authority.root
    return authority


def load_passphrase(path: Path) -> bytes:
    """The passphrase kept at `path` (mode 0600); made there on first use."""
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _write_once(path, secrets.token_urlsafe(32).encode())
    return path.read_bytes().strip()


def _write_once(path: Path, content: bytes) -> None:
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def _root_certificate(key: ec.EllipticCurvePrivateKey, at: datetime) -> x509.Certificate:
    name = _name(COMMON_NAME="示例电子印章根证书（测试）", ORGANIZATION_NAME="示例市", COUNTRY_NAME="CN")
    usage = _usage(key_cert_sign=True, crl_sign=True)
    builder = _builder(name, name, key, at, ROOT_YEARS)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    return builder.add_extension(usage, critical=True).sign(key, hashes.SHA256())


def _seal_certificate(
    seal: Seal, key: ec.EllipticCurvePrivateKey, root: SealKey, at: datetime
) -> x509.Certificate:
    name = _name(
        COMMON_NAME=seal.title,
        ORGANIZATION_NAME=seal.department_name,
        ORGANIZATIONAL_UNIT_NAME=seal.name,
        ORGANIZATION_IDENTIFIER=seal.department,
        COUNTRY_NAME="CN",
    )
    issuer_key = x509.AuthorityKeyIdentifier.from_issuer_public_key(root.key.public_key())
    builder = _builder(name, root.certificate.subject, key, at, SEAL_YEARS)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(_usage(digital_signature=True, content_commitment=True), critical=True)
    builder = builder.add_extension(x509.ExtendedKeyUsage([DOCUMENT_SIGNING]), critical=False)
    return builder.add_extension(issuer_key, critical=False).sign(root.key, hashes.SHA256())


def _seal_named(certificate: x509.Certificate) -> Seal:
    def part(oid: ObjectIdentifier) -> str:
        found = certificate.subject.get_attributes_for_oid(oid)
        return str(found[0].value) if found else ""

    return Seal(
        part(NameOID.ORGANIZATION_IDENTIFIER),
        part(NameOID.ORGANIZATION_NAME),
        part(NameOID.ORGANIZATIONAL_UNIT_NAME),
    )


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, at: datetime, years: int
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - CLOCK_SLACK)
        .not_valid_after(at + timedelta(days=365 * years))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _name(**parts: str) -> x509.Name:
    """A distinguished name. The library counts the 64 characters of RFC 5280 as bytes: 21 of ours."""
    return x509.Name(
        [
            x509.NameAttribute(getattr(NameOID, key), value.encode()[:64].decode(errors="ignore"))
            for key, value in parts.items()
        ]
    )


def _usage(**granted: bool) -> x509.KeyUsage:
    every = (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    )
    return x509.KeyUsage(**{name: granted.get(name, False) for name in every})
