"""Pages in a second, beside an answer of two letters by the same framework and server."""

from tests.bench import bare, load
from tests.bench.table import Results
from tests.support.demonstration import Demonstration

SECONDS = 6.0
BARE = "a bare Litestar answer"
PAGES = (
    ("the front page", "/"),
    ("an item's guide", "/items/unemployment-benefit"),
    ("sign-in page", "/sign-in"),
    ("items as JSON", "/api/v1/items"),
)


def measure(results: Results, demo: Demonstration, *, application_url: str) -> None:
    """Every page as a stranger sees it, from two processes."""
    with bare.serving(application_url, processes=2) as port:
        answer = load.fire(port, [load.request("GET", "/")], seconds=SECONDS)
    for name, path in PAGES:
        shot = load.fire(demo.port, [load.request("GET", path)], seconds=SECONDS)
        results.add(name, shot.rate, beside=BARE, note=f"{path}: {shot.note}")
    results.add(BARE, answer.rate, note=answer.note)
