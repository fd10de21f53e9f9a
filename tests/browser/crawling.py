"""Finding every page somebody can reach by links, a few of each kind."""

import re
from collections import Counter, deque
from collections.abc import Callable, Iterator
from urllib.parse import parse_qsl, urlsplit

from playwright.sync_api import Error

from tests.browser.visiting import Visitor

OF_ONE_KIND, OF_AN_ITEM, OF_A_CASE = 1, 2, 3
"""So many pages of one kind are looked at; more where a page differs by its item, or by how far a case is."""
MOST_PAGES = 80

NOT_PAGES = re.compile(
    r"^/(static|metrics|health|csp-reports|sign-out)\b|\.(pdf|json|yaml|svg|png|csv|xlsx|ods)$"
)
CHOICES = {"lang", "size"}
BESIDE = {"to", "next", "account"}
"""What in a query does not make another page."""
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")
NUMBER = re.compile(r"(?<=/)(?=[^/]*\d{4})[\w.%-]+")
NAMED = re.compile(
    r"^/((?:admin/)?(?:items|bundles|reviews|licence-types)|themes|apply|help|exchange/directory"
    r"|supervision/(?:indicators|rules|processes/items))/(?!new\b|import\b)[^/]+"
)
PLACE = re.compile(r"(?<=/draft/)(entries|removal|new|conditions|groups)/.*")
CASE = re.compile(r"^/(my/licences|window/cases|supervision/cases|applications)/…$")
ITEM = re.compile(r"^/(items|apply|admin/items)/…$|/draft/entries/…$")
LINKS = "links => links.filter(a => !a.hasAttribute('download')).map(a => a.href)"


def kind_of(path: str) -> str:
    """`/window/cases/520100…` → `/window/cases/…`; a query counts by its names."""
    address = urlsplit(path)
    names = ",".join(sorted({name for name, _ in parse_qsl(address.query, keep_blank_values=True)} - BESIDE))
    path = PLACE.sub(r"\1/…", NAMED.sub(r"/\1/…", NUMBER.sub("…", UUID.sub("…", address.path))))
    return f"{path}?{names}" if names else path


def differs(kind: str) -> bool:
    """Whether pages of this kind are another one for each item, or for how far a case is and who opens it."""
    return bool(CASE.search(kind) or ITEM.search(kind))


def pages(
    visitor: Visitor, starts: tuple[str, ...], elsewhere: Callable[[str], bool] = lambda path: False
) -> Iterator[str]:
    """Open every page that can be reached from `starts` and yield its path while the browser stands on it.

    `elsewhere` says which paths others look at.
    """
    waiting, seen = deque(starts), set(starts)
    counted: Counter[str] = Counter()
    while waiting and sum(counted.values()) < MOST_PAGES:
        path = waiting.popleft()
        kind = kind_of(path)
        enough = OF_A_CASE if CASE.search(kind) else OF_AN_ITEM if ITEM.search(kind) else OF_ONE_KIND
        if counted[kind] >= enough or (path not in starts and elsewhere(path)):
            continue
        if not opened(visitor, path):
            continue
        counted[kind] += 1
        yield path
        for link in links(visitor):
            if link not in seen:
                seen.add(link)
                waiting.append(link)


def opened(visitor: Visitor, path: str) -> bool:
    """Whether it is a page: a document that is downloaded, or shown by the browser's own viewer, is none."""
    try:
        answer = visitor.go(path)
    except Error as exc:
        if "Download is starting" in str(exc) or "net::ERR_ABORTED" in str(exc):
            return False
        raise
    kind = answer.headers.get("content-type", "")
    assert answer.status < 500, f"{path} answers {answer.status}"
    return kind.startswith("text/html")


def links(visitor: Visitor) -> Iterator[str]:
    """Addresses of pages of the portal that the page links to."""
    for href in visitor.page.eval_on_selector_all("a[href]", LINKS):
        address = urlsplit(href)
        query = parse_qsl(address.query)
        ours = href.startswith(visitor.url) and not NOT_PAGES.search(address.path)
        if ours and not CHOICES & {name for name, _ in query}:
            yield f"{address.path}?{address.query}" if address.query else address.path
