"""What a department's steward may do at the hub by signed message: a table from deed to content and command.

Whoever holds a key that speaks for a department does this for that department; a key that keeps cases (the portal's)
sees and does, in its own party's name, what is the whole city's: the data authority and its supervisors.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

from identity.tokens import Signer
from services.sharing import commands, queries, rules, signing, using
from services.sharing.contracts import asking, describing, evidence, figures, tickets
from services.sharing.contracts.asking import Wanted
from services.sharing.contracts.errors import NotTheirs
from services.sharing.contracts.limits import answering, checking
from services.sharing.contracts.rules import TicketKind
from services.sharing.errors import MessageRefused, ResourceUnknown, SharingError
from services.sharing.messages import StewardAnswer, StewardRequest, Word, digest
from services.sharing.models import Resource
from services.sharing.rules import Reason
from storage.database import Session

DueAfter = Callable[[Session, datetime, int], Awaitable[date]]
"""The day so many working days after a moment; the calendar is not this package's."""
QUALITY_DAYS = 30
Text = Annotated[str, Meta(max_length=2000)]


@dataclass(frozen=True, slots=True)
class Desk:
    """Who is at the hub's desk: `party` acts through `operator`; `everywhere`: for the whole city."""

    session: Session
    party: str
    operator: str
    everywhere: bool
    due_after: DueAfter
    at: datetime

    @property
    def seen(self) -> str | None:
        """Whose rows are shown: the party's own, or everybody's."""
        return None if self.everywhere else self.party


class Nothing(Struct, frozen=True, forbid_unknown_fields=True):
    pass


class Named(Struct, frozen=True, forbid_unknown_fields=True):
    number: Word


class Answering(Struct, frozen=True, forbid_unknown_fields=True):
    number: Word
    agree: bool
    reason: Text = ""


class Ending(Struct, frozen=True, forbid_unknown_fields=True):
    number: Word
    reason: Text


class Reviewing(Struct, frozen=True, forbid_unknown_fields=True):
    number: Word
    next_on: date


class Raising(Struct, frozen=True, forbid_unknown_fields=True):
    """`use`: the number of the use, or the digest of its signed request."""

    kind: TicketKind
    use: Word
    words: Text = ""


class TicketAnswer(Struct, frozen=True, forbid_unknown_fields=True):
    number: UUID
    stands: bool
    words: Text


class Proving(Struct, frozen=True, forbid_unknown_fields=True):
    use: UUID


async def ask(desk: Desk, wanted: Wanted) -> Any:
    resource = await queries.resource(desk.session, wanted.resource)
    due = await desk.due_after(desk.session, desk.at, answering(resource.share_type).days)
    row = await asking.ask(
        desk.session, wanted, consumer=desk.party, operator=desk.operator, due_on=due, at=desk.at
    )
    return describing.asking(row)


async def answer(desk: Desk, told: Answering) -> Any:
    known: dict[str, Any] = {"provider": desk.party, "operator": desk.operator, "at": desk.at}
    if told.agree:
        return describing.contract(await asking.agree(desk.session, told.number, **known))
    row = await asking.refuse(desk.session, told.number, reason=told.reason, **known)
    return describing.asking(row)


async def take_back(desk: Desk, told: Named) -> Any:
    row = await asking.take_back(
        desk.session, told.number, consumer=desk.party, operator=desk.operator, at=desk.at
    )
    return describing.asking(row)


async def extend(desk: Desk, told: Named) -> Any:
    if not desk.everywhere:
        raise NotTheirs(told.number)
    waiting = next((one for one in await asking.askings(desk.session) if one.number == told.number), None)
    share_type = (await queries.resource(desk.session, waiting.resource)).share_type if waiting else None
    more = answering(share_type).more if share_type else 0
    if not more:
        raise NotTheirs(told.number)
    start = waiting.asked_at if waiting else desk.at
    days = more + answering(share_type).days if share_type else more
    due = await desk.due_after(desk.session, start, days)
    row = await asking.extend(desk.session, told.number, operator=desk.operator, due_on=due, at=desk.at)
    return describing.asking(row)


async def askings(desk: Desk, _: Nothing) -> Any:
    return [describing.asking(row) for row in await asking.askings(desk.session, party=desk.seen)]


async def contracts(desk: Desk, _: Nothing) -> Any:
    found = await figures.contract_uses(desk.session, at=desk.at, party=desk.seen)
    return [describing.contract_use(one) for one in found]


async def end(desk: Desk, told: Ending) -> Any:
    known: dict[str, Any] = {"party": desk.party, "operator": desk.operator, "at": desk.at}
    return describing.contract(await asking.end(desk.session, told.number, reason=told.reason, **known))


async def review(desk: Desk, told: Reviewing) -> Any:
    known: dict[str, Any] = {"party": desk.party, "operator": desk.operator, "at": desk.at}
    return describing.contract(await asking.review(desk.session, told.number, next_on=told.next_on, **known))


async def publish(desk: Desk, entry: describing.Entry) -> Any:
    """A department enters or changes a resource of its own; another's stays as it is."""
    try:
        known = await queries.resource(desk.session, entry.code)
    except ResourceUnknown:
        known = None
    if known is not None and known.provider != desk.party:
        raise NotTheirs(entry.code)
    row = Resource(
        **msgspec.structs.asdict(entry) | {"fields": msgspec.to_builtins(entry.fields)},
        provider=desk.party,
        published_at=desk.at,
        changed_at=desk.at,
    )
    await commands.publish(desk.session, row, actor=desk.operator, at=desk.at)
    return entry.code


async def quality(desk: Desk, _: Nothing) -> Any:
    since = desk.at - timedelta(days=QUALITY_DAYS)
    return [describing.quality(one) for one in await figures.quality(desk.session, since=since)]


async def gone(desk: Desk, _: Nothing) -> Any:
    """Uses of late that stand in the ledger and not on record: for who oversees the whole city."""
    if not desk.everywhere:
        raise NotTheirs("uses-gone")
    return await queries.uses_gone(desk.session, since=desk.at - timedelta(days=QUALITY_DAYS))


async def raise_ticket(desk: Desk, told: Raising) -> Any:
    due = await desk.due_after(desk.session, desk.at, checking().days)
    row = await tickets.raise_ticket(
        desk.session,
        kind=told.kind,
        use=told.use,
        words=told.words,
        operator=desk.operator,
        due_on=due,
        at=desk.at,
        department=desk.party,
        vouched=desk.everywhere,
    )
    return describing.ticket(row)


async def list_tickets(desk: Desk, _: Nothing) -> Any:
    return [describing.ticket(row) for row in await tickets.tickets(desk.session, department=desk.seen)]


async def own_tickets(desk: Desk, _: Nothing) -> Any:
    """Those the operator raised: a citizen, through the portal."""
    return [describing.ticket(row) for row in await tickets.tickets(desk.session, raised_by=desk.operator)]


async def answer_ticket(desk: Desk, told: TicketAnswer) -> Any:
    row = await tickets.answer(
        desk.session,
        told.number,
        department=desk.party,
        operator=desk.operator,
        stands=told.stands,
        words=told.words,
        at=desk.at,
    )
    return describing.ticket(row)


async def prove(desk: Desk, told: Proving) -> Any:
    return await evidence.export(desk.session, told.use, party=desk.seen)


DEEDS: dict[str, tuple[type[Struct], Callable[[Desk, Any], Awaitable[Any]]]] = {
    "ask-contract": (Wanted, ask),
    "answer-asking": (Answering, answer),
    "take-back-asking": (Named, take_back),
    "extend-asking": (Named, extend),
    "askings": (Nothing, askings),
    "contracts": (Nothing, contracts),
    "end-contract": (Ending, end),
    "review-contract": (Reviewing, review),
    "publish-resource": (describing.Entry, publish),
    "quality": (Nothing, quality),
    "uses-gone": (Nothing, gone),
    "raise-ticket": (Raising, raise_ticket),
    "tickets": (Nothing, list_tickets),
    "own-tickets": (Nothing, own_tickets),
    "answer-ticket": (TicketAnswer, answer_ticket),
    "export-evidence": (Proving, prove),
}


async def do(session: Session, compact: str, *, key: Signer, due_after: DueAfter, at: datetime) -> str:
    """One signed StewardRequest in, one signed StewardAnswer out; what the domain refuses is an answer.

    Raises MessageRefused: "unverified", "malformed" (also an unknown deed or content of another form), or
    Reason.CLOCK, NOT_ENTRUSTED, REPLAYED.
    """
    signer = await queries.party_key(session, signing.signer_of(compact), at)
    request = signing.read(compact, queries.verifiers_of(signer), StewardRequest)
    if not rules.within_clock(request.at, at):
        raise MessageRefused(Reason.CLOCK)
    if signer is None or request.consumer not in signer.speaks_for or not request.operator.strip():
        raise MessageRefused(Reason.NOT_ENTRUSTED)
    if not await using.first_time(session, signer.party, request.nonce, 0, at):
        raise MessageRefused(Reason.REPLAYED)
    everywhere = signer.keeps_cases and request.consumer == signer.party
    desk = Desk(session, request.consumer, request.operator, everywhere, due_after, at)
    return signing.sign(await _done(desk, request, compact), key)


async def _done(desk: Desk, request: StewardRequest, compact: str) -> StewardAnswer:
    kind, deed = DEEDS.get(request.deed, (None, None))
    if kind is None or deed is None:
        raise MessageRefused(Reason.MALFORMED)
    try:
        content = msgspec.convert(request.content, kind, strict=False)
    except msgspec.ValidationError as exc:
        return StewardAnswer(request=digest(compact), at=desk.at, refused="content", detail=str(exc)[:200])
    try:
        async with desk.session.begin_nested():
            result = await deed(desk, content)
    except SharingError as exc:
        why = str(getattr(exc, "why", ""))
        return StewardAnswer(request=digest(compact), at=desk.at, refused=type(exc).__name__, detail=why)
    return StewardAnswer(request=digest(compact), at=desk.at, result=msgspec.to_builtins(result))
