"""The hub's deed: one signed request in, one signed answer out, both kept as evidence.

Two commits with the source between them: the intent is committed before a register is asked, so that
neither a crash nor a lost connection can make a use disappear, and no database lock waits for a department.
"""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from time import perf_counter

from identity.tokens import Signer
from services.sharing import granting, queries, recording, rules, signing, using
from services.sharing.errors import MessageRefused
from services.sharing.messages import Answer, UsesAnswer, UsesRequest, digest
from services.sharing.recording import Answered, Evidence, Opened
from services.sharing.rules import Reason
from services.sharing.sources import Found, Sources
from storage.database import Session
from storage.lanes import Run, within

Begin = Callable[[], AbstractAsyncContextManager[Session]]
"""Opens one transaction: committed when left in peace, rolled back by an error (`Sessions.begin`)."""


async def exchange(
    begin: Begin, compact: str, *, sources: Sources, key: Signer, at: datetime, run: Run | None = None
) -> Answered:
    """Answer one signed request (JWS of messages.Request) with a signed messages.Answer.

    Refusals and sources in trouble are answers too, recorded and signed. Asked again under the same nonce with
    the next attempt, the hub gives the answer it gave, or asks again where none was ever given. `run` is the fast
    door of the database that `begin` opens slowly; without it everything goes through sessions.
    """
    began = perf_counter()
    run = run or within(begin)
    taken = await _taken(run, begin, compact, key, at)
    if isinstance(taken, Answered):
        return taken
    found = await sources.ask(
        taken.request,
        taken.types,
        taken.form,
        taken.derived,
        use=str(taken.use),
        digest=taken.request_digest,
    )
    took = timedelta(seconds=perf_counter() - began)
    answer = _answer(taken, found, at + took)
    took_ms = round(took.total_seconds() * 1000)
    evidence = Evidence(found.missing, found.question, found.reply)
    closed = await recording.close(run, taken, answer, key=key, took_ms=took_ms, evidence=evidence)
    return closed or await _given_before(begin, taken)


async def _taken(run: Run, begin: Begin, compact: str, key: Signer, at: datetime) -> Opened | Answered:
    """The short way where it is an ordinary grant; else the one that knows every reason."""
    if granted := await granting.at_once(run, compact, at=at):
        return granted
    async with begin() as session:
        return await using.take_in(session, compact, key=key, at=at)


async def _given_before(begin: Begin, opened: Opened) -> Answered:
    """Another attempt of the same call was faster: its answer stands."""
    async with begin() as session:
        return recording.answered(await queries.use(session, opened.use))


def _answer(opened: Opened, found: Found, at: datetime) -> Answer:
    return Answer(
        request=opened.request_digest,
        use=str(opened.use),
        outcome=found.outcome,
        provider=opened.provider,
        resource=opened.request.resource,
        at=at,
        reason=found.trouble,
        form=opened.form,
        values=found.values,
        register_at=(found.as_of or at) if found.outcome is rules.Outcome.HIT else None,
    )


async def uses(session: Session, compact: str, *, key: Signer, at: datetime) -> str:
    """A signed list (messages.UsesAnswer) of who used a subject's data, for a key that may ask.

    Raises MessageRefused: "unverified", "malformed", or the value of Reason.CLOCK, REPLAYED, NOT_ENTRUSTED, SUBJECT.
    """
    signer = await queries.party_key(session, signing.signer_of(compact), at)
    request = signing.read(compact, queries.verifiers_of(signer), UsesRequest)
    if not rules.within_clock(request.at, at):
        raise MessageRefused(Reason.CLOCK)
    if signer is None or not signer.reads_uses or request.consumer not in signer.speaks_for:
        raise MessageRefused(Reason.NOT_ENTRUSTED)
    if not await using.first_time(session, signer.party, request.nonce, 0, at):
        raise MessageRefused(Reason.REPLAYED)
    if not request.subject.key:
        raise MessageRefused(Reason.SUBJECT)
    seen = await queries.uses_of(session, request.subject, before=request.before, limit=request.limit)
    return signing.sign(UsesAnswer(request=digest(compact), uses=seen, at=at), key)
