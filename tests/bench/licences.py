"""Licences printed and sealed in a second, beside WeasyPrint and pyHanko used as their manuals show them."""

import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import unquote

from asn1crypto import keys, x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko_certvalidator.registry import SimpleCertificateStore
from weasyprint import CSS, HTML
from weasyprint.urls import URLFetcher, URLFetcherResponse

from licensing import ornaments, printing
from licensing.authority import SealKey, open_authority
from licensing.sealing import SoftwareSealer
from tests.bench.table import Results
from tests.support import licences as builders

SLUG = "food-business-licence"
SECONDS = 20.0
OURS, PLAIN = "licences printed and sealed", "plain WeasyPrint and pyHanko"


def measure(results: Results) -> None:
    """One process, the same page: ours with its kept fonts and slot, then the plain way."""
    with TemporaryDirectory(prefix="yiwang-bench-") as folder:
        authority = open_authority(Path(folder), b"bench", builders.AT)
        seal = builders.seal_of(SLUG)
        authority.enrol(seal, builders.AT)
        sealer, sheet = SoftwareSealer(authority), builders.sheet(SLUG)

        def ours() -> bytes:
            return sealer.seal(printing.print_document(sheet), seal, at=builders.AT)

        plain = _plain_way(printing.filled(sheet), authority.key_of(seal))
        sizes = [len(make()) / 1024 for make in (ours, plain)]  # the first ones do not count
        own, beside = _rates(ours, plain)
    results.add(OURS, own, beside=PLAIN, note=f"one process, {sizes[0]:.0f} kB a licence")
    results.add(PLAIN, beside, note=f"one process, system fonts, {sizes[1]:.0f} kB a licence")


def _rates(*ways: Callable[[], bytes]) -> list[float]:
    """How many each way makes in a second; taken in turns, so that the machine's moods meet all alike."""
    spent, made = [0.0] * len(ways), 0
    while sum(spent) < SECONDS:
        for place, make in enumerate(ways):
            begun = time.perf_counter()
            make()
            spent[place] += time.perf_counter() - begun
        made += 1
    return [made / seconds for seconds in spent]


def _plain_way(html: str, key: SealKey) -> Callable[[], bytes]:
    signer = _signer(key)
    sheets = [printing.TEMPLATES / "base.css", printing.TEMPLATES / f"{SLUG}.css"]

    def make() -> bytes:
        styles = [CSS(filename=str(path), url_fetcher=_Drawings()) for path in sheets]
        pdf = HTML(string=html, url_fetcher=_Drawings()).write_pdf(stylesheets=styles)
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
