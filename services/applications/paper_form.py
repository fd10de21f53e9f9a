"""The application form (申请表) of a case on paper, as it was declared: the applicant's own, or the officers' with masks."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from licensing.forms import FormData
from services.catalogue import answers, papering
from services.catalogue.definition import ItemDefinition
from services.workflow.rules import local_day


class Declared(Protocol):
    """The part of a case, or of a bundle seen as one, that the form shows."""

    number: str
    item_version: int
    applicant_name: str
    answers: dict[str, Any]
    submitted_at: datetime | None


def form_of(
    case: Declared,
    definition: ItemDefinition,
    facts: Mapping[str, object],
    *,
    at: datetime,
    masked: bool = False,
) -> FormData:
    """What the form says as of its submission, or of now while it is a draft; `masked` hides sensitive answers."""
    when = case.submitted_at or at
    today = local_day(when)
    values = answers.check(definition.form, case.answers, today=today, complete=False, facts=facts).values
    return FormData(
        item_name=definition.name.zh,
        item_code=definition.code,
        version=case.item_version,
        department=definition.department.name.zh,
        at=when,
        blocks=papering.filled(definition, case.answers, today=today, facts=facts, masked=masked),
        materials=papering.materials(definition, {**facts, **values}, today=today),
        number=case.number,
        applicant=case.applicant_name,
        dated=case.submitted_at is not None,
        sample=definition.sample,
    )
