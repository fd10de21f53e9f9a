"""A hub for tests: real rows, real keys, a register in a real file. Every call is signed as a portal would."""

import secrets
import socket
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from time import monotonic, sleep

import httpx
import msgspec

from identity.tokens import Signer, new_signer, verifiers
from portal.cli.demo.market_register import KEY_VARIABLE
from portal.cli.demo.social_insurance import put_down
from services.sharing import commands, keeping, signing
from services.sharing.adapters.files import FileSource
from services.sharing.exchange import exchange
from services.sharing.messages import Answer, CaseNotice, Request, Subject
from services.sharing.models import Contract, Resource
from services.sharing.recording import Answered
from services.sharing.rules import Form, ShareType, SubjectKey
from services.sharing.sources import Patience, Source, Sources
from storage.database import Sessions

PERSON = "520102199001010018"
OTHER = "520115200112310037"
MISSED = "520101198503120013"
MARKET = "11520100MADEM00119"
PORTAL = "11520100MADEM0046U"
POLICE = "11520100MADEM0054N"
CSV = f"number,name,born,place\n{PERSON},示例甲,1990-01-01,示例街道一号\n{OTHER},示例丙,,\n"
MAPPING = {"name": "name", "born_on": "born", "address": "place"}
QUICK = Patience(tries=2, each=0.4, total=0.8, pause=0.01)


@dataclass
class Hub:
    sessions: Sessions
    key: Signer
    portal: Signer
    sources: Sources
    now: datetime

    async def send(self, compact: str, *, at: datetime | None = None) -> Answered:
        return await exchange(
            self.sessions.begin, compact, sources=self.sources, key=self.key, at=at or self.now
        )

    async def call(self, *, at: datetime | None = None, **change: object) -> Answer:
        answered = await self.send(signing.sign(request(at or self.now, **change), self.portal), at=at)
        return self.read(answered)

    async def tell(self, *, at: datetime | None = None, key: Signer | None = None, **change: object) -> None:
        """Tell of the case `1-0001`, as the portal does before it asks anything for it."""
        told = msgspec.structs.replace(notice(at or self.now), **change)
        async with self.sessions.begin() as session:
            await keeping.take_notice(
                session, signing.sign(told, key or self.portal), key=self.key, at=at or self.now
            )

    def read(self, answered: Answered) -> Answer:
        return signing.read(answered.compact, verifiers(self.key), Answer)


def notice(at: datetime) -> CaseNotice:
    return CaseNotice(
        consumer=MARKET,
        case_number="1-0001",
        item="food-business",
        applicant="applicant",
        subjects=[Subject(id_number=number) for number in (PERSON, OTHER, MISSED)],
        operators=["system:worker"],
        at=at,
        nonce=secrets.token_hex(16),
    )


def request(at: datetime, **change: object) -> Request:
    sound = Request(
        consumer=MARKET,
        contract="QY-1",
        case_number="1-0001",
        item="food-business",
        resource="population",
        fields=["name", "born_on"],
        subject=Subject(id_number=PERSON),
        applicant="applicant",
        operator="system:worker",
        purpose="预填申请表",
        at=at,
        nonce=secrets.token_hex(16),
    )
    return msgspec.structs.replace(sound, **change)


def resource(at: datetime, **change: object) -> Resource:
    fields = [("name", "name"), ("born_on", "date"), ("address", "address")]
    values: dict[str, object] = {
        "code": "population",
        "catalogue_code": "101001/000001",
        "name": {"zh": "示例人口", "en": "Sample population"},
        "provider": POLICE,
        "provider_name": {"zh": "示例市公安局", "en": "Sample police"},
        "fields": [
            {"name": name, "title": {"zh": name, "en": name}, "type": kind, "sensitivity": "personal"}
            for name, kind in fields
        ],
        "share_type": ShareType.CONDITIONAL,
        "basis": "示例",
        "condition": "示例",
        "manner": "接口",
        "update_cycle": "实时",
        "subject_key": SubjectKey.ID_NUMBER,
        "published_at": at,
        "changed_at": at,
    }
    return Resource(**values | change)


def contract(at: datetime, **change: object) -> Contract:
    values: dict[str, object] = {
        "number": "QY-1",
        "consumer": MARKET,
        "item_code": "food-business",
        "legal_basis": "示例",
        "resource": "population",
        "fields": ["name", "born_on", "address"],
        "form": Form.FULL,
        "per_minute": 100,
        "per_day": 1000,
        "valid_from": at - timedelta(days=1),
        "valid_until": at + timedelta(days=1),
        "concluded_at": at,
    }
    return Contract(**values | change)


def file_source(path: Path, text: str = CSV) -> FileSource:
    put_down(path, text.encode())
    return FileSource(
        name="sample", resource="population", path=path, subject_column="number", mapping=MAPPING
    )


def sources(*each: Source, patience: Patience = QUICK) -> Sources:
    return Sources(each, chance=lambda: 0.5, monotonic=monotonic, patience=patience)


async def open_hub(sessions: Sessions, now: datetime, *each: Source, **change: object) -> Hub:
    """A hub with one resource, one contract (with `change`) and one admitted portal key."""
    hub = Hub(sessions, new_signer(), new_signer(), sources(*each), now)
    async with sessions.begin() as session:
        await commands.publish(session, resource(now), actor="system:test", at=now)
        await commands.conclude(session, contract(now, **change), actor="system:test", at=now)
        await commands.admit(
            session,
            verifiers(hub.portal)[hub.portal.kid],
            party=PORTAL,
            speaks_for=[MARKET],
            reads_uses=True,
            keeps_cases=True,
            actor="system:test",
            at=now - timedelta(days=1),
        )
    await hub.tell()
    return hub


class Handler(BaseHTTPRequestHandler):
    """Answers with the server's `answers` by path; kept silent."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.server.answer(self)  # type: ignore[attr-defined]

    def do_POST(self) -> None:
        self.do_GET()

    def log_message(self, *_: object) -> None: ...

    def say(self, status: int, body: bytes, kind: str = "application/json") -> None:
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def http_server(answer):
    """A real HTTP server on loopback; `answer(handler)` decides each GET. Yields its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.block_on_close = False
    server.answer = answer  # type: ignore[attr-defined]
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def sample_register(key: str):
    """The sample market register in a process of its own, under `key`. Yields its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "granian", "--interface", "asgi", "--factory", "--port", str(port)]
    process = subprocess.Popen(
        [*command, "portal.cli.demo.market_register:from_environment"],
        env={KEY_VARIABLE: key},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait(f"http://127.0.0.1:{port}", process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)


def _wait(url: str, process: subprocess.Popen) -> None:
    deadline = monotonic() + 30
    while monotonic() < deadline and process.poll() is None:
        try:
            httpx.get(f"{url}/health", trust_env=False)
        except httpx.HTTPError:
            sleep(0.1)
        else:
            return
    raise AssertionError("the sample register did not start")
