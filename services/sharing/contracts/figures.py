"""Use against contract, and the quality of what registers answer: figures for departments and supervisors."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlmodel import col

from services.sharing.contracts.rules import UNUSED_DAYS, unusual
from services.sharing.models import Contract, Resource
from storage.database import Session

SHANGHAI = ZoneInfo("Asia/Shanghai")
LOOK_BACK = 14

DAYS = sa.text(
    "SELECT contract, (at AT TIME ZONE 'Asia/Shanghai')::date AS day, count(*) AS uses"
    " FROM hub_use WHERE judgment = 'granted' AND at >= :since GROUP BY 1, 2"
)
LAST = sa.text("SELECT contract, max(at) AS at FROM hub_use WHERE judgment = 'granted' GROUP BY 1")
REFUSED = sa.text(
    "SELECT contract, count(*) AS refused FROM hub_use WHERE judgment = 'refused' AND at >= :since GROUP BY 1"
)
QUALITY = sa.text(
    "SELECT provider, resource, count(*) AS calls,"
    " count(*) FILTER (WHERE outcome = 'hit') AS hits,"
    " count(*) FILTER (WHERE outcome = 'miss') AS misses,"
    " count(*) FILTER (WHERE outcome = 'mismatch') AS mismatches,"
    " count(*) FILTER (WHERE outcome = 'failed') AS failures,"
    " coalesce(percentile_disc(0.5) WITHIN GROUP (ORDER BY took_ms), 0) AS median_ms,"
    " coalesce(percentile_disc(0.95) WITHIN GROUP (ORDER BY took_ms), 0) AS p95_ms"
    " FROM hub_use WHERE judgment = 'granted' AND outcome IS NOT NULL AND at >= :since"
    " GROUP BY provider, resource"
)
FIELDS = sa.text(
    "SELECT resource, field, count(*) AS asked, count(*) FILTER (WHERE missing ? field) AS empty"
    " FROM hub_use, jsonb_array_elements_text(fields) AS field"
    " WHERE outcome = 'hit' AND at >= :since GROUP BY resource, field"
)


@dataclass(frozen=True, slots=True)
class ContractUse:
    """One contract against its use: today, the fortnight before, the last time, refusals; what stands out."""

    contract: Contract
    provider: str
    today: int
    fortnight: int
    last_at: datetime | None
    refused: int
    unused: bool
    unusual: bool
    review_due: bool


async def contract_uses(session: Session, *, at: datetime, party: str | None = None) -> list[ContractUse]:
    """Every contract of a department (as consumer or provider), or of all, with its use; what stands out first."""
    query = sa.select(Contract, col(Resource.provider)).join(
        Resource, col(Resource.code) == col(Contract.resource)
    )
    if party is not None:
        query = query.where(sa.or_(col(Contract.consumer) == party, col(Resource.provider) == party))
    since = at - timedelta(days=LOOK_BACK)
    days: dict[str, dict[str, int]] = {}
    for one in await session.execute(DAYS, {"since": since}):
        days.setdefault(one.contract, {})[str(one.day)] = one.uses
    last = {one.contract: one.at for one in await session.execute(LAST)}
    refused = {one.contract: one.refused for one in await session.execute(REFUSED, {"since": since})}
    found = [
        _use(contract, provider, days.get(contract.number, {}), last.get(contract.number), refused, at)
        for contract, provider in await session.execute(query)
    ]
    return sorted(found, key=lambda one: (not one.unusual, not one.unused, one.contract.number))


def _use(
    contract: Contract,
    provider: str,
    days: Mapping[str, int],
    last_at: datetime | None,
    refused: Mapping[str, int],
    at: datetime,
) -> ContractUse:
    today = at.astimezone(SHANGHAI).date()
    before = {day: uses for day, uses in days.items() if day != str(today)}
    standing = contract.ended_at is None and contract.valid_until > at
    idle = (last_at or contract.concluded_at) < at - timedelta(days=UNUSED_DAYS)
    return ContractUse(
        contract=contract,
        provider=provider,
        today=days.get(str(today), 0),
        fortnight=sum(before.values()),
        last_at=last_at,
        refused=refused.get(contract.number, 0),
        unused=standing and idle,
        unusual=unusual(days.get(str(today), 0), before, LOOK_BACK),
        review_due=standing and contract.review_on is not None and contract.review_on <= today,
    )


@dataclass(frozen=True, slots=True)
class Quality:
    """How one register answered since a day; `empty`: field → how many of its hits left it empty."""

    provider: str
    resource: str
    calls: int
    hits: int
    misses: int
    mismatches: int
    failures: int
    median_ms: int
    p95_ms: int
    empty: dict[str, tuple[int, int]]

    @property
    def rate(self) -> float:
        """Hits among answered calls, 0 to 1: a register that was down is counted as not answering."""
        return self.hits / self.calls if self.calls else 0.0


async def quality(session: Session, *, since: datetime, provider: str | None = None) -> list[Quality]:
    """Every register that was asked since then, the best first."""
    empty: dict[str, dict[str, tuple[int, int]]] = {}
    for one in await session.execute(FIELDS, {"since": since}):
        empty.setdefault(one.resource, {})[one.field] = (one.empty, one.asked)
    rows = (await session.execute(QUALITY, {"since": since})).mappings()
    found = [
        Quality(**row, empty=empty.get(row["resource"], {}))
        for row in rows
        if provider in {None, row["provider"]}
    ]
    return sorted(found, key=lambda one: (-one.rate, one.p95_ms, one.resource))


def day_of(at: datetime) -> date:
    """The day in Shanghai."""
    return at.astimezone(SHANGHAI).date()
