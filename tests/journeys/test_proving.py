"""证明我的办件未被改动: a person takes the record of their case along; anybody has it judged, green or red and why."""

import json

import pytest

from portal.cli.demo import people
from portal.jobs import log_signer
from services.oversight import tasks
from storage import ledger_bundle
from storage.checkpoints import Statement
from tests.journeys.cases import senior_card
from tests.journeys.conftest import checked
from tests.support import witness

pytestmark = pytest.mark.anyio


async def judge(browser, content):
    answer = await browser.post(
        "/verify/ledger", files={"file": ("evidence.json", content, "application/json")}
    )
    return checked(answer).text


async def test_the_record_of_a_case_is_taken_along_and_judged(sign_in, stranger, held):
    person = await sign_in("person-b")
    number = await senior_card(person)
    assert f"/applications/{number}/proof" in checked(await person.get(f"/applications/{number}")).text
    early = checked(await person.get(f"/applications/{number}/proof")).text
    assert "没有被改动" in early
    assert "还没有" in early, "nothing was signed yet"
    await tasks.sequence(sessions=held.sessions, signer=log_signer(held))
    page = checked(await person.get(f"/applications/{number}/proof")).text
    assert "都写进了本账本签过字的总账" in page
    file = await person.get(f"/applications/{number}/evidence")
    assert f"evidence-{number}.json" in file.headers["content-disposition"]
    key = str(log_signer(held).verifier)
    assert key.replace("+", "&#43;") in page or key in page
    bundle = json.loads(file.content)
    assert witness.require_evidence(bundle, key) == len(bundle["entries"])
    for one in people.PEOPLE:
        for told in filter(None, (one.id_number, one.phone)):
            assert told not in file.text, "the record holds no numbers of persons"

    anybody = stranger()
    assert checked(await anybody.get("/verify/ledger")).status_code == 200
    green = await judge(anybody, file.content)
    assert "没有被改动" in green
    assert 'role="alert"' not in green
    last = bundle["entries"][-1]
    last["body"] = last["body"].replace("application", "apparition")
    red = await judge(anybody, json.dumps(bundle))
    assert "记录被改动过" in red
    assert f"第 {last['position']} 条记录" in red
    assert 'role="alert"' in red
    other = await sign_in("person-c")
    for address in ("proof", "evidence"):
        assert (await other.get(f"/applications/{number}/{address}")).status_code == 404


async def test_a_ledger_that_no_longer_holds_what_it_signed_is_red(sign_in, stranger, held):
    """The signature is genuine, made with the log's own key, over a tree that is not this one."""
    person = await sign_in("person-b")
    number = await senior_card(person)
    signer = log_signer(held)
    bundle = json.loads((await person.get(f"/applications/{number}/evidence")).content)
    entry = bundle["entries"][-1]
    data = b"%s\x00%s" % (
        number.encode(),
        entry["position"].to_bytes(8, "big") + bytes.fromhex(entry["hash"]),
    )
    note = signer.sign(Statement(signer.name, 1, witness.tree_hash([data])).text())
    bundle["checkpoint"] = note
    bundle["inclusion"] = {"position": entry["position"], "leaf": 0, "size": 1, "path": []}
    assert ledger_bundle.verify_bundle(json.dumps(bundle).encode(), key=signer.verifier).whole
    assert "总账和这份存证对不上" in await judge(stranger(), json.dumps(bundle))


@pytest.mark.parametrize("content", [b"", b"\x89PNG", b"{}", b"[" * 5000])
async def test_what_is_no_evidence_is_red(stranger, content):
    assert "不是可以校验的存证文件" in await judge(stranger(), content)


async def test_no_file_chosen_is_said_at_the_field(stranger):
    answer = await stranger().post("/verify/ledger", files={"file": ("", b"", "application/octet-stream")})
    assert answer.status_code == 422
    assert "请上传存证文件" in checked(answer).text
