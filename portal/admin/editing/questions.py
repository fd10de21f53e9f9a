"""What is asked about one question of the form, and its options."""

from collections.abc import Mapping
from typing import Any

from portal.admin.editing.entries import Entry, facts
from portal.admin.editing.fields import Field, Options
from portal.admin.editing.groups import Fields
from portal.admin.editing.supplies import Supplies
from portal.forms import Typed
from portal.language import gettext, pick
from services.catalogue.codes import QuestionType
from services.catalogue.editing import starting, terms
from services.catalogue.editing.places import Definition, entries
from services.catalogue.editing.values import Kind
from services.catalogue.lint.forms import CHOOSING, RULES_OF
from services.catalogue.readers import PATTERNS


def _(text: str) -> str:
    """Marks a text for the word lists below; it is translated when it is shown."""
    return text


TYPES: Mapping[str, str] = {
    "text": _("一行文字"),
    "long_text": _("多行文字"),
    "name": _("姓名"),
    "choice": _("单选"),
    "choices": _("多选"),
    "yes_no": _("是或者否"),
    "date": _("日期"),
    "number": _("数字"),
    "money": _("金额（元）"),
    "id_number": _("身份证号"),
    "credit_code": _("统一社会信用代码"),
    "phone": _("手机号码"),
    "email": _("电子邮箱"),
    "address": _("地址"),
    "bank_card": _("银行卡号"),
    "licence_number": _("证照标识"),
    "file": _("上传文件"),
    "group": _("一组问题，可以填多行"),
}
PATTERN_WORDS: Mapping[str, str] = {
    "chinese": _("只能是汉字"),
    "digits": _("只能是数字"),
    "latin": _("只能是拉丁字母"),
    "letters-digits": _("只能是字母和数字"),
    "postcode": _("邮政编码"),
}
RULES: Mapping[str, tuple[Kind, str, str]] = {
    "min_length": (Kind.WHOLE, _("至少几个字"), ""),
    "max_length": (Kind.WHOLE, _("最多几个字"), ""),
    "pattern": (Kind.CHOICE, _("只能填什么"), ""),
    "minimum": (Kind.NUMBER, _("最少、最小"), _("数字和金额是最小值；多选、文件和成组的是最少几个。")),
    "maximum": (Kind.NUMBER, _("最多、最大"), _("数字和金额是最大值；多选、文件和成组的是最多几个。")),
    "decimals": (Kind.WHOLE, _("可以有几位小数"), ""),
    "earliest": (Kind.BOUND, _("最早哪一天"), ""),
    "latest": (Kind.BOUND, _("最晚哪一天"), ""),
}
BOUND_HINT = _("写日期，例如 2026-01-31；或者写离今天多远，例如今天、60年前、30天后。")
MORE = 3
"""Empty rows offered after the options there are."""


def types(inside: bool) -> Options:
    """The types a question may have; rows of a group hold no rows."""
    return tuple(
        (one.value, gettext(TYPES.get(one.value, one.value)))
        for one in QuestionType
        if not (inside and one.value == "group")
    )


def question(definition: Definition, entry: Entry, supplies: Supplies, *, inside: bool = False) -> Fields:
    """`inside`: the question stands in the rows of another."""
    kind = str(entry.get("type", ""))
    return (
        Field(("label",), Kind.WORDS, gettext("问什么"), gettext("申请人看到的问题。")),
        Field(("type",), Kind.CHOICE, gettext("怎么回答"), options=types(inside)),
        Field(("required",), Kind.YES_NO, gettext("必须回答"), optional=True),
        Field(("hint",), Kind.LONG_WORDS, gettext("填写提示"), optional=True),
        *_of_type(definition, kind),
        *_rules(kind),
        *_source(definition, entry, supplies, kind),
        *_private(kind),
    )


def _of_type(definition: Definition, kind: str) -> Fields:
    if kind == "group":
        label, hint = gettext("一行叫什么"), gettext("例如股东、从业人员。")
        return (Field(("row",), Kind.WORDS, label, hint),)
    if kind != "file":
        return ()
    materials = tuple(
        (str(one.get("code")), pick(terms.words(one.get("name"), str(one.get("code")))))
        for one in entries(definition, ("materials",))
        if isinstance(one, Mapping)
    )
    return (Field(("material",), Kind.CHOICE, gettext("上传的是哪份材料"), options=materials),)


def _rules(kind: str) -> Fields:
    found = []
    for name, (way, label, hint) in RULES.items():
        if kind not in {str(one) for one in RULES_OF.get(name, ())}:
            continue
        options = (
            tuple((one, gettext(PATTERN_WORDS.get(one, one))) for one in PATTERNS)
            if way is Kind.CHOICE
            else ()
        )
        said = gettext(BOUND_HINT) if way is Kind.BOUND else (gettext(hint) if hint else "")
        found.append(Field(("rules", name), way, gettext(label), said, options, optional=True))
    return tuple(found)


def _source(definition: Definition, entry: Entry, supplies: Supplies, kind: str) -> Fields:
    """Where the answer may be had; what stands there already is offered too, even when nothing gives it any more."""
    if kind in {"", "group", "file"}:
        return ()
    options = [(one.key, pick(one.label)) for one in facts(definition, supplies)]
    now = entry.get("source")
    if isinstance(now, str) and now not in dict(options):
        options.append((now, gettext("%(name)s（现在没有材料提供它）") % {"name": now}))
    hint = gettext("选了就自动填好，申请人可以改。要用别的部门的信息，先在“材料”里加一份免交的材料。")
    return (Field(("source",), Kind.CHOICE, gettext("自动填写"), hint, tuple(options), optional=True),)


def _private(kind: str) -> Fields:
    if not kind or starting.sensitive(kind):
        return ()
    hint = gettext("在别人看得到的地方隐藏一部分。身份证号、手机、银行卡号总是隐藏。")
    return (Field(("sensitive",), Kind.YES_NO, gettext("个人敏感信息"), hint, optional=True),)


def settled(entry: dict[str, Any]) -> dict[str, Any]:
    """The question without what its type cannot have, and masked where the law wants it."""
    kind = str(entry.get("type", ""))
    found = dict(entry)
    rules = entry.get("rules")
    if isinstance(rules, Mapping):
        found["rules"] = {
            name: one for name, one in rules.items() if kind in {str(each) for each in RULES_OF.get(name, ())}
        }
    for name, fits in (("options", kind in CHOOSING), ("material", kind == "file"), ("row", kind == "group")):
        if not fits:
            found.pop(name, None)
    if kind != "group":
        found.pop("questions", None)
    if starting.sensitive(kind):
        found["sensitive"] = True
    return found


# ── Options ────────────────────────────────────────────────────────────────────────────────────


def has_options(entry: Entry) -> bool:
    return entry.get("type") in CHOOSING


def options_typed(entry: Entry) -> Typed:
    """The rows of the options there are."""
    typed: Typed = {}
    for index, one in enumerate(entries(entry, ("options",))):
        if isinstance(one, Mapping):
            label, hint = terms.words(one.get("label")), terms.words(one.get("hint"))
            typed |= {
                f"option-{index}-value": str(one.get("value", "")),
                f"option-{index}": label.zh,
                f"option-{index}-en": label.en,
                f"option-{index}-hint": hint.zh,
                f"option-{index}-hint-en": hint.en,
            }
    return typed


def rows(typed: Typed) -> int:
    """How many rows of options the page shows: those typed, and some empty ones."""
    used = [int(name.split("-")[1]) for name, text in typed.items() if name.startswith("option-") and text]
    return max(used, default=-1) + 1 + MORE


def options_read(typed: Typed) -> list[dict[str, Any]]:
    """The options typed, in the order of their rows; a row without words is none."""
    found: list[dict[str, Any]] = []
    for index in range(rows(typed)):
        words = {
            part: str(typed.get(f"option-{index}{part}", "")).strip()
            for part in ("", "-en", "-hint", "-hint-en")
        }
        if not (words[""] or words["-en"]):
            continue
        value = str(typed.get(f"option-{index}-value", "")).strip()
        taken = [str(one["value"]) for one in found]
        option: dict[str, Any] = {
            "value": value or starting.named(words["-en"], taken, joint="-", otherwise="option"),
            "label": {"zh": words[""], "en": words["-en"]},
        }
        if words["-hint"] or words["-hint-en"]:
            option["hint"] = {"zh": words["-hint"], "en": words["-hint-en"]}
        found.append(option)
    return found
