"""Every shipped item and bundle, applied for from the start to the receipt: by its pages, and by a program.

The answers come from each form's own definition (`services.catalogue.samples`), so a new item is tried as it is.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest

from services.catalogue import answers, bundles, commands, rows, samples
from services.catalogue.bundles import pooling
from services.catalogue.codes import Audience, Format, QuestionType, Source
from services.catalogue.definition import ItemDefinition, Material
from services.catalogue.form import Form, Page, Question
from services.workflow.rules import local_day
from tests.journeys.cases import NUMBER, begin, commit, hand_in, photo, upload
from tests.journeys.conftest import checked
from tests.journeys.machine import FIRM, Machine, machine
from tests.support.city import Browser
from tests.unit.applications.test_documents_in import pdf

pytestmark = pytest.mark.anyio

ITEMS = {item.code: item for item in commands.shipped()}
BUNDLES = {bundle.code: bundle for bundle in bundles.shipped()}
POOLS = {code: pooling.pool(bundle, ITEMS) for code, bundle in BUNDLES.items()}
MATERIAL = re.compile(r'href="/applications/[0-9A-Z]+/materials/([a-z0-9_-]+)"')
SUMMARY = re.compile(r"govuk-error-summary__list.*?</ul>", re.DOTALL)


def today() -> date:
    """The day it is in the city at this moment: a run may begin on one day and end on the next."""
    return local_day(datetime.now(UTC))


def optional_parts(code: str) -> list[str]:
    return [part.item for part in BUNDLES[code].parts if part.optional]


def typed(questions: Iterable[Question]) -> samples.Typed:
    """What somebody types for these questions; groups have pages of their own."""
    found: samples.Typed = {}
    for question in questions:
        if question.type is not QuestionType.GROUP:
            found |= samples.answer(question, today=today())
    return found


async def fill_page(browser: Browser, number: str, page: Page) -> None:
    """One page of the form, its rows first; nothing when it is not asked."""
    address = f"/applications/{number}/pages/{page.key}"
    if checked(await browser.get(address)).status_code == 404:
        return
    for group in (one for one in page.questions if one.type is QuestionType.GROUP):
        for row in range(1, rows.least(group) + 1):
            place = f"{address}/{group.key}/{row}"
            if (await browser.get(place)).status_code == 200:
                await post_whole(browser, place, typed(rows.placed(group, row)))
    await post_whole(browser, address, typed(page.questions))


async def post_whole(browser: Browser, address: str, said: Mapping[str, Any]) -> None:
    """Post a page, once more for every question that an answer opened on it."""
    for _ in range(4):
        answer = await browser.post(address, {**said, "next": "yes"})
        assert answer.status_code == 303, (address, answer.text)
        if not re.match(rf"{re.escape(address)}[?#](more|$)", answer.headers["location"]):
            return
    raise AssertionError(address)


def file_for(material: Material) -> tuple[str, bytes]:
    if Format.PDF in material.formats:
        return f"{material.code}.pdf", pdf()
    return f"{material.code}.jpg", photo()


async def supply(browser: Browser, number: str, materials: Iterable[Material]) -> None:
    """Hand in or sign whatever the check page still asks for."""
    page = checked(await browser.get(f"/applications/{number}/check"))
    summary = SUMMARY.search(page.text)
    wanted = set(MATERIAL.findall(summary[0])) if summary else set()
    for material in (one for one in materials if one.code in wanted):
        if material.source is Source.COMMITMENT:
            await commit(browser, number, material.code)
        else:
            name, content = file_for(material)
            answer = await upload(browser, number, material.code, name, content)
            assert answer.status_code == 303, (material.code, answer.text)


async def apply_by_pages(browser: Browser, number: str, form: Form, materials: Iterable[Material]) -> None:
    for page in form.pages():
        await fill_page(browser, number, page)
    await supply(browser, number, materials)
    assert "申请已经提交" in (await hand_in(browser, number)).text


def said_by_program(form: Form, missing: Iterable[str] | None = None) -> dict[str, Any]:
    """The same answers as natural JSON; of `missing` only, when the draft still asks for them."""
    told: samples.Typed = typed(form.questions())
    for group in (one for one in form.questions() if one.type is QuestionType.GROUP):
        for row in range(1, rows.least(group) + 1):
            told |= typed(rows.placed(group, row))
    values = answers.check(form, told, today=today(), complete=False).values
    plain = dict(answers.plain(values))
    return plain if missing is None else {key: plain[key] for key in missing if key in plain}


async def apply_by_program(
    owner: Machine, address: str, draft: dict[str, Any], form: Form, materials: Mapping[str, Material]
) -> dict[str, Any]:
    answer = await owner.call("PATCH", address, json={"answers": said_by_program(form)})
    assert answer.status_code == 200, answer.text
    missing = answer.json()["missing"]
    assert [one for one in missing if one["kind"] == "question"] == []
    for one in missing:
        place = f"{address}/materials/{one['key']}"
        material = materials[one["key"]]
        if material.source is Source.COMMITMENT:
            met = await owner.call("PUT", place, json={"commitment": True})
        else:
            met = await owner.call("PUT", place, files=[("file", file_for(material))])
        assert met.status_code == 200, met.text
    key = str(uuid4())
    done = await owner.post(f"{address}/submission", {}, key=key)
    assert done.status_code == 201, done.text
    again = await owner.post(f"{address}/submission", {}, key=key)
    assert again.json()["number"] == done.json()["number"] == draft["number"]
    return dict(done.json())


def by_a_person(item: ItemDefinition) -> bool:
    return Audience.PERSON in item.audiences


@pytest.mark.parametrize("code", ITEMS)
async def test_every_item_is_applied_for_by_its_pages(sign_in, code):
    item = ITEMS[code]
    firm = None if by_a_person(item) else "firm-restaurant"
    browser = await sign_in("person-a", firm=firm)
    number = await begin(browser, code)
    await apply_by_pages(browser, number, item.form, item.materials)


@pytest.mark.parametrize("code", BUNDLES)
async def test_every_bundle_is_applied_for_by_its_pages(sign_in, code):
    browser = await sign_in("person-a")
    checked(await browser.get(f"/bundles/{code}/apply"))
    answer = await browser.post(f"/bundles/{code}/apply", {"parts": optional_parts(code)})
    assert answer.status_code == 303, answer.text
    number = NUMBER.search(answer.headers["location"])[1]
    pool = POOLS[code]
    await apply_by_pages(browser, number, pool.form, [one.material for one in pool.materials])
    page = checked(await browser.get(f"/applications/{number}"))
    for item in pool.items:
        assert ITEMS[item].short_name.zh in page.text


@pytest.mark.parametrize("code", ITEMS)
async def test_every_item_is_applied_for_by_a_program(stranger, code):
    item = ITEMS[code]
    owner = await machine(stranger, "person-a")
    wanted = {"item_code": code} | ({} if by_a_person(item) else {"on_behalf_of": FIRM})
    answer = await owner.post("/applications", wanted)
    assert answer.status_code == 201, answer.text
    draft = answer.json()
    materials = {one.code: one for one in item.materials}
    address = f"/applications/{draft['number']}"
    done = await apply_by_program(owner, address, draft, item.form, materials)
    assert done["state"] == "submitted"


@pytest.mark.parametrize("code", BUNDLES)
async def test_every_bundle_is_applied_for_by_a_program(stranger, code):
    owner = await machine(stranger, "person-a")
    answer = await owner.post(f"/bundles/{code}/applications", {"parts": optional_parts(code)})
    assert answer.status_code == 201, answer.text
    draft, pool = answer.json(), POOLS[code]
    assert draft["items"] == list(pool.items)
    materials = {one.material.code: one.material for one in pool.materials}
    address = f"/bundle-applications/{draft['number']}"
    done = await apply_by_program(owner, address, draft, pool.form, materials)
    after = {part.item for part in BUNDLES[code].parts if part.after}
    for branch in done["branches"]:
        held = branch["item_code"] in after
        assert (branch["standing"], branch["state"]) == (
            ("held", "draft") if held else ("handed-in", "submitted")
        )
