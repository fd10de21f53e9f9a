"""An official writes an item by the pages alone, a lawyer reviews it, it is published, and a citizen applies for it."""

import re
from html import unescape
from typing import Any

import httpx
import pytest

from tests.journeys.cases import begin, fill, hand_in, photo, upload
from tests.journeys.conftest import checked
from tests.support.city import Browser

pytestmark = pytest.mark.anyio

ITEM = "/admin/items/dog-registration"
DRAFT = f"{ITEM}/draft"
REVISION = re.compile(r'name="revision" value="([0-9]+)"')
PLACE = "form/sections/dog/pages/the-dog"


def both(name: str, chinese: str, english: str = "Sample words") -> dict[str, str]:
    return {name: chinese, f"{name}-en": english}


async def save(browser: Browser, address: str, typed: dict[str, Any]) -> httpx.Response:
    """Open a page of the editor, type into it, save, and see the page that follows."""
    page = checked(await browser.get(address))
    assert page.status_code == 200, page.text
    revision = REVISION.search(page.text)
    assert revision is not None, page.text
    answer = await browser.post(address, {"revision": revision[1], **typed})
    assert answer.status_code == 303, answer.text
    return checked(await browser.follow())


async def written(official: Browser) -> None:
    """The whole of a small item, typed into the editor's pages."""
    beginning = {
        "name": "养犬登记",
        "name_en": "Dog registration",
        "code": "dog-registration",
        "item_type": "07",
        "department": "11520100MADEM00381",
    }
    checked(await official.get("/admin/items/new"))
    await official.post("/admin/items/new", beginning)
    overview = checked(await official.follow())
    assert "养犬登记" in overview.text
    assert "正在编辑" in overview.text
    assert "已完成" not in overview.text[overview.text.index("受理以后经过哪几步") :].partition("</li>")[0]
    assert "可以不填" in overview.text
    await elements(official)
    await the_form(official)
    await entries(official)


async def elements(official: Browser) -> None:
    basics = {
        **both("name", "养犬登记", "Dog registration"),
        **both("short_name", "养犬登记", "Dog registration"),
        **both("summary", "给家里的狗上户口。", "Register the dog you keep."),
        "aliases": "狗证\n办狗证",
        "item_type": "07",
        "department-code": "11520100MADEM00381",
        "level": "3",
        "region": "520100",
        "basic_code": "520711009000",
        "audiences": ["person"],
        "themes": ["elderly"],
        "sample": "yes",
    }
    await save(official, f"{DRAFT}/groups/basics", basics)
    limits = {
        "statutory_limit-days": "10",
        **both("statutory_limit-basis", "示例市养犬管理规定（示例）第八条"),
        "promised_limit-days": "3",
        "decided_on_the_spot": "no",
    }
    await save(official, f"{DRAFT}/groups/limits", limits)
    await save(official, f"{DRAFT}/groups/fee", {"fee-charged": "no"})
    contact = {
        "contact-phone": "0851-0000 0301",
        **both("contact-how", "示例科室"),
        "complaint-phone": "12345",
        **both("complaint-how", "政务服务便民热线"),
        "online-depth": "4",
        "visits-count": "0",
    }
    await save(official, f"{DRAFT}/groups/contact", contact)
    result = {"result-kind": "decision", **both("result-name", "养犬登记证明", "Proof of registration")}
    await save(official, f"{DRAFT}/groups/result", result)


async def the_form(official: Browser) -> None:
    """One part, one page, three questions; the third only of those who answer the second with yes."""
    await save(official, f"{DRAFT}/new/form/sections", both("title", "犬只", "Dog"))
    await save(official, f"{DRAFT}/new/form/sections/dog/pages", both("title", "犬只情况", "The dog"))
    new = f"{DRAFT}/new/{PLACE}/questions"
    kind = {**both("label", "体型", "Size"), "type": "choice", "required": "yes"}
    page = await save(official, new, kind)
    assert "至少两个选项" in page.text
    options = {
        **kind,
        "key": "size",
        **both("option-0", "小型", "Small"),
        **both("option-1", "大型", "Big dog"),
    }
    await save(official, f"{DRAFT}/entries/{PLACE}/questions/size", options)
    muzzle = {**both("label", "是否有口套", "Has a muzzle"), "type": "yes_no", "required": "yes"}
    await save(official, new, muzzle)
    name = {**both("label", "犬名", "Name of the dog"), "type": "text", "required": "yes"}
    outline = await save(official, new, name)
    assert outline.text.index("体型") < outline.text.index("是否有口套") < outline.text.index("犬名")
    address = f"{DRAFT}/entries/{PLACE}/questions/name_of_the_dog"
    await save(official, address, name | {"key": "name_of_the_dog", "rules-max_length": "20"})
    moved = checked(await official.get(f"{DRAFT}/form"))
    revision = REVISION.search(moved.text)
    assert revision is not None
    await official.post(
        f"{DRAFT}/order/{PLACE}/questions/name_of_the_dog", {"revision": revision[1], "do": "up"}
    )
    outline = checked(await official.follow())
    assert outline.text.index("犬名") < outline.text.index("是否有口套")
    await condition(official)


async def condition(official: Browser) -> None:
    """The muzzle is asked about only for big dogs, chosen from what is offered."""
    address = f"{DRAFT}/conditions/{PLACE}/questions/has_a_muzzle"
    offered = checked(await official.get(address))
    assert "体型" in offered.text
    chosen = checked(await official.get(f"{address}?key=size"))
    assert "大型" in chosen.text
    revision = REVISION.search(chosen.text)
    assert revision is not None
    typed = {"revision": revision[1], "key": "size", "by": "choice", "do": "add", "comparison": "in"}
    nothing = checked(await official.post(address, typed))
    assert nothing.status_code == 422
    assert "请填写要比较的内容" in nothing.text
    await official.post(address, typed | {"value": ["big-dog"]})
    page = checked(await official.follow())
    assert "“体型”是“大型”" in page.text


async def entries(official: Browser) -> None:
    law = {
        **both("law", "示例市养犬管理规定（示例）"),
        **both("article", "第八条"),
        **both("text", "养犬应当登记。"),
    }
    await save(official, f"{DRAFT}/new/basis", law)
    await save(official, f"{DRAFT}/new/conditions", both("text", "年满十八周岁。", "Of age."))
    place = {
        **both("name", "示例市政务服务中心"),
        **both("address", "示例路 1 号"),
        **both("hours", "工作日"),
    }
    await save(official, f"{DRAFT}/new/places", place)
    photo_of = {
        **both("name", "犬只照片", "Photo of the dog"),
        "source": "upload",
        **both("why", "核对犬只"),
        **both("basis", "示例市养犬管理规定（示例）第九条"),
        "formats": ["jpg", "png"],
    }
    await save(official, f"{DRAFT}/new/materials", photo_of)
    accept = {**both("name", "受理", "Acceptance"), "kind": "accept", "role": "window", "limit": "1"}
    decide = {**both("name", "决定", "Decision"), "kind": "decide", "role": "approver", "limit": "3"}
    await save(official, f"{DRAFT}/new/steps", accept)
    await save(official, f"{DRAFT}/new/steps", decide)
    result = {"result-kind": "decision", **both("result-name", "养犬登记证明", "Proof of registration")}
    page = await save(official, f"{DRAFT}/groups/result", result | {"result-fields": ["size"]})
    assert "已经保存" in page.text
    page = checked(await official.get(f"{DRAFT}/groups/result"))
    assert re.search(r'value="size"[^>]* checked', page.text)
    asked = {**both("question", "一户能养几只？"), **both("answer", "一只。")}
    await save(official, f"{DRAFT}/new/faq", asked)


async def test_an_item_made_by_the_pages_alone_is_reviewed_published_and_applied_for(sign_in):
    official = await sign_in("catalogue")
    await written(official)
    overview = checked(await official.get(DRAFT))
    assert "没有了，可以送合法性审核" in overview.text, overview.text
    guide = checked(await official.get(f"{DRAFT}/preview"))
    assert "群众会看到下面这样" in guide.text
    page = checked(await official.get(ITEM))
    revision = REVISION.search(page.text)
    assert revision is not None
    await official.post(f"{ITEM}/submission", {"revision": revision[1]})
    await official.follow()
    locked = checked(await official.get(f"{DRAFT}/groups/fee"))
    assert "正在合法性审核" in locked.text
    lawyer = await sign_in("catalogue-legal")
    checked(await lawyer.get("/admin/reviews/dog-registration"))
    await lawyer.post(
        "/admin/reviews/dog-registration", {"revision": revision[1], "verdict": "approve", "reason": "合法"}
    )
    assert (await lawyer.follow()).status_code == 200
    checked(await official.get(ITEM))
    await official.post(f"{ITEM}/publication", {})
    await official.follow()

    person = await sign_in("person-b")
    assert "给家里的狗上户口" in checked(await person.get("/items/dog-registration")).text
    number = await begin(person, "dog-registration")
    small = {"size": "small", "name_of_the_dog": "旺财"}
    asked = checked(await person.get(f"/applications/{number}/pages/the-dog"))
    assert "是否有口套" not in asked.text
    await fill(person, number, {"the-dog": small})
    assert (await upload(person, number, "photo-of-the-dog", "狗.jpg", photo())).status_code == 303
    assert "申请已经提交" in (await hand_in(person, number)).text


async def test_every_page_of_the_editor_is_sound_for_a_shipped_item(sign_in):
    official = await sign_in("catalogue")
    await official.get("/admin/items/senior-card/draft")
    await official.post("/admin/items/senior-card/draft")
    base = "/admin/items/senior-card/draft"
    link = re.compile(rf'href="({base}(?:/[^"?#]*)?)["?#]')
    seen: set[str] = set()
    waiting = [base]
    shapes: dict[str, int] = {}
    while waiting:
        address = waiting.pop()
        shape = re.sub(
            r"(?<=/)(?!form|sections|pages|questions|materials|steps)[^/]+$", "*", address.removeprefix(base)
        )
        shapes[shape] = shapes.get(shape, 0) + 1
        if address in seen or shapes[shape] > 1:
            continue
        seen.add(address)
        page = checked(await official.get(address))
        assert page.status_code == 200, (address, page.text)
        waiting += [unescape(one) for one in link.findall(page.text)]
    assert len(seen) > 30
    assert "没有了，可以送合法性审核" in checked(await official.get(base)).text


async def test_the_second_of_two_officials_is_told_and_keeps_what_was_typed(sign_in):
    first, second = await sign_in("catalogue"), await sign_in("catalogue-2")
    base = "/admin/items/senior-card/draft"
    await first.get(base)
    await first.post(base)
    fee = f"{base}/groups/fee"
    revision = REVISION.search(checked(await second.get(fee)).text)
    assert revision is not None
    answer = {**both("answer", "二十元。", "Twenty."), **both("question", "补办多少钱？", "How much?")}
    await save(first, f"{base}/new/faq", answer)
    charged = {
        "fee-charged": "yes",
        **both("fee-standard", "每张十元", "Ten"),
        **both("fee-basis", "示例文件"),
    }
    told = checked(await second.post(fee, {"revision": revision[1], **charged}))
    assert told.status_code == 409
    assert "别人刚刚改过" in told.text
    assert "补办多少钱？" in told.text
    assert "每张十元" in told.text
    assert "补办多少钱" in checked(await first.get(f"{base}/groups/faq")).text
    newest = REVISION.search(told.text)
    assert newest is not None
    assert newest[1] != revision[1]
    kept = await second.post(fee, {"revision": newest[1], **charged})
    assert kept.status_code == 303
    assert "每张十元" in checked(await first.get(fee)).text
    assert "补办多少钱" in checked(await first.get(f"{base}/groups/faq")).text


async def test_what_somebody_removed_meanwhile_is_told_and_what_was_typed_is_shown(sign_in):
    first, second = await sign_in("catalogue"), await sign_in("catalogue-2")
    base = "/admin/items/senior-card/draft"
    await first.get(base)
    await first.post(base)
    question = "form/sections/contact/pages/contact/questions/contact_phone"
    page = checked(await second.get(f"{base}/entries/{question}"))
    revision = REVISION.search(page.text)
    assert revision is not None
    await save(first, f"{base}/removal/{question}", {})
    typed = {**both("label", "亲友的电话", "A friend's telephone"), "type": "phone", "key": "contact_phone"}
    told = checked(await second.post(f"{base}/entries/{question}", {"revision": revision[1], **typed}))
    assert told.status_code == 409
    assert "亲友的电话" in told.text


async def test_only_officials_of_the_catalogue_edit(sign_in):
    for who in ("person-b", "security-admin", "catalogue-legal"):
        visitor = await sign_in(who)
        for address in ("/admin/items/new", "/admin/items/senior-card/draft"):
            assert (await visitor.get(address)).status_code == 403


async def test_a_page_is_tried_without_anything_being_kept(sign_in):
    official = await sign_in("catalogue")
    base = "/admin/items/senior-card/draft"
    await official.get(base)
    await official.post(base)
    address = f"{base}/preview/pages/form/sections/contact/pages/contact"
    page = checked(await official.get(address))
    assert "紧急联系人姓名" in page.text
    assert "仅当：“是否登记紧急联系人”是“是”" in page.text
    wrong = checked(await official.post(address, {"holder_phone": "123", "has_contact": "no"}))
    assert "手机号码是 11 位" in wrong.text
    assert 'value="123"' in wrong.text
    assert 'value="123"' not in checked(await official.get(address)).text


async def test_the_editor_speaks_english(sign_in):
    official = await sign_in("catalogue")
    base = "/admin/items/senior-card/draft"
    await official.get(base)
    await official.post(base)
    assert "Preview the guide" in checked(await official.get(f"{base}?lang=en")).text
    question = "form/sections/contact/pages/contact/questions/contact_name"
    page = checked(await official.get(f"{base}/entries/{question}"))
    assert "“Name someone to call in an emergency” is “yes”" in page.text
