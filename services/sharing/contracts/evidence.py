"""Evidence of one exchange, to be taken away: every signed message, the public keys, and what the ledger says.

The format is `docs/evidence.md`; it is verified without this software, with nothing but the file and trusted keys.
"""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from services.sharing import signing
from services.sharing.contracts.errors import TicketUnknown
from services.sharing.errors import MessageRefused
from services.sharing.models import PartyKey, Use
from storage import ledger
from storage.database import Session

FORMAT = "yiwang-exchange-evidence/1"


async def export(session: Session, use: UUID, *, party: str | None = None) -> dict[str, Any]:
    """The evidence of one use, for its consumer or provider (`party`) or anybody's (None). Raises TicketUnknown.

    `keys` are the public keys of parties, for convenience: who verifies compares them with those handed over.
    """
    found = await session.get(Use, use)
    if found is None or party not in {None, found.consumer, found.provider}:
        raise TicketUnknown(str(use))
    told = (
        ("request", found.request_jws),
        ("answer", found.answer_jws),
        ("question", found.question_jws),
        ("reply", found.reply_jws),
    )
    messages = {name: text for name, text in told if text}
    named = {kid for text in messages.values() if (kid := _kid(text))}
    query = sa.select(PartyKey).where(col(PartyKey.kid).in_(named))
    keys = [one.jwk for one in await session.scalars(query)]
    chain = f"hub:{found.case_number.strip() or 'none'}"
    entries = [one for one in await ledger.entries(session, chain) if one.subject == str(use)]
    return {
        "format": FORMAT,
        "use": str(use),
        "messages": messages,
        "keys": {"keys": keys},
        "ledger": [
            {
                "chain": one.chain,
                "position": one.position,
                "body": one.body,
                "previous": one.previous.hex(),
                "hash": one.hash.hex(),
            }
            for one in entries
        ],
    }


def _kid(text: str) -> str:
    """The key a message names; none for one that could not be believed."""
    try:
        return signing.signer_of(text)
    except MessageRefused:
        return ""
