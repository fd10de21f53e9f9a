"""The tour's own tools: codes like an authenticator's, files that are real, and patience that repeats nothing."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pyotp
import pytest

from portal.cli.demo import people
from portal.cli.tour import client as touring
from portal.cli.tour.case import events, facts_told, file_for
from portal.cli.tour.client import Client
from portal.cli.tour.codes import code_at, until_next
from portal.cli.tour.errors import AnswerLost, PortalAway, StepFailed
from portal.cli.tour.papers import pdf, png
from portal.cli.tour.report import Report
from services.applications.documents_in import receive
from services.catalogue.codes import Format
from tests.unit.applications.test_documents_in import material

ANSWERS = list[int | None]
"""What a server answers, request by request: a status, or nothing at all (the connection breaks)."""


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(touring, "PATIENCE", 1.0)
    monkeypatch.setattr(touring, "PAUSE", 0.01)
    monkeypatch.setattr(touring, "SETTLING", 0.01)


@contextmanager
def serving(answers: ANSWERS) -> Iterator[tuple[Client, list[str]]]:
    """A server with these answers (the last one for ever), and what it was asked."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(f"{self.command} {self.path} {self.headers.get('idempotency-key')}")
            self.rfile.read(int(self.headers.get("content-length", 0)))
            status = answers.pop(0) if len(answers) > 1 else answers[0]
            if status is None:
                self.close_connection = True
                return
            self.send_response(status)
            self.send_header("content-length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        do_GET = do_POST  # noqa: N815 - the name the library looks for

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    client = Client(f"http://127.0.0.1:{server.server_port}")
    try:
        yield client, asked
    finally:
        client.close()
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize("moment", [59, 1111111109, 1234567890, 20000000000])
def test_codes_are_those_of_an_authenticator(moment):
    secret = people.staff("market-window").totp_secret
    assert code_at(secret, moment) == pyotp.TOTP(secret).at(moment)


def test_the_code_of_the_standard():
    assert code_at("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", 59) == "287082"  # RFC 6238 appendix B, last six digits
    assert until_next(59) == 1
    assert until_next(60) == 30


def test_the_files_are_real():
    assert receive("a.pdf", pdf("Sample (1)"), material()).media_type == "application/pdf"
    picture = receive("a.png", png(40, 50), material(formats=(Format.PNG,)))
    assert picture.media_type == "image/png"
    assert file_for({"code": "plan", "formats": ["pdf", "jpg"]})[0] == "plan.pdf"
    assert file_for({"code": "photo", "formats": ["jpg", "png"]})[0] == "photo.png"


def test_what_may_be_repeated_is_repeated_with_its_key():
    with serving([None, 503, 201]) as (client, asked):
        client.repeatable("POST", "/a", key="k", expect=201)
    assert asked == ["POST /api/v1/a k"] * 3


def test_a_lost_deed_that_was_done_is_not_done_again():
    with serving([None, 200]) as (client, asked):
        found = client.once("/a", token="t", expect=200, json={}, done=lambda: "seen")
    assert (found, len(asked)) == ("seen", 1)


def test_a_lost_deed_that_was_not_done_is_done():
    with serving([None, 200]) as (client, asked):
        answer = client.once("/a", token="t", expect=200, json={}, done=lambda: None)
    assert answer.status_code == 200
    assert len(asked) == 2


def test_a_deed_refused_after_a_lost_answer_had_been_done():
    looks = iter([None, "seen"])
    with serving([None, 409]) as (client, _):
        assert client.once("/a", token="t", expect=200, json={}, done=lambda: next(looks)) == "seen"


def test_a_deed_refused_at_once_is_a_failed_step():
    with serving([409]) as (client, asked), pytest.raises(StepFailed):
        client.once("/a", token="t", expect=200, json={}, done=lambda: None)
    assert len(asked) == 1


def test_patience_ends():
    with serving([503]) as (client, _), pytest.raises(AnswerLost):
        client.get("/a")
    nobody = Client("http://127.0.0.1:9")
    with pytest.raises(PortalAway):
        nobody.get("/a")
    nobody.close()


def test_the_report_is_one_line_a_step(capsys):
    plain, machine = Report(), Report(as_json=True)
    plain.step("case started", lambda: "示例")
    machine.tell("case started", "示例", ok=False)
    out = capsys.readouterr().out.splitlines()
    assert out[0].split() == ["✓", "case", "started", "示例"]
    assert out[1] == '{"step": "case started", "ok": false, "detail": "示例"}'
    assert (plain.failed, machine.failed) == (False, True)


def test_a_step_that_does_not_hold_is_told_and_ends_the_walk(capsys):
    report = Report()

    def fails() -> str:
        raise StepFailed("no")

    with pytest.raises(StepFailed):
        report.step("case granted", fails)
    assert report.failed
    assert "✗ case granted" in capsys.readouterr().out


def test_what_was_gathered_says_when_the_registers_were_silent():
    draft = {
        "materials": [{"code": "identity", "source": "hub", "supply": "obtained"}],
        "form": {"origins": {"a": {"fact": "hub:population.name"}, "b": {"fact": "profile:phone"}}},
    }
    assert facts_told(draft) == "1 answers and 1 materials from the registers"
    draft["materials"][0]["supply"] = "needed"
    assert "fallback: the applicant is asked for identity" in facts_told(draft)


def test_events_are_found_by_deed_and_details():
    case = {
        "timeline": [
            {"deed": "step reviewed", "details": {"step": "inspect"}},
            {"deed": "x", "details": None},
        ]
    }
    assert len(events(case, "step reviewed", step="inspect")) == 1
    assert events(case, "step reviewed", step="review") == []
