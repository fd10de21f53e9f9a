"""Is this file what a department sealed? Answered with nothing but the file and the root certificates.

A verdict never comes as an exception: whatever bytes are handed in, there is an answer in `Finding`. The time of
a B-B seal is the sealer's own word; the certificate is judged as of that time.
"""

from collections.abc import Sequence

from cryptography import x509

from licensing.verdicts import Finding, Verdict

LARGEST = 20 * 1024 * 1024


def verify(pdf: bytes, *, roots: Sequence[x509.Certificate]) -> Verdict:
    """Judge one file. Blocks for 3 ms where it is as our sealers write it, 20 ms otherwise: call it in a thread. Never raises because of what `pdf` contains."""
    if not pdf.startswith(b"%PDF-") or len(pdf) > LARGEST:
        return Verdict(Finding.UNREADABLE)
    # The libraries take a second to load; processes that verify nothing do without.
    from licensing import examining, recognising

    return recognising.recognise(pdf, roots=roots) or examining.examine(pdf, roots=roots)
