"""What a condition or a prefilled question may look at: earlier questions, and facts that the item can have."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from services.catalogue.editing.places import Definition, Steps, entries
from services.catalogue.form import Pair
from services.catalogue.lint.known import ACCOUNT

YES, NO = Pair("是", "yes"), Pair("否", "no")
COUNTS = ("_months", "_years", "_count", "_number", "capital", "area", "seats")
ACCOUNT_NAMES = {
    "profile:name": Pair("办事人姓名", "name of the person acting"),
    "profile:id_number": Pair("办事人身份证号", "ID number of the person acting"),
    "profile:phone": Pair("办事人手机号码", "mobile number of the person acting"),
    "profile:email": Pair("办事人电子邮箱", "e-mail address of the person acting"),
    "applicant:name": Pair("申请人名称", "name of the applicant"),
    "applicant:code": Pair("申请人证件号码", "number of the applicant"),
}
Names = Mapping[str, Pair]
Fields = Mapping[str, Collection[str]]


@dataclass(frozen=True, slots=True)
class Term:
    """A question or fact as a condition sees it. `type` is a question's type, or text, date, number for a fact."""

    key: str
    label: Pair
    type: str
    options: tuple[tuple[str, Pair], ...] = ()

    @property
    def is_fact(self) -> bool:
        return ":" in self.key


def questions(definition: Definition, before: Steps | None = None) -> list[Term]:
    """The questions of the form in their order; with `before` (the steps of a page or question) only earlier ones."""
    place = None if before is None else tuple(step for step in before if isinstance(step, int))
    return [
        _term(question)
        for where, question in _questions(definition)
        if place is None or where[: len(place)] < place
    ]


def _questions(definition: Definition) -> Iterator[tuple[tuple[int, int, int], Mapping[str, Any]]]:
    for s, section in enumerate(entries(definition, ("form", "sections"))):
        for p, page in enumerate(entries(section, ("pages",)) if isinstance(section, Mapping) else []):
            for q, question in enumerate(entries(page, ("questions",)) if isinstance(page, Mapping) else []):
                if isinstance(question, Mapping):
                    yield (s, p, q), question


def situations(definition: Definition, before: Steps | None = None) -> list[Term]:
    """The questions before the form (情形引导); with `before` (the steps of one of them) only earlier ones."""
    found = entries(definition, ("situations", "questions"))
    last = before[2] if before is not None and isinstance(before[2], int) else len(found)
    asked = [_term(one) for one in found[:last] if isinstance(one, Mapping)]
    return [Term(one.key, one.label, "choice", one.options) for one in asked]


def _term(question: Mapping[str, Any]) -> Term:
    options = tuple(
        (str(one.get("value", "")), words(one.get("label")))
        for one in entries(question, ("options",))
        if isinstance(one, Mapping)
    )
    key = str(question.get("key", ""))
    return Term(key, words(question.get("label"), key), str(question.get("type", "text")), options)


def words(pair: Any, otherwise: str = "") -> Pair:
    """A pair as far as it is written."""
    pair = pair if isinstance(pair, Mapping) else {}
    chinese = str(pair.get("zh") or otherwise)
    return Pair(chinese, str(pair.get("en") or chinese))


def facts(definition: Definition, names: Names, licences: Fields) -> list[Term]:
    """Every fact the item can have: of the account, and of what its materials fetch.

    `names` says what a fact is called, `licences` which fields each licence type has.
    """
    found = [Term(key, name, "text") for key, name in ACCOUNT_NAMES.items() if _offered(key)]
    for material in entries(definition, ("materials",)):
        if isinstance(material, Mapping):
            found += [
                Term(key, names.get(key, Pair(key, key)), guessed(key)) for key in _given(material, licences)
            ]
    return list({term.key: term for term in found}.values())


def _offered(key: str) -> bool:
    kind, _, name = key.partition(":")
    return name in ACCOUNT[kind]


def _given(material: Mapping[str, Any], licences: Fields) -> Iterator[str]:
    resource, licence = material.get("resource"), material.get("licence_type")
    if resource:
        yield from (f"hub:{resource}.{field}" for field in material.get("fields") or ())
    if licence:
        yield from (f"licence:{licence}.{field}" for field in licences.get(licence, ()))


def guessed(key: str) -> str:
    """How a fact is most likely compared, by its name; the official may choose otherwise."""
    if key.endswith(("_on", "_date", "_until")):
        return "date"
    return "number" if key.endswith(COUNTS) else "text"
