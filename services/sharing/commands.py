"""Deeds of those who keep the hub: publishing resources, concluding and ending contracts, admitting keys."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from identity.tokens import Verifier, public_jwk
from services.sharing import queries, rules
from services.sharing.errors import ContractUnsound
from services.sharing.models import Contract, Nonce, PartyKey, Resource, Tally
from storage import ledger
from storage.database import Session

TALLY_KEPT = timedelta(days=2)


async def publish(session: Session, resource: Resource, *, actor: str, at: datetime) -> bool:
    """Enter or change a directory entry; False when it already says the same. `actor` as the ledger writes it."""
    values = resource.model_dump(exclude={"published_at", "changed_at"})
    known = await session.get(Resource, resource.code)
    if known and known.model_dump(exclude={"published_at", "changed_at"}) == values:
        return False
    dated = values | {"changed_at": at}
    statement = insert(Resource).values(published_at=at, **dated)
    await session.execute(statement.on_conflict_do_update(index_elements=["code"], set_=dated))
    if known:
        await session.refresh(known)
    deed = "resource changed" if known else "resource published"
    await _enter(
        session, f"resource:{resource.code}", deed, resource.code, actor, at, fields=_names(resource)
    )
    return True


def _names(resource: Resource) -> list[str]:
    return [field["name"] for field in resource.fields]


async def conclude(session: Session, contract: Contract, *, actor: str, at: datetime) -> bool:
    """Put a contract in force; False when the number is already concluded: a contract is never rewritten.

    Raises ResourceUnknown, or ContractUnsound when the directory does not allow what it grants.
    """
    if await session.get(Contract, contract.number):
        return False
    resource = await queries.resource(session, contract.resource)
    if fault := rules.unsound(contract.terms, resource.offer):
        raise ContractUnsound(contract.number, fault)
    await session.execute(insert(Contract).values(**contract.model_dump() | {"concluded_at": at}))
    await _enter(
        session,
        f"contract:{contract.number}",
        "contract concluded",
        contract.number,
        actor,
        at,
        consumer=contract.consumer,
        item=contract.item_code,
        resource=contract.resource,
        fields=contract.fields,
        form=contract.form,
    )
    return True


async def end(session: Session, number: str, *, reason: str, actor: str, at: datetime) -> None:
    """End a contract from `at` on; ending twice changes nothing. Raises ContractUnknown."""
    contract = await queries.contract(session, number)
    if contract.ended_at is not None:
        return
    contract.ended_at, contract.end_reason = at, reason
    await _enter(session, f"contract:{number}", "contract ended", number, actor, at, reason=reason)


async def admit(
    session: Session,
    key: Verifier,
    *,
    party: str,
    speaks_for: Sequence[str] = (),
    reads_uses: bool = False,
    keeps_cases: bool = False,
    actor: str,
    at: datetime,
) -> bool:
    """Trust `key` as the signature of `party`, for itself and the consumers it speaks for; False if already known.

    `reads_uses`: may ask on a subject's behalf who used their data (the portal, nobody else). `keeps_cases`:
    what it says of cases is believed.
    """
    if await session.get(PartyKey, key.kid):
        return False
    consumers = sorted({party, *speaks_for})
    values: dict[str, Any] = {
        "kid": key.kid,
        "party": party,
        "speaks_for": consumers,
        "reads_uses": reads_uses,
    }
    values |= {"keeps_cases": keeps_cases}
    await session.execute(insert(PartyKey).values(**values, jwk=public_jwk(key), valid_from=at))
    await _enter(session, f"party:{party}", "key admitted", key.kid, actor, at, speaks_for=consumers)
    return True


async def retire(session: Session, kid: str, *, actor: str, at: datetime) -> None:
    """Stop believing a key from `at` on. An unknown or retired key stays as it is."""
    key = await queries.party_key(session, kid, at)
    if key is not None:
        key.retired_at = at
        await _enter(session, f"party:{key.party}", "key retired", kid, actor, at)


async def tidy(session: Session, *, at: datetime) -> None:
    """Forget nonces that the clock check refuses by itself, and counts of days gone by."""
    await session.execute(sa.delete(Nonce).where(col(Nonce.expires_at) < at))
    await session.execute(sa.delete(Tally).where(col(Tally.starts_at) < at - TALLY_KEPT))


async def _enter(
    session: Session, chain: str, deed: str, subject: str, actor: str, at: datetime, **details: Any
) -> None:
    await ledger.append(session, chain=chain, deed=deed, subject=subject, actor=actor, at=at, details=details)
