"""What a worker does for oversight and for the ledger: each safe to run again, and cheap when there is nothing to do."""

from datetime import UTC, datetime

from services.catalogue.finding import commands as finding
from services.oversight import commands, singular, usage, waiting
from storage import auditing, sequencing
from storage.database import Sessions
from storage.signed_notes import Signer


async def sweep(*, sessions: Sessions) -> None:
    """Raise the cards that are due, in batches of one transaction each."""
    raised = commands.BATCH
    while raised == commands.BATCH:
        async with sessions() as session, session.begin():
            raised = await commands.raise_cards(session, at=datetime.now(UTC))
    async with sessions() as session, session.begin():
        await singular.raise_cards(session, at=datetime.now(UTC))
    for ask in (waiting.remind_of_orders, waiting.tell_of_silence):
        async with sessions() as session, session.begin():
            await ask(session, at=datetime.now(UTC))


async def sequence(*, sessions: Sessions, signer: Signer) -> None:
    """Give every waiting entry its place in the tree; each batch is signed with its checkpoint."""
    numbered = sequencing.BATCH
    while numbered == sequencing.BATCH:
        async with sessions() as session, session.begin():
            numbered = await sequencing.sequence(session, signer, at=datetime.now(UTC))


async def check_ledger(*, sessions: Sessions, signer: Signer) -> None:
    """Check the whole ledger as of one moment, and keep what was found."""
    started_at = datetime.now(UTC)
    async with sessions() as session, session.begin():
        await session.connection(execution_options=auditing.SNAPSHOT)
        finding = await auditing.audit(session, signer.verifier)
    async with sessions() as session, session.begin():
        await commands.keep_check(session, finding, started_at=started_at, finished_at=datetime.now(UTC))


async def count_usage(*, sessions: Sessions) -> None:
    """Tell the catalogue which items are used most."""
    at = datetime.now(UTC)
    async with sessions() as session, session.begin():
        await finding.count_usage(session, await usage.submitted_lately(session, at=at))
