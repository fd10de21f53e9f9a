"""Several papers as one file to be printed. The seals do not survive it: the single papers stay what they are."""

import io
from collections.abc import Iterable
from contextlib import ExitStack

import pikepdf


def joined(papers: Iterable[bytes]) -> bytes:
    """One PDF with all pages of these, in order."""
    whole, out = pikepdf.new(), io.BytesIO()
    with ExitStack() as open_ones:  # pages are copied only when the whole is written
        for paper in papers:
            whole.add_pages_from(open_ones.enter_context(pikepdf.open(io.BytesIO(paper))))
        whole.save(out)
    return out.getvalue()
