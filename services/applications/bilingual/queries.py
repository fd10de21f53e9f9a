"""Whether the papers of a case or bundle are made in English too."""

from services.applications.bilingual.models import EnglishAsked
from storage.database import Session


async def asked(session: Session, number: str) -> bool:
    return await session.get(EnglishAsked, number) is not None
