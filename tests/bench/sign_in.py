"""Whether the clock tells a stranger who has an account: the same request for one that exists and for one that does not.

Both kinds take turns, so that whatever else the machine does falls on both, and every request comes from an address of
its own, so that no limit is met. What is to be looked at is the ratio: near 1 it tells nothing.
"""

import re
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from http.client import HTTPConnection
from itertools import count, cycle, islice
from urllib.parse import urlencode

import httpx

from identity import numbers
from identity.numbers import NumberWrong
from portal.cli.demo import people
from tests.bench.table import Results
from tests.support.demonstration import Demonstration

TRIES = 40
TOKEN = re.compile(r'name="_csrf_token" value="([^"]+)"')
Form = Callable[[str], Mapping[str, str]]
Measured = tuple[float, int]
"""Milliseconds and the status answered."""


def measure(results: Results, demo: Demonstration) -> None:
    """Sign-in, sign-up and recovery, each for known and unknown people."""
    page = httpx.get(f"{demo.url}/sign-up")
    token = TOKEN.search(page.text)
    if token is None:
        raise LookupError("the page of signing up shows no form")
    places, new = addresses(), strangers()
    registered = [one.id_number for one in people.PEOPLE if one.signs_in]
    # As many strangers as people, over and over, so that counters are there or are not for both alike.
    known, unknown = cycle(registered), cycle(list(islice(new, len(registered))))
    headers = {
        "content-type": "application/x-www-form-urlencoded",
        "cookie": "; ".join(f"{name}={value}" for name, value in page.cookies.items()),
    }

    def sent(path: str, fields: Mapping[str, str]) -> Measured:
        line = HTTPConnection("127.0.0.1", demo.port, source_address=(next(places), 0))
        line.connect()
        body = urlencode({"_csrf_token": token[1], **fields})
        begun = time.perf_counter()
        line.request("POST", path, body, headers)
        answer = line.getresponse()
        answer.read()
        taken = time.perf_counter() - begun
        line.close()
        return taken * 1000, answer.status

    for what, path, form in DEEDS:
        others = new if form is registration else unknown
        pairs = [_pair(one, sent, path, form, known, others) for one in range(TRIES)]
        _told(results, what, *(list(side) for side in zip(*pairs, strict=True)))


def _pair(
    turn: int,
    sent: Callable[[str, Mapping[str, str]], Measured],
    path: str,
    form: Form,
    known: Iterator[str],
    unknown: Iterator[str],
) -> tuple[Measured, Measured]:
    """One request of each kind, each kind first every other time."""
    if turn % 2:
        free = sent(path, form(next(unknown)))
        return sent(path, form(next(known))), free
    return sent(path, form(next(known))), sent(path, form(next(unknown)))


def _told(results: Results, what: str, taken: list[tuple[float, int]], free: list[tuple[float, int]]) -> None:
    names = f"{what}, no such account", f"{what}, an account"
    for name, tries, beside in ((names[0], free, None), (names[1], taken, names[0])):
        times, answers = zip(*tries, strict=True)
        note = f"median of {len(times)}, answered {', '.join(map(str, sorted(set(answers))))}"
        results.add(name, statistics.median(times), "ms", beside=beside, note=note)


def wrong_password(account: str) -> Mapping[str, str]:
    return {"account": account, "password": "not-the-password-of-anyone"}


def registration(id_number: str) -> Mapping[str, str]:
    chosen = "a-sample-password-of-my-own-7"
    return {
        "name": "示例新",
        "id_number": id_number,
        "phone": "19900000099",
        "password": chosen,
        "password_again": chosen,
        "agreed": "yes",
    }


def recovery(account: str) -> Mapping[str, str]:
    return {"account": account, "channel": "sms"}


DEEDS: tuple[tuple[str, str, Form], ...] = (
    ("a wrong password", "/sign-in", wrong_password),
    ("signing up", "/sign-up", registration),
    ("asking for recovery", "/sign-in/recover", recovery),
)


def addresses() -> Iterator[str]:
    """Addresses of this machine, no two alike."""
    return (f"127.{one // 250 // 250 + 1}.{one // 250 % 250}.{one % 250 + 1}" for one in count())


def strangers() -> Iterator[str]:
    """ID numbers of the placeholder area that belong to nobody: valid, each another."""
    for serial in count():
        stem = f"520101{1950 + serial // 1000 % 40}0101{serial % 1000:03}"
        yield next(stem + digit for digit in "0123456789X" if _valid(stem + digit))


def _valid(id_number: str) -> bool:
    try:
        numbers.id_number(id_number)
    except NumberWrong:
        return False
    return True
