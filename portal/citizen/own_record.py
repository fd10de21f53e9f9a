"""Everything the portal keeps of the person who asks, gathered: for the page, the JSON file and the paper."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from identity import queries as identity
from identity.actor import Actor, Party, PartyKind
from identity.mandates import queries as mandates
from identity.mandates.queries import Standing
from identity.means.rules import Channel
from identity.openid import queries as openid
from identity.openid.queries import ConsentEntry
from identity.privacy import correcting
from identity.privacy.rules import Hindrance, Kept
from identity.queries import Profile
from licensing import queries as licensing
from licensing import types
from services.applications import queries as applications
from services.applications.bundling import queries as bundles
from services.applications.rules import OPEN, State
from services.applications.unasked import queries as unasked
from services.applications.unasked.queries import Benefit
from services.notices import queries as notices
from services.notices.queries import Posted, Told
from services.oversight import records
from services.oversight.records import Look
from storage.database import Session

RUNNING = OPEN | {State.GRANTED, State.REFUSED}
MOST = 1000
"""Cases of one person that are gathered; far more than anybody has."""


@dataclass(frozen=True)
class OwnRecord:
    """What is kept of one person. Cases and licences are the person's own, never those of a firm they act for."""

    profile: Profile
    cases: Sequence[Any]
    bundle_drafts: Sequence[str]
    licences: Sequence[Any]
    looks: Sequence[Look]
    consents: Sequence[ConsentEntry]
    acting: Sequence[Standing]
    given: Sequence[Standing]
    corrections: Sequence[correcting.Entry]
    benefits: Sequence[Benefit]
    messages: Sequence[Told]
    notices: Sequence[Posted]
    silenced: frozenset[Channel]


def oneself(actor: Actor) -> Actor:
    """The actor as the person they are, whomever they act for just now."""
    own = Party(PartyKind.PERSON, actor.person_id, actor.name)
    return replace(actor, acting_for=own, parties=frozenset({actor.person_id}))


async def gather(session: Session, actor: Actor, *, at: datetime) -> OwnRecord:
    """What is kept of the person, as far as the portal's own database knows it."""
    own = oneself(actor)
    cases = await applications.mine(session, own, limit=MOST)
    numbers = [one.number for one in cases]
    return OwnRecord(
        profile=await identity.profile(session, actor.person_id),
        cases=cases,
        bundle_drafts=[one.number for one in await bundles.mine(session, own) if one.submitted_at is None],
        licences=await licensing.listing(session, own),
        looks=await records.looks_at(session, numbers, but=actor.person_id),
        consents=await openid.consents(session, actor.person_id),
        acting=await mandates.acting(session, actor.person_id, at),
        given=[
            one
            for one in await mandates.given(session, actor.person_id, at)
            if one.principal_id == actor.person_id
        ],
        corrections=await correcting.mine(session, actor),
        benefits=[one for one in await unasked.own(session, own) if one.consent or one.offer],
        messages=await notices.own(session, own, limit=MOST),
        notices=await notices.posted(session, actor.person_id, limit=MOST),
        silenced=await notices.silenced(session, actor.person_id),
    )


def drafts(record: OwnRecord) -> list[str]:
    """Numbers of what was begun and never handed in."""
    return [one.number for one in record.cases if one.state is State.DRAFT] + list(record.bundle_drafts)


def running(record: OwnRecord) -> list[str]:
    """Numbers of cases that are not finished."""
    return [one.number for one in record.cases if one.state in RUNNING]


def needed(record: OwnRecord) -> frozenset[Kept]:
    """What must keep the name and the number when the account is closed."""
    archived = any(one.state is not State.DRAFT for one in record.cases)
    found = ((Kept.CASES, archived), (Kept.LICENCES, bool(record.licences)))
    return frozenset(kept for kept, there in found if there)


def hindered(record: OwnRecord, known: frozenset[Hindrance]) -> frozenset[Hindrance]:
    """Everything that stands against closing."""
    return known | {Hindrance.RUNNING} if running(record) else known


def as_json(record: OwnRecord, uses: Sequence[Any] | None, *, at: datetime) -> dict[str, Any]:
    """The record as a file for its owner, with whole numbers. `uses` is None when the hub was away."""
    profile = record.profile
    return {
        "format": "yiwang-own-data/1",
        "exported_at": at.isoformat(),
        "person": {
            "name": profile.name,
            "id_number": profile.id_number,
            "phone": profile.phone,
            "email": profile.email,
            "real_name_level": profile.level.value,
        },
        "cases": [_case(one) for one in record.cases],
        "licences": [_licence(one) for one in record.licences],
        "looks": [
            {
                "at": one.at.isoformat(),
                "by": one.by,
                "deed": one.deed,
                "case": one.subject,
                "reason": one.reason,
            }
            for one in record.looks
        ],
        "uses": None if uses is None else [_use(one) for one in uses],
        "consents": [
            {
                "client": one.client_id,
                "name": one.name,
                "scopes": list(one.scopes),
                "given_at": one.given_at.isoformat(),
            }
            for one in record.consents
        ],
        "mandates": [_mandate(one) for one in (*record.acting, *record.given)],
        "corrections": [_correction(one.request, one.department) for one in record.corrections],
        "benefits": [_benefit(one) for one in record.benefits],
        "messages": [_message(one) for one in record.messages],
        "account_notices": [
            {
                "at": one.at.isoformat(),
                "kind": one.kind.value,
                "title": {"zh": one.title.zh, "en": one.title.en},
            }
            for one in record.notices
        ],
        "messages_not_wanted_by": sorted(one.value for one in record.silenced),
    }


def _benefit(one: Benefit) -> dict[str, Any]:
    """What was agreed to be looked for (免申即享), and what came of it."""
    return {
        "item": one.item.code,
        "agreed_at": one.consent.at.isoformat() if one.consent else None,
        "offered_at": one.offer.found_at.isoformat() if one.offer else None,
        "standing": one.offer.standing.value if one.offer else None,
        "known": dict(one.offer.facts) if one.offer else {},
        "case": one.offer.application_number if one.offer else None,
    }


def _message(one: Told) -> dict[str, Any]:
    return {
        "at": one.at.isoformat(),
        "case": one.number,
        "licence": one.licence,
        "node": one.node.value,
        "words": one.words,
    }


def _case(case: Any) -> dict[str, Any]:
    return {
        "number": case.number,
        "item": case.item_code,
        "name": case.item_name,
        "state": case.state.value,
        "department": case.department_code,
        "submitted_at": case.submitted_at.isoformat() if case.submitted_at else None,
        "decided_at": case.decided_at.isoformat() if case.decided_at else None,
        "answers": case.answers,
    }


def _licence(licence: Any) -> dict[str, Any]:
    name = types.get(licence.type_code, licence.type_version).name
    return {
        "identifier": licence.identifier,
        "type": {"zh": name.zh, "en": name.en},
        "number": licence.number,
        "issuer": licence.issuer_name,
        "valid_from": licence.valid_from.isoformat(),
        "valid_until": licence.valid_until.isoformat() if licence.valid_until else None,
        "elements": licence.elements,
    }


def _use(use: Any) -> dict[str, Any]:
    return {
        "at": use.at.isoformat(),
        "consumer": use.consumer,
        "provider": use.provider,
        "register": use.resource,
        "fields": list(use.fields),
        "purpose": use.purpose,
        "case": use.case_number,
        "outcome": use.outcome,
    }


def _mandate(one: Standing) -> dict[str, Any]:
    return {
        "kind": one.kind.value,
        "agent": one.agent,
        "principal": one.principal,
        "items": list(one.items),
        "valid_from": one.valid_from.isoformat(),
        "valid_until": one.valid_until.isoformat() if one.valid_until else None,
    }


def _correction(request: Any, department: str) -> dict[str, Any]:
    return {
        "asked_at": request.asked_at.isoformat(),
        "department": department,
        "about": request.about.value,
        "text": request.text,
        "verdict": request.verdict.value if request.verdict else None,
        "answer": request.answer,
    }
