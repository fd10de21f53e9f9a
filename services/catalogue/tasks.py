"""What a worker does for the catalogue now and then: thin, every one safe to run again."""

from services.catalogue.finding import refiling
from storage.database import Sessions

FILE = "catalogue.file"


async def file_outstanding(*, sessions: Sessions) -> None:
    """File what is not filed by today's words and rules (after an upgrade), in short transactions."""
    while True:
        async with sessions() as session, session.begin():
            if await refiling.file_outstanding(session) < refiling.AT_ONCE:
                return
