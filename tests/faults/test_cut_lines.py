"""A line that is cut in the middle of a file, on a real socket: nothing half arrives, nothing is lost, nothing doubles."""

import re
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest

from portal.cli.demo import people
from tests.faults.walking import rows
from tests.journeys.cases import NUMBER, SENIOR, photo
from tests.support.city import CSRF
from tests.support.demonstration import Demonstration
from tests.support.waiting import until

KEY = re.compile(r'name="key" value="([^"]+)"')
PIECE = 60_000


class Person:
    """A browser on a real connection."""

    def __init__(self, client: httpx.Client) -> None:
        self.client, self.token = client, ""

    def get(self, address: str) -> str:
        page = self.client.get(address, follow_redirects=True)
        found = CSRF.search(page.text)
        self.token = found[1] if found else self.token
        return page.text

    def post(self, address: str, typed: dict[str, object], **more: object) -> httpx.Response:
        return self.client.post(address, data=typed | {"_csrf_token": self.token}, **more)  # type: ignore[arg-type]

    def cut(self, method: str, address: str, kind: str, body: bytes, sent: int) -> None:
        """Announce all of `body`, send the first `sent` bytes of it, and lose the line."""
        parts = urlsplit(str(self.client.base_url))
        cookies = "; ".join(f"{one.name}={one.value}" for one in self.client.cookies.jar)
        head = (
            f"{method} {address} HTTP/1.1\r\nHost: {parts.netloc}\r\nCookie: {cookies}\r\n"
            f"X-CSRFToken: {self.token}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        with socket.create_connection((parts.hostname or "", parts.port or 80), timeout=10) as line:
            line.sendall(head.encode() + body[:sent])
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")  # a reset, no farewell


@pytest.fixture
def person(demo: Demonstration) -> Iterator[Person]:
    """示例乙, signed in."""
    with httpx.Client(base_url=demo.url, timeout=20) as client:
        found = Person(client)
        found.get("/sign-in")
        found.post("/sign-in", {"account": "19900000002", "password": people.PASSWORD})
        yield found


def files(demo: Demonstration, number: str) -> list[dict[str, object]]:
    return rows(
        demo,
        "SELECT f.digest FROM application_file f JOIN application a ON a.id = f.application_id"
        " WHERE a.number = ANY(%s)",
        [number],
    )


def drafted(person: Person) -> str:
    """A draft of a senior card without its photo."""
    person.get("/apply/senior-card")
    begun = person.post("/apply/senior-card", {})
    found = NUMBER.search(begun.headers["location"])
    assert found is not None
    for page, typed in SENIOR.items():
        address = f"/applications/{found[1]}/pages/{page}"
        person.get(address)
        assert person.post(address, {**typed, "next": "yes"}).status_code == 303
    return found[1]


def test_a_cut_line_leaves_nothing_half_and_the_file_goes_on_where_it_stopped(
    demo: Demonstration, person: Person
) -> None:
    number = drafted(person)
    place = f"/applications/{number}/materials/photo"
    person.get(place)
    arrives(demo, person, number, place)
    key = KEY.search(person.get(f"/applications/{number}/check"))
    assert key is not None
    typed = {"key": key[1], "declared": "yes", "delivery": "electronic"}
    pairs = (typed | {"_csrf_token": person.token}).items()
    body = "&".join(f"{name}={value}" for name, value in pairs).encode()
    address = f"/applications/{number}/submission"
    person.cut("POST", address, "application/x-www-form-urlencoded", body, len(body) // 2)
    assert submitted(demo, number) == 0, "half a form is none"
    person.cut("POST", address, "application/x-www-form-urlencoded", body, len(body))  # the answer is lost
    until(lambda: submitted(demo, number) == 1, seconds=10)
    assert person.post(address, typed).status_code == 303, "pressed again, it is the same"
    assert submitted(demo, number) == 1
    until(lambda: told(demo, number) == 1, seconds=20)


def arrives(demo: Demonstration, person: Person, number: str, place: str) -> None:
    """The photo, over a line that is cut again and again; until it is there nothing can be handed in."""
    content = photo((1600, 2000)) + bytes(3 * PIECE)

    form = (
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n'
        + content
        + b"\r\n--x--\r\n"
    )
    person.cut("POST", place, "multipart/form-data; boundary=x", form, len(form) // 2)

    headers = {"x-csrftoken": person.token}
    coming = {"name": "照片.jpg", "size": len(content), "mark": "1"}
    one = person.client.post(f"{place}/uploads", json=coming, headers=headers).json()
    address = f"{place}/uploads/{one['id']}"
    first = person.client.put(f"{address}?start=0", content=content[:PIECE], headers=headers)
    assert first.json() == {"received": PIECE}
    second = content[PIECE : 2 * PIECE]
    for sent in (0, 1, PIECE // 2, PIECE - 1):
        person.cut("PUT", f"{address}?start={PIECE}", "application/octet-stream", second, sent)
    again = person.client.post(f"{place}/uploads", json=coming, headers=headers).json()
    assert again == one | {"received": PIECE}, "every cut piece left nothing"
    assert files(demo, number) == []

    early = person.post(
        f"/applications/{number}/submission",
        {"key": "pressed-all-the-same", "declared": "yes", "delivery": "electronic"},
    )
    assert early.status_code == 422
    assert submitted(demo, number) == 0

    start = PIECE
    while start < len(content):
        answer = person.client.put(
            f"{address}?start={start}", content=content[start : start + PIECE], headers=headers
        )
        start += PIECE
    assert answer.json() == {"done": True}
    plain = {"file": ("照片.jpg", content, "image/jpeg")}
    assert person.client.post(place, files=plain, headers=headers).status_code == 303, "pressed once more"
    assert len(files(demo, number)) == 1


def submitted(demo: Demonstration, number: str) -> int:
    return len(
        rows(
            demo,
            "SELECT id FROM ledger_entry WHERE deed = 'application submitted' AND chain = ANY(%s)",
            [number],
        )
    )


def told(demo: Demonstration, number: str) -> int:
    """How many messages of the handing-in stand in the portal."""
    return len(
        rows(
            demo, "SELECT id FROM message WHERE node = 'submitted' AND application_number = ANY(%s)", [number]
        )
    )
