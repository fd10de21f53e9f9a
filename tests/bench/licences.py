"""Licences printed and sealed in a second, beside WeasyPrint and pyHanko used as their manuals show them."""

import os
import sys
import time
from collections.abc import Callable, Sequence
from io import BytesIO
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import unquote

from asn1crypto import keys, x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509 import Certificate
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko_certvalidator.registry import SimpleCertificateStore
from weasyprint import CSS, HTML
from weasyprint.urls import URLFetcher, URLFetcherResponse

from licensing import ornaments, printing, verifying
from licensing.authority import SealKey, open_authority
from licensing.sealing import SoftwareSealer
from licensing.sheet import Sheet
from tests.bench.table import Results
from tests.support import licences as builders

SLUG = "food-business-licence"
SECONDS = 20.0
AGAIN, FIRST = (
    "licences printed and sealed, a type again and again",
    "licences printed and sealed, the first of a kind",
)
PLAIN = "plain WeasyPrint and pyHanko"
VERIFIED = "licences verified"
BATCH = int(os.environ.get("YIWANG_BATCH", "300"))
"""Licences of one batch; the issue names 10,000."""


def measure(results: Results) -> None:
    """One process, other values every time: a page kept and stamped, a page laid out, then the plain way."""
    with TemporaryDirectory(prefix="yiwang-bench-") as folder:
        authority = open_authority(Path(folder), b"bench", builders.AT)
        seal = builders.seal_of(SLUG)
        authority.enrol(seal, builders.AT)
        sealer, serials = SoftwareSealer(authority), count(1)

        def made(printed: Callable[[Sheet], bytes]) -> bytes:
            told = builders.elements(SLUG, serial=next(serials))
            return sealer.seal(printed(builders.sheet(SLUG, told=told)), seal, at=builders.AT)

        def again() -> bytes:
            return made(printing.print_document)

        def first() -> bytes:
            return made(printing.print_slowly)

        def filled() -> str:
            return printing.filled(builders.sheet(SLUG, told=builders.elements(SLUG, serial=next(serials))))

        plain = _plain_way(filled, authority.key_of(seal))
        sizes = [len([make() for _ in range(3)][-1]) / 1000 for make in (again, first, plain)]
        rates = _rates(again, first, plain)
        licence, roots = again(), sealer.roots()
        grown = _grown(again)
        verified, _ = _rates(lambda: _known(licence, roots), plain, seconds=4.0)
    note = "one process, {:.0f} kB a licence, QR code and records included"
    results.add(AGAIN, rates[0], beside=PLAIN, note=note.format(sizes[0]))
    results.add(FIRST, rates[1], beside=PLAIN, note=note.format(sizes[1]))
    results.add(PLAIN, rates[2], note=f"one process, system fonts, {sizes[2]:.0f} kB")
    results.add(VERIFIED, verified, note="one process")
    results.add(f"memory grown over a batch of {BATCH}", grown, "MB", note="one process, one kind")


def _grown(make: Callable[[], bytes]) -> float:
    """Megabytes a process grows by while it makes a batch, once it has warmed up."""
    for _ in range(50):
        make()
    before = _resident()
    for number in range(BATCH):
        make()
        if number % 1000 == 999:
            sys.stderr.write(f"  {number + 1} of {BATCH}\n")
    return _resident() - before


def _resident() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def _known(licence: bytes, roots: Sequence[Certificate]) -> bytes:
    verdict = verifying.verify(licence, roots=roots)
    if not verdict.sound:
        raise RuntimeError(verdict.finding)
    return licence


def _rates(*ways: Callable[[], bytes], seconds: float = SECONDS) -> list[float]:
    """How many each way makes in a second of processor time; in turns, so that the machine's moods meet all alike."""
    spent, made = [0.0] * len(ways), [0] * len(ways)
    while sum(spent) < seconds:
        for place, make in enumerate(ways):
            begun = time.process_time()
            # The fast ways more often: a single one is too short to be timed.
            for _ in range(1 if spent[place] * 2 > sum(spent) / len(ways) else 5):
                make()
                made[place] += 1
            spent[place] += time.process_time() - begun
    return [each / time_spent for each, time_spent in zip(made, spent, strict=True)]


def _plain_way(html: Callable[[], str], key: SealKey) -> Callable[[], bytes]:
    signer = _signer(key)
    sheets = [printing.TEMPLATES / "base.css", printing.TEMPLATES / f"{SLUG}.css"]

    def make() -> bytes:
        styles = [CSS(filename=str(path), url_fetcher=_Drawings()) for path in sheets]
        pdf = HTML(string=html(), url_fetcher=_Drawings()).write_pdf(stylesheets=styles)
        output = BytesIO()
        signers.sign_pdf(
            IncrementalPdfFileWriter(BytesIO(pdf)),
            signers.PdfSignatureMetadata(field_name="Seal", subfilter=fields.SigSeedSubFilter.PADES),
            signer=signer,
            output=output,
        )
        return output.getvalue()

    return make


def _signer(key: SealKey) -> signers.SimpleSigner:
    certificate = x509.Certificate.load(key.certificate.public_bytes(Encoding.DER))
    private = key.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return signers.SimpleSigner(
        signing_cert=certificate,
        signing_key=keys.PrivateKeyInfo.load(private),
        cert_registry=SimpleCertificateStore(),  # type: ignore[no-untyped-call]
    )


class _Drawings(URLFetcher):  # type: ignore[misc]  # the library is untyped
    """The same ornaments and seals as ours, so that both print the same page."""

    def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:
        scheme, _, name = url.partition(":")
        if scheme == "ornament":
            return _svg(url, ornaments.FRAMES[name]())
        if scheme == "seal":
            bearer, _, seal_name = unquote(name).partition("/")
            return _svg(url, ornaments.seal(bearer, seal_name))
        return super().fetch(url, headers)


def _svg(url: str, drawing: str) -> URLFetcherResponse:
    return URLFetcherResponse(url, drawing, {"Content-Type": "image/svg+xml"})
