"""What differs between two versions of an item, in sentences for somebody whose draft is half filled in."""

import re
from collections.abc import Callable, Sequence

from portal.language import gettext as _
from portal.language import pick
from services.catalogue.comparing import Difference, differences
from services.catalogue.definition import ItemDefinition

MATERIAL = re.compile(r"materials\[(?P<key>[^\]]+)\](?P<rest>.*)")
QUESTION = re.compile(r"form\.sections\[[^\]]*\]\.pages\[[^\]]*\]\.questions\[(?P<key>[^\]]+)\](?P<rest>.*)")
PAGES = re.compile(r"form\.")

Telling = Callable[[ItemDefinition, ItemDefinition, Difference], str | None]


def told(before: ItemDefinition, after: ItemDefinition) -> list[str]:
    """Every difference that matters to an applicant, each said once; what is left in one last sentence."""
    sentences: dict[str, None] = {}
    rest = False
    for one in differences(before, after):
        sentence = next((said for tell in TELLING if (said := tell(before, after, one))), None)
        rest = rest or sentence is None
        if sentence:
            sentences[sentence] = None
    sentences |= dict.fromkeys(_questions(before, after))
    if rest or not sentences:
        sentences[_("指南中的其他说明有修改。")] = None
    return list(sentences)


def _questions(before: ItemDefinition, after: ItemDefinition) -> Sequence[str]:
    """Questions that came, went or changed, wherever they stand now."""
    old = {one.key: one for one in before.form.questions()}
    new = {one.key: one for one in after.form.questions()}
    came = [_("新增问题：%(name)s") % {"name": pick(one.label)} for key, one in new.items() if key not in old]
    gone = [_("不再询问：%(name)s") % {"name": pick(one.label)} for key, one in old.items() if key not in new]
    changed = [
        _("问题有变化：%(name)s") % {"name": pick(one.label)}
        for key, one in new.items()
        if key in old and one != old[key]
    ]
    return came + gone + changed


def _material(before: ItemDefinition, after: ItemDefinition, one: Difference) -> str | None:
    match = MATERIAL.fullmatch(one.path)
    material = after.material(match["key"]) or before.material(match["key"]) if match else None
    if match is None or material is None:
        return None
    sentence = _("材料的要求有变化：%(name)s")
    if not match["rest"]:
        sentence = _("新增材料：%(name)s") if one.before is None else _("不再需要材料：%(name)s")
    return sentence % {"name": pick(material.name)}


def _form(before: ItemDefinition, after: ItemDefinition, one: Difference) -> str | None:
    """Told question by question by `_questions`; order and headings in one sentence."""
    if not PAGES.match(one.path):
        return None
    return None if before.form == after.form else _("申请表有调整。")


def _limit(before: ItemDefinition, after: ItemDefinition, one: Difference) -> str | None:
    if one.path != "promised_limit.days":
        return None
    days = {"before": before.promised_limit.days, "after": after.promised_limit.days}
    return _("承诺时限由 %(before)s 个工作日变为 %(after)s 个工作日。") % days


def _part(name: str, sentence: str) -> Telling:
    def tell(_before: ItemDefinition, _after: ItemDefinition, one: Difference) -> str | None:
        return _(sentence) if re.match(rf"{name}\b", one.path) else None

    return tell


def _mark(text: str) -> str:
    """Marks a sentence; it is translated when it is told."""
    return text


TELLING: Sequence[Telling] = (
    _material,
    _form,
    _limit,
    _part("conditions", _mark("办理条件有变化。")),
    _part("fee", _mark("收费有变化。")),
    _part("result", _mark("办理结果有变化。")),
    _part("(places|contact|visits|online)", _mark("办理地点或者联系方式有变化。")),
    _part("steps", _mark("办理流程有变化。")),
)
