"""The task list of a case: every page and every material with its state, and what still stands in the way."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from portal import words
from portal.citizen import telling
from portal.citizen.case import Case, MaterialSeen
from portal.language import current, pick
from portal.language import gettext as _
from portal.templating import day
from services.applications.errors import Missing
from services.catalogue import rows, showing
from services.catalogue.codes import Necessity, QuestionType, Source
from services.catalogue.definition import Material, Page, Question
from services.catalogue.mistakes import Mistake
from services.catalogue.readers import Rows

CHOSEN = frozenset({QuestionType.CHOICE, QuestionType.CHOICES, QuestionType.YES_NO})

BOUNDS = frozenset({"earliest", "latest"})


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing in the way of handing in, and where to put it right."""

    text: str
    href: str


def sections(case: Case) -> list[dict[str, Any]]:
    """The form's sections, each with its pages as a task list shows them."""
    asked = {page.key for page in case.pages()}
    shown = []
    for section in case.definition.form.sections:
        items = [page_task(case, page) for page in section.pages if page.key in asked]
        if items:
            shown.append({"title": pick(section.title), "items": items})
    return shown


def page_task(case: Case, page: Page) -> dict[str, Any]:
    """One page in the task list."""
    task: dict[str, Any] = {"title": pick(page.title)}
    if any(case.may_change("question", question.key) for question in case.questions(page)):
        task["href"] = page_address(case, page.key)
    notes = [note for one in page.questions for note in _notes(case, one)]
    if notes:
        return task | {"hint": " ".join(notes), "status": _("请改正"), "colour": "yellow"}
    status, colour = _page_status(case, page)
    return task | {"status": status, "colour": colour}


def _notes(case: Case, question: Question) -> list[str]:
    """What the correction notice says of a question, and of single rows of a group."""
    whole = case.defects.get(f"question:{question.key}")
    return ([whole] if whole else []) + list(case.row_defects(question.key).values())


def _page_status(case: Case, page: Page) -> tuple[str, str | None]:
    mistakes = case.checked(page=page.key).mistakes
    if any(mistake.code != "missing" for mistake in mistakes):
        return _("有误，请检查"), "red"
    questions = case.questions(page)
    if mistakes:
        begun = any(_answered(case, question) for question in questions)
        return (_("没有填完"), "blue") if begun else (_("未填写"), "blue")
    if questions and all(question.key in case.application.origins for question in questions):
        return _("已自动填写"), "green"
    return _("已完成"), None


def _answered(case: Case, question: Question) -> bool:
    typed = case.application.answers
    return any(
        value for name, value in typed.items() if name == question.key or name.startswith(f"{question.key}-")
    )


def material_tasks(case: Case) -> list[dict[str, Any]]:
    """The materials this case needs, as a task list shows them."""
    return [material_task(case, material) for material in case.wanted()]


def material_task(case: Case, material: Material) -> dict[str, Any]:
    row = case.materials[material.code]
    task: dict[str, Any] = {"title": pick(material.name), "hint": material_hint(case, material, row)}
    if case.may_change("material", material.code):
        task["href"] = material_address(case, material.code)
    note = case.defects.get(f"material:{material.code}")
    if note:
        return task | {"hint": note, "status": _("请改正"), "colour": "yellow"}
    status, colour = material_status(material, row)
    return task | {"status": status, "colour": colour}


def material_status(material: Material, row: MaterialSeen) -> tuple[str, str | None]:
    """免交, 待上传, 待承诺, 请补交 … in words and colour."""
    if row.supply != "needed":
        text, colour = telling.SUPPLIES[row.supply]
        return _(text), colour
    if material.necessity is Necessity.OPTIONAL:
        return _("可以不交"), "grey"
    if material.necessity is Necessity.MAY_FOLLOW:
        return _("可以后补"), "grey"
    if material.source is Source.COMMITMENT:
        return _("待承诺"), "blue"
    return (_("请补交"), "yellow") if material.spared else (_("待上传"), "blue")


def material_hint(case: Case, material: Material, row: MaterialSeen) -> str | None:
    """Where it came from, or why it is asked for after all."""
    if row.supply == "obtained" and row.origin:
        return _("来自%(origin)s，不用您提供") % {"origin": telling.origin(row.origin)}
    if row.supply == "handed-in":
        return _("%(count)s 个文件") % {"count": len(case.files_for(material.code))}
    if row.supply == "needed" and material.spared:
        return _("暂时没有从部门取到，请您上传一份")
    return None


def page_address(case: Case, key: str) -> str:
    return f"/applications/{case.number}/pages/{key}"


def material_address(case: Case, code: str) -> str:
    return f"/applications/{case.number}/materials/{code}"


def problems(case: Case) -> list[Problem]:
    """Everything that stands in the way of handing in, in the order of the form, materials last."""
    pages = {question.key: page.key for page in case.definition.form.pages() for question in page.questions}
    return [
        Problem(told, f"{page_address(case, pages[rows.owner(one.key)])}#{place}")
        for one in case.checked().mistakes
        for place, told in [_place_and_sentence(case, one)]
    ] + [_lacking(case, one) for one in case.lacking]


def _place_and_sentence(case: Case, one: Mistake) -> tuple[str, str]:
    """Where on its page a mistake is told, and how; one in a row names the row."""
    group, row, asked = rows.named(case.definition.form, one.key) or (None, None, None)
    if group is None or row is None or asked is None:
        return one.key, sentence(case.definition.form.question(one.key), one)
    return rows.row_key(group.key, row), sentence(asked, one, label=row_label(group, row, pick(asked.label)))


def row_label(group: Question, row: int, label: str) -> str:
    """What a question in a row is called outside its row."""
    name = pick(group.row or group.label)
    return _("%(row)s %(number)s 的%(label)s") % {"row": name, "number": row, "label": label}


def row_title(group: Question, row: int) -> str:
    """What one row is called: 股东（合伙人） 2."""
    return f"{pick(group.row or group.label)} {row}"


def row_sentences(case: Case, questions: Sequence[Question], page: Page) -> dict[str, str]:
    """The first mistake of every row of these questions, by the row's name."""
    keys = {question.key for question in questions}
    found: dict[str, str] = {}
    for one in case.checked(page=page.key).mistakes:
        if rows.split(one.key) and rows.owner(one.key) in keys:
            place, told = _place_and_sentence(case, one)
            found.setdefault(place, told)
    return found


def rows_told(case: Case, group: Question) -> list[dict[str, Any]]:
    """The rows of a group as its page lists them: what each is called, and its answers in words."""
    value = case.checked(complete=False).values.get(group.key)
    answered = value if isinstance(value, Rows) else Rows()
    numbers = rows.numbers(group.key, case.application.answers)
    return [
        {
            "key": rows.row_key(group.key, number),
            "title": row_title(group, number),
            "open": case.may_change_row(group.key, number),
            "removable": case.may_change_rows(group.key),
            "defect": case.row_defects(group.key).get(number),
            "lines": [
                {
                    "key": pick(one.label),
                    "value": showing.shown(one, row.get(one.key), language=current().language),
                }
                for one in group.questions
                if one.key in row
            ],
        }
        for number, row in zip(numbers, answered, strict=True)
    ]


def _lacking(case: Case, one: Missing) -> Problem:
    material = case.definition.material(one.key)
    name = pick(material.name) if material else one.key
    if one.why == "arriving":
        return Problem(_("%(name)s还在上传，传完再提交") % {"name": name}, material_address(case, one.key))
    signs = material is not None and material.source is Source.COMMITMENT
    text = _("请签署承诺书或者上传%(name)s") if signs else _("请上传%(name)s")
    return Problem(text % {"name": name}, material_address(case, one.key))


def sentence(question: Question | None, mistake: Mistake, *, label: str | None = None) -> str:
    """A mistake as the person reads it."""
    if question is None:
        return words.mistake(mistake)
    code = "not-chosen" if mistake.code == "missing" and question.type in CHOSEN else mistake.code
    data = {
        name: day(date.fromisoformat(str(value))) if name in BOUNDS else value
        for name, value in mistake.data.items()
    }
    return words.mistake(Mistake(mistake.key, code, data), label or pick(question.label))


def sentences(questions: Sequence[Question], mistakes: Sequence[Mistake]) -> Mapping[str, str]:
    """The mistakes of these questions, by key."""
    by_key = {question.key: question for question in questions}
    return {one.key: sentence(by_key[one.key], one) for one in mistakes if one.key in by_key}
