"""A contract asked for, answered within its limit, refused with reasons, ended, reviewed (domain facts 4.2)."""

from datetime import date, datetime, timedelta
from typing import Annotated, Any
from uuid import uuid4

import msgspec
import sqlalchemy as sa
from msgspec import Meta, Struct
from sqlmodel import col

from services.sharing import commands, queries, rules
from services.sharing.contracts.errors import AskingSettled, AskingUnknown, NotTheirs, ReasonMissing
from services.sharing.contracts.rules import AskingState
from services.sharing.errors import ContractUnsound
from services.sharing.messages import Derivation, Field, Line, Word
from services.sharing.models import Asking, Contract
from services.sharing.rules import Form, Terms
from storage import ledger
from storage.database import Session

REVIEW_AFTER = timedelta(days=365)


class Wanted(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is asked for: which fields of which resource, for which item, on which basis, how much, how long."""

    resource: Word
    item: Annotated[str, Meta(min_length=1, max_length=64)]
    legal_basis: Annotated[str, Meta(min_length=2, max_length=500)]
    fields: Annotated[list[Field], Meta(min_length=1, max_length=50)]
    form: Form = Form.FULL
    derived: dict[Field, Derivation] = {}
    per_minute: Annotated[int, Meta(ge=1, le=100_000)] = 60
    per_day: Annotated[int, Meta(ge=1, le=10_000_000)] = 1000
    days: Annotated[int, Meta(ge=1, le=1826)] = 365
    purpose: Line = ""


async def ask(
    session: Session, wanted: Wanted, *, consumer: str, operator: str, due_on: date, at: datetime
) -> Asking:
    """A department asks for a contract. Raises ResourceUnknown, or ContractUnsound where the directory forbids it."""
    resource = await queries.resource(session, wanted.resource)
    number = f"SQ-{at:%Y}-{uuid4().hex[:8]}"
    if fault := rules.unsound(_terms(number, wanted, consumer, at), resource.offer):
        raise ContractUnsound(number, fault)
    row = Asking(
        number=number,
        consumer=consumer,
        provider=resource.provider,
        resource=resource.code,
        terms=msgspec.to_builtins(wanted),
        asked_by=operator,
        asked_at=at,
        due_on=due_on,
        state=AskingState.WAITING,
    )
    session.add(row)
    await session.flush()
    details = {"resource": resource.code, "item": wanted.item, "fields": list(wanted.fields)}
    await _enter(session, row, "contract asked for", operator, at, **details, form=wanted.form)
    return row


def _terms(number: str, wanted: Wanted, consumer: str, at: datetime) -> Terms:
    return Terms(
        number=number,
        consumer=consumer,
        item=wanted.item,
        resource=wanted.resource,
        fields=frozenset(wanted.fields),
        form=wanted.form,
        per_minute=wanted.per_minute,
        per_day=wanted.per_day,
        valid_from=at,
        valid_until=at + timedelta(days=wanted.days),
        derived={name: rule.field for name, rule in wanted.derived.items()},
    )


async def agree(session: Session, number: str, *, provider: str, operator: str, at: datetime) -> Contract:
    """The provider agrees: a contract stands from `at` on. Raises AskingUnknown, AskingSettled, ContractUnsound."""
    row = await _waiting(session, number, provider=provider)
    wanted = msgspec.convert(row.terms, Wanted)
    contract = Contract(
        number=f"QY-{at:%Y}-{uuid4().hex[:8]}",
        consumer=row.consumer,
        item_code=wanted.item,
        legal_basis=wanted.legal_basis,
        resource=wanted.resource,
        fields=list(wanted.fields),
        form=wanted.form,
        per_minute=wanted.per_minute,
        per_day=wanted.per_day,
        valid_from=at,
        valid_until=at + timedelta(days=wanted.days),
        concluded_at=at,
        derived=msgspec.to_builtins(wanted.derived),
        review_on=(at + min(REVIEW_AFTER, timedelta(days=wanted.days))).date(),
    )
    await commands.conclude(session, contract, actor=operator, at=at)
    row.contract = contract.number
    await _settle(session, row, AskingState.AGREED, operator, at, contract=contract.number)
    return contract


async def refuse(
    session: Session, number: str, *, provider: str, operator: str, reason: str, at: datetime
) -> Asking:
    """The provider refuses, with reasons. Raises AskingUnknown, AskingSettled, ReasonMissing."""
    if not reason.strip():
        raise ReasonMissing(number)
    row = await _waiting(session, number, provider=provider)
    row.reason = reason.strip()
    await _settle(session, row, AskingState.REFUSED, operator, at, reason=row.reason)
    return row


async def take_back(session: Session, number: str, *, consumer: str, operator: str, at: datetime) -> Asking:
    """Who asked no longer asks. Raises AskingUnknown, AskingSettled."""
    row = await _waiting(session, number, consumer=consumer)
    await _settle(session, row, AskingState.TAKEN_BACK, operator, at)
    return row


async def extend(session: Session, number: str, *, operator: str, due_on: date, at: datetime) -> Asking:
    """The data authority lets the provider take longer, once. Raises AskingUnknown, AskingSettled."""
    row = await _waiting(session, number)
    if row.extended:
        raise AskingSettled(number, "extended")
    row.extended, row.due_on = True, due_on
    await _enter(session, row, "longer time to answer granted", operator, at, due_on=due_on.isoformat())
    return row


async def end(
    session: Session, number: str, *, party: str, operator: str, reason: str, at: datetime
) -> Contract:
    """Consumer or provider ends a contract, with reasons. Raises ContractUnknown, NotTheirs, ReasonMissing."""
    contract = await _theirs(session, number, party)
    if not reason.strip():
        raise ReasonMissing(number)
    await commands.end(session, number, reason=reason.strip(), actor=operator, at=at)
    return contract


async def review(
    session: Session, number: str, *, party: str, operator: str, next_on: date, at: datetime
) -> Contract:
    """The contract was looked at and is still needed; it is looked at again by `next_on`. Raises as `end`."""
    contract = await _theirs(session, number, party)
    contract.reviewed_at, contract.review_on = at, next_on
    await ledger.append(
        session,
        chain=f"contract:{number}",
        deed="contract reviewed",
        subject=number,
        actor=operator,
        at=at,
        details={"next": next_on.isoformat()},
    )
    return contract


async def _theirs(session: Session, number: str, party: str) -> Contract:
    contract = await queries.contract(session, number)
    resource = await queries.resource(session, contract.resource)
    if party not in {contract.consumer, resource.provider}:
        raise NotTheirs(number)
    return contract


async def _waiting(
    session: Session, number: str, *, consumer: str | None = None, provider: str | None = None
) -> Asking:
    query = sa.select(Asking).where(col(Asking.number) == number).with_for_update()
    row = (await session.scalars(query)).one_or_none()
    if row is None or consumer not in {None, row.consumer} or provider not in {None, row.provider}:
        raise AskingUnknown(number)
    if row.state is not AskingState.WAITING:
        raise AskingSettled(number, row.state)
    return row


async def _settle(
    session: Session, row: Asking, state: AskingState, operator: str, at: datetime, **details: Any
) -> None:
    row.state, row.answered_by, row.answered_at = state, operator, at
    await session.flush()
    deed = {
        AskingState.AGREED: "contract agreed to",
        AskingState.REFUSED: "contract refused",
        AskingState.TAKEN_BACK: "asking taken back",
    }[state]
    await _enter(session, row, deed, operator, at, **details)


async def _enter(
    session: Session, row: Asking, deed: str, operator: str, at: datetime, **details: Any
) -> None:
    known = {"consumer": row.consumer, "provider": row.provider, **details}
    await ledger.append(
        session,
        chain=f"asking:{row.number}",
        deed=deed,
        subject=row.number,
        actor=operator,
        at=at,
        details=known,
    )


async def askings(session: Session, *, party: str | None = None, limit: int = 200) -> list[Asking]:
    """What a department asked for or is asked; everybody's for None. What waits comes first, by its limit."""
    query = sa.select(Asking).order_by(
        col(Asking.state) != AskingState.WAITING, col(Asking.due_on), col(Asking.asked_at).desc()
    )
    if party is not None:
        query = query.where(sa.or_(col(Asking.consumer) == party, col(Asking.provider) == party))
    return list(await session.scalars(query.limit(limit)))
