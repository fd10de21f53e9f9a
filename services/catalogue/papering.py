"""An item's form on paper: the same definition that makes the question pages makes the printed application form. Pure."""

from collections.abc import Iterator, Mapping
from datetime import date

from licensing.forms import Block, Grid, Line
from services.catalogue.answers import NO_FACTS, Typed, check
from services.catalogue.codes import QuestionType, Source
from services.catalogue.conditions import ALWAYS, holds
from services.catalogue.definition import ItemDefinition
from services.catalogue.form import Page, Question
from services.catalogue.readers import Rows, Value
from services.catalogue.showing import shown

WHERE_IT_APPLIES = "有这种情形时填写"
SHARED, PROMISED, BROUGHT = "免交，由系统核对", "告知承诺", "提交"
CHOOSING = frozenset({QuestionType.CHOICE, QuestionType.CHOICES})


def blank(item: ItemDefinition) -> list[Block]:
    """Every question of the form, with room for its answer; what depends on a situation says so."""
    return [
        Block(page.title.zh, [_empty(page, question) for question in page.questions])
        for page in item.form.pages()
    ]


def filled(
    item: ItemDefinition,
    typed: Typed,
    *,
    today: date,
    facts: Mapping[str, object] = NO_FACTS,
    masked: bool = False,
) -> list[Block]:
    """The questions asked, answered with what was typed; with `masked`, sensitive answers as strangers may see them."""
    checked = check(item.form, typed, today=today, complete=False, facts=facts)
    asked = set(checked.asked)
    blocks = []
    for page in item.form.pages():
        lines = [
            _told(question, checked.values.get(question.key), masked=masked)
            for question in page.questions
            if question.key in asked
        ]
        if lines:
            blocks.append(Block(page.title.zh, lines))
    return blocks


def materials(
    item: ItemDefinition, values: Mapping[str, object] | None = None, *, today: date
) -> list[tuple[str, str]]:
    """(name, how it comes) of every material; with `values` only those that are needed."""
    return [
        (material.name.zh, _manner(material.source))
        for material in item.materials
        if values is None or holds(material.ask_when, values, today=today)
    ]


def _manner(source: Source) -> str:
    if source in {Source.HUB, Source.LICENCE}:
        return SHARED
    return PROMISED if source is Source.COMMITMENT else BROUGHT


def _empty(page: Page, question: Question) -> Line | Grid:
    sometimes = page.when != ALWAYS or question.when != ALWAYS
    label = question.label.zh if question.required else f"{question.label.zh}（选填）"
    if question.type is QuestionType.GROUP:
        name = f"{label}（{WHERE_IT_APPLIES}）" if sometimes else label
        return Grid(name, [one.label.zh for one in question.questions], [])
    hints = [question.hint.zh if question.hint else "", WHERE_IT_APPLIES if sometimes else ""]
    return Line(label, hint="；".join(hint for hint in hints if hint), offered=list(_offered(question)))


def _offered(question: Question, chosen: Value | None = None) -> Iterator[tuple[str, bool]]:
    if question.type is QuestionType.YES_NO:
        yield from (("是", chosen is True), ("否", chosen is False))
    for option in question.options:
        yield (
            option.label.zh,
            option.value == chosen or (isinstance(chosen, tuple) and option.value in chosen),
        )


def _told(question: Question, value: Value | None, *, masked: bool) -> Line | Grid:
    if isinstance(value, Rows):
        heads = [one.label.zh for one in question.questions]
        cells = [[shown(one, row.get(one.key), masked=masked) for one in question.questions] for row in value]
        return Grid(question.label.zh, heads, cells)
    if question.type in CHOOSING or question.type is QuestionType.YES_NO:
        return Line(question.label.zh, offered=list(_offered(question, value)))
    return Line(question.label.zh, shown(question, value, masked=masked))
