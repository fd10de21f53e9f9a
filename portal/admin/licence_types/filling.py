"""A licence type as fields of a form, and the fields of a form as a type. Names of fields are places with dashes."""

from collections.abc import Mapping, Sequence
from itertools import zip_longest
from typing import Any

from licensing.errors import Problem
from portal.admin.licence_types import wording
from portal.forms import Typed
from portal.language import gettext, pick

SPARE = 2
"""Empty fields offered for new elements."""
YES = "yes"


def _(text: str) -> str:
    """Marks a text for the word list; it is translated when it is shown."""
    return text


LABELS: Mapping[str, str] = {
    "name-zh": _("证照名称"),
    "name-en": _("英文名称"),
    "basis": _("设定依据"),
    "basis-en": _("设定依据（英文）"),
    "secrecy": _("保密级别"),
    "seal": _("印章名称"),
    "template": _("版式"),
    "holder-kinds": _("持证主体"),
    "holder-code_kind-zh": _("主体代码类型"),
    "holder-code_kind-code": _("主体代码类型代码"),
    "holder-name_field": _("主体名称取自"),
    "holder-code_is_number": _("编号就是主体代码"),
    "validity-years": _("有效期年数"),
    "validity-zh": _("有效期说明"),
    "validity-en": _("有效期说明（英文）"),
    "validity-notice": _("届满前多少天申请延续"),
    "number-label-zh": _("编号名称"),
    "number-label-en": _("编号名称（英文）"),
    "number-maker": _("编号办法"),
    "number-pattern": _("编号规则"),
    "number-choice-field": _("规则里随哪个字段变化"),
    "number-choice-values": _("各选项对应的字符"),
}
ROW_LABELS: Mapping[str, str] = {
    "key": _("字段代码"),
    "element": _("元数据元素"),
    "name-zh": _("名称"),
    "name-en": _("英文名称"),
    "kind": _("内容"),
    "max": _("最多字数"),
    "options": _("选项"),
    "default": _("默认值"),
    "required": _("必填"),
    "shown": _("显示"),
}


def typed_of(definition: Mapping[str, Any]) -> Typed:
    """What the fields of the form hold for a type."""
    holder, number, validity = definition["holder"], definition["number"], definition["validity"]
    choice = number.get("choice") or {}
    typed: Typed = {
        "name-zh": definition["name"]["zh"],
        "name-en": definition["name"]["en"],
        "basis": "\n".join(one["zh"] for one in definition["basis"]),
        "basis-en": "\n".join(one["en"] for one in definition["basis"]),
        "secrecy": definition["secrecy"],
        "seal": definition["seal"],
        "template": definition["template"],
        "holder-kinds": list(holder["kinds"]),
        "holder-code_kind-zh": holder["code_kind"]["zh"],
        "holder-code_kind-code": holder["code_kind"]["code"],
        "holder-name_field": holder.get("name_field") or "",
        "holder-code_is_number": YES if holder["code_is_number"] else "",
        "validity-years": _told(validity["years"]),
        "validity-zh": validity["zh"],
        "validity-en": validity["en"],
        "validity-notice": _told(validity["notice"]),
        "number-label-zh": number["label"]["zh"],
        "number-label-en": number["label"]["en"],
        "number-maker": number["maker"],
        "number-pattern": number["pattern"],
        "number-choice-field": choice.get("field", ""),
        "number-choice-values": _lines(choice.get("values", {})),
    }
    for place, field in enumerate(definition["fields"]):
        typed |= _row_of(f"fields-{place}", field)
    return typed


def _row_of(at: str, field: Mapping[str, Any]) -> Typed:
    return {
        f"{at}-key": field["key"],
        f"{at}-element": field["element"],
        f"{at}-name-zh": field["name"]["zh"],
        f"{at}-name-en": field["name"]["en"],
        f"{at}-kind": field["kind"],
        f"{at}-max": _told(field["max"]),
        f"{at}-options": _lines(field["options"]),
        f"{at}-default": field.get("default") or "",
        f"{at}-required": YES if field["required"] else "",
        f"{at}-shown": YES if field["shown"] else "",
    }


def definition_of(typed: Typed, base: Mapping[str, Any]) -> dict[str, Any]:
    """The type that the fields say; what the form does not ask for stays as in `base`."""
    choice_field = _one(typed, "number-choice-field")
    choice = {"field": choice_field, "values": _pairs(_one(typed, "number-choice-values"))}
    holder = {
        "kinds": _all(typed, "holder-kinds"),
        "code_kind": {part: _one(typed, f"holder-code_kind-{part}") for part in ("zh", "code")},
        "name_field": _one(typed, "holder-name_field") or None,
        "code_is_number": _one(typed, "holder-code_is_number") == YES,
    }
    return {
        **base,
        "name": _named(typed, "name"),
        "basis": _basis(typed),
        "secrecy": _one(typed, "secrecy"),
        "seal": _one(typed, "seal"),
        "template": _one(typed, "template"),
        "holder": {**base["holder"], **holder},
        "validity": {
            **_named(typed, "validity"),
            "years": _whole(_one(typed, "validity-years")),
            "notice": _whole(_one(typed, "validity-notice")),
        },
        "number": {
            "label": _named(typed, "number-label"),
            "maker": _one(typed, "number-maker"),
            "pattern": _one(typed, "number-pattern"),
            "choice": choice if choice_field else None,
        },
        "fields": [_field(typed, f"fields-{place}") for place in kept_rows(typed)],
    }


def kept_rows(typed: Typed) -> list[int]:
    """The places of fields that were filled in and not to be removed."""
    return [
        place
        for place in range(rows(typed))
        if _one(typed, f"fields-{place}-remove") != YES
        and any(_one(typed, f"fields-{place}-{part}") for part in ("key", "element", "name-zh"))
    ]


def rows(typed: Typed) -> int:
    """How many fields the form has, empty ones too."""
    places = [name.split("-")[1] for name in typed if name.startswith("fields-")]
    return 1 + max((int(place) for place in places if place.isdigit() and len(place) < 3), default=-1)


def errors_of(problems: Sequence[Problem], typed: Typed) -> dict[str, str]:
    """The mistakes by the field of the form they belong to, in words."""
    kept, called = kept_rows(typed), labels(typed)
    found: dict[str, str] = {}
    for one in problems:
        parts = one.element.split(".")
        if parts[0] == "fields" and parts[1].isdigit() and int(parts[1]) < len(kept):
            parts[1] = str(kept[int(parts[1])])
        name = "-".join(parts)
        told = {"name": called.get(name, ""), "what": wording.mistake(one.code)}
        found.setdefault(name, gettext("%(name)s：%(what)s") % told)
    return found


def labels(typed: Typed) -> dict[str, str]:
    """What every field of the form is called."""
    told = {name: gettext(text) for name, text in LABELS.items()}
    for place in range(rows(typed) + SPARE):
        row = gettext("字段 %(place)s：%(name)s")
        told |= {
            f"fields-{place}-{part}": row % {"place": place + 1, "name": gettext(text)}
            for part, text in ROW_LABELS.items()
        }
    return told


def apart(mine: Typed, theirs: Typed) -> list[dict[str, str]]:
    """The fields in which two differ: what is it called, what was typed, what stands there now."""
    called = labels(mine) | labels(theirs)
    return [
        {"label": called[name], "mine": _shown(mine.get(name, "")), "theirs": _shown(theirs.get(name, ""))}
        for name in called
        if _shown(mine.get(name, "")) != _shown(theirs.get(name, ""))
    ]


def field_options(definition: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The fields of a type as choices."""
    return [(one["key"], pick(one["name"])) for one in definition["fields"]]


def _shown(value: str | list[str]) -> str:
    text = value if isinstance(value, str) else "、".join(value)
    return "\n".join(line.strip() for line in text.strip().splitlines())


def _field(typed: Typed, at: str) -> dict[str, Any]:
    return {
        "key": _one(typed, f"{at}-key"),
        "element": _one(typed, f"{at}-element"),
        "name": _named(typed, f"{at}-name"),
        "kind": _one(typed, f"{at}-kind"),
        "max": _whole(_one(typed, f"{at}-max")),
        "options": _pairs(_one(typed, f"{at}-options")),
        "default": _one(typed, f"{at}-default") or None,
        "required": _one(typed, f"{at}-required") == YES,
        "shown": _one(typed, f"{at}-shown") == YES,
    }


def _named(typed: Typed, at: str) -> dict[str, str]:
    return {tongue: _one(typed, f"{at}-{tongue}") for tongue in ("zh", "en")}


def _one(typed: Typed, name: str) -> str:
    value = typed.get(name, "")
    return (value if isinstance(value, str) else value[-1]).strip()


def _all(typed: Typed, name: str) -> list[str]:
    value = typed.get(name, [])
    return [value] if isinstance(value, str) else list(value)


def _basis(typed: Typed) -> list[dict[str, str]]:
    """Chinese and English line by line; one that has no counterpart stays alone and is refused."""
    written = [_one(typed, name).splitlines() for name in ("basis", "basis-en")]
    lines = [[line.strip() for line in one if line.strip()] for one in written]
    return [{"zh": zh, "en": en} for zh, en in zip_longest(*lines, fillvalue="")]


def _pairs(text: str) -> dict[str, str]:
    """Lines «key=words» in their order; the words of a line without a key are their own key."""
    found = {}
    for line in text.splitlines():
        if line.strip():
            key, _equals, words = line.replace("＝", "=").partition("=")
            found[key.strip()] = words.strip() or key.strip()
    return found


def _lines(pairs: Mapping[str, str]) -> str:
    return "\n".join(f"{key}={words}" for key, words in pairs.items())


def _whole(text: str) -> int | str | None:
    """A whole number; what is none stays as it was typed, for the examination to refuse."""
    if not text:
        return None
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else text


def _told(number: int | None) -> str:
    return "" if number is None else str(number)
