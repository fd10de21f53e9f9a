"""What a paper says, said in English: names from the item's own pairs, days and procedures as English writes them. Pure.

What people wrote (reasons, places, names) stays as it was written.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from licensing import english
from licensing.papers import Correction, DocumentData, DocumentKind, MaterialLine
from services.applications.models import Supply
from services.catalogue import rows
from services.catalogue.codes import ItemType, ResultKind
from services.catalogue.definition import ItemDefinition
from services.catalogue.form import Pair

MANNERS: Mapping[Supply, str] = {
    Supply.OBTAINED: "not needed (data sharing)",
    Supply.HANDED_IN: "uploaded",
    Supply.COMMITTED: "undertaken in writing",
}
MATTERS: Mapping[ItemType, str] = {
    ItemType.LICENSING: "administrative licence",
    ItemType.CONFIRMATION: "administrative confirmation",
    ItemType.PAYMENT: "benefit",
}
PROCEDURES: Mapping[str, str] = {
    "听证": "a hearing",
    "招标": "an invitation to bid",
    "拍卖": "an auction",
    "检验": "an inspection",
    "检测": "a test",
    "检疫": "quarantine",
    "鉴定": "an appraisal",
    "专家评审": "a review by experts",
}
APPLICANT = "Applicant"
DECISIONS: Mapping[DocumentKind, str] = {
    DocumentKind.GRANT: "Decision to grant",
    DocumentKind.REFUSAL: "Decision to refuse",
}
CHINESE_DAY = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日")


def translated(
    data: DocumentData,
    definition: ItemDefinition,
    kind: DocumentKind,
    *,
    facts: Sequence[tuple[str, str]],
    corrections: Sequence[Correction],
    supplies: Mapping[str, Supply],
    limit_days: int | None,
) -> DocumentData:
    """`data` in English. `facts` and `corrections` are English already; `supplies` says by code how materials came."""
    lines = [
        MaterialLine(one.name.en, MANNERS[supplies[one.code]])
        for one in definition.materials
        if supplies.get(one.code) in MANNERS
    ]
    decision = kind is DocumentKind.GRANT and definition.result.kind is ResultKind.DECISION
    return replace(
        data,
        item_name=definition.name.en,
        department=definition.department.name.en,
        matter=MATTERS.get(definition.item_type, definition.short_name.en),
        title=definition.result.name.en if decision else None,
        limit=f"{limit_days} working days" if limit_days else None,
        materials=lines if data.materials else (),
        corrections=corrections,
        basis=[f"{one.law.en}, {one.article.en}" for one in definition.basis]
        if _own_basis(data)
        else data.basis,
        facts=facts,
        reconsideration="the people's government at the same level",
        court="the competent people's court",
        extra=_query_code(data),
        told={key: _said(text) for key, text in data.told.items()},
    )


def target_name(definition: ItemDefinition, target: str) -> str:
    """What `question:…` (a row of a group by its number) or `material:…` is called in English."""
    kind, _, key = target.partition(":")
    row = rows.in_row(key) if kind == "question" else None
    if row and (group := definition.form.question(row[0])):
        return rows.title(group, row[1]).en
    if kind == "question":
        question = definition.form.question(key)
        return question.label.en if question else key
    material = definition.material(key)
    return material.name.en if material else key


def bundle(
    data: DocumentData, name: Pair, department: Pair, parts: Mapping[str, str], lines: Sequence[MaterialLine]
) -> DocumentData:
    """The receipt of a bundle in English: `parts` are the English names of its parts by number, `lines` its materials."""
    return replace(
        data,
        item_name=name.en,
        department=department.en,
        materials=lines,
        facts=[(parts[number], number) for _, number in data.facts],
        extra=_query_code(data),
    )


def _own_basis(data: DocumentData) -> bool:
    """Whether the paper rests on the item's own articles, which have English names."""
    return bool(data.basis) and "article" not in data.told


def _query_code(data: DocumentData) -> str | None:
    if not data.extra:
        return None
    return (
        f"With the number and this code anyone may follow the application: {data.extra.rpartition('：')[2]}"
    )


def _said(text: str) -> str:
    known = PROCEDURES.get(text, text)
    return CHINESE_DAY.sub(lambda found: english.day(date(*map(int, found.groups()))) + " ", known).strip()
