"""What a case needs from the registers, and what their answers mean for it. Pure: definitions and values in, values out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from services.catalogue import answers
from services.catalogue.codes import Source, Subject
from services.catalogue.conditions import keys
from services.catalogue.definition import ItemDefinition, Material

HUB = "hub:"


@dataclass(frozen=True, slots=True)
class Need:
    """One question to one register: which fields, about whom."""

    resource: str
    fields: tuple[str, ...]
    subject: Subject


def needs(definition: ItemDefinition) -> list[Need]:
    """Every register the item draws on, each asked once with all fields that any part of the item uses."""
    fields: dict[str, set[str]] = {}
    subjects: dict[str, Subject] = {}
    for material in definition.materials:
        if material.resource:
            fields.setdefault(material.resource, set()).update(material.fields)
            subjects.setdefault(material.resource, material.subject)
    for name in _sources(definition):
        resource, _, field = name.removeprefix(HUB).partition(".")
        fields.setdefault(resource, set()).add(field)
    return [
        Need(resource, tuple(sorted(wanted)), subjects.get(resource, _default_subject(resource)))
        for resource, wanted in sorted(fields.items())
    ]


def _default_subject(resource: str) -> Subject:
    """Registers of persons are asked about the person, whoever the applicant is."""
    return Subject.APPLICANT if resource == "business-register" else Subject.PERSON


def _sources(definition: ItemDefinition) -> Iterable[str]:
    for question in definition.form.questions():
        if question.source and question.source.startswith(HUB):
            yield question.source
    for condition in definition.conditions:
        if condition.check:
            yield from (key for key in keys(condition.check) if key.startswith(HUB))
    for value in definition.result.fields.values():
        if value.startswith(HUB):
            yield value


def named(resource: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Facts under the names that conditions, forms and results use: `hub:<resource>.<field>`."""
    return {f"{HUB}{resource}.{field}": value for field, value in values.items()}


def prefill(
    definition: ItemDefinition, facts: Mapping[str, Any]
) -> dict[str, tuple[dict[str, str | list[str]], str]]:
    """`{question key: (what one would have typed, fact's name)}` for every question a fact can answer."""
    sources = {question.key: question.source for question in definition.form.questions() if question.source}
    for material in definition.materials:
        for field, key in material.fills.items():
            sources.setdefault(key, f"{HUB}{material.resource}.{field}")
    found = {}
    for question in definition.form.questions():
        name = sources.get(question.key, "")
        value = facts.get(name)
        if value not in (None, ""):
            found[question.key] = (answers.typed_of(question, value), name)
    return found


def met_by(material: Material, resource: str, values: Mapping[str, Any]) -> bool:
    """Whether the register's answer replaces this material: it is from that register and every field is there."""
    return (
        material.source in {Source.HUB, Source.LICENCE}
        and material.resource == resource
        and all(values.get(field) not in (None, "") for field in material.fields)
    )
