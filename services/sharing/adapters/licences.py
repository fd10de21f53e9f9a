"""The licence library (电子证照库) as a register: good licences of one type, asked for by their holder's number.

Whoever runs the library lends the hub a way to read it; an answer is as good as the library is at that moment: a licence
that was taken back, is suspended or has run out is not told of. Each answer stands in the licence's record (`licensing.serving`).
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError

from identity import queries as identity
from identity.errors import NumberWrong, OrganisationUnknown
from identity.numbers import credit_code, id_number
from licensing import queries, serving, types
from licensing.errors import TypeUnknown
from licensing.kinds import reading
from licensing.models import Licence
from licensing.rules import local_day
from licensing.serving import Asking
from licensing.types import FieldKind
from services.sharing.errors import SourceDown, SourceWrong
from services.sharing.presenting import Row
from services.sharing.sources import Ask, Found, drawn, told
from storage.database import Session, Sessions

STANDING: Mapping[str, Callable[[Licence], object]] = {
    "identifier": lambda licence: licence.identifier,
    "number": lambda licence: licence.number,
    "holder": lambda licence: licence.holder_name,
    "issuer": lambda licence: licence.issuer_name,
    "issued_on": lambda licence: local_day(licence.issued_at) if licence.issued_at else None,
    "valid_from": lambda licence: licence.valid_from,
    "valid_until": lambda licence: licence.valid_until,
}
"""What every licence tells besides the fields of its type."""


@dataclass(frozen=True, slots=True)
class Library:
    """A library that may be read: its database, the time there, and how to let go of it."""

    sessions: Sessions
    clock: Callable[[], datetime]
    close: Callable[[], Awaitable[None]]


class LicenceSource:
    """`kind` is the slug or national code of a type; `mapping` (field → key of the type's field, or of STANDING).

    Who holds two good licences of the type has two lines here: a mismatch, nothing is passed on.
    """

    def __init__(
        self, *, name: str, resource: str, library: Library, kind: str, mapping: Mapping[str, str]
    ) -> None:
        self.name = name
        self.resource = resource
        self._library = library
        self._kind = kind
        self._mapping = mapping

    async def found(self, ask: Ask) -> Found:
        """Told in the contract's form, and in the same transaction written into the licence's own record."""
        fields = sorted(drawn(ask))
        try:
            async with self._library.sessions.begin() as session:
                return told(await self._rows(session, ask, fields), ask, fields)
        except (SQLAlchemyError, OSError) as exc:
            raise SourceDown(self.name, type(exc).__name__) from exc
        except TypeUnknown as exc:
            raise SourceWrong(self.name, "type") from exc

    async def check(self) -> None:
        try:
            async with self._library.sessions() as session:
                await reading.current(session, self._kind)
        except (SQLAlchemyError, OSError) as exc:
            raise SourceDown(self.name, type(exc).__name__) from exc
        except TypeUnknown as exc:
            raise SourceWrong(self.name, "type") from exc

    async def close(self) -> None:
        await self._library.close()

    async def _rows(self, session: Session, ask: Ask, fields: Sequence[str]) -> list[Row]:
        request, at = ask.request, self._library.clock()
        _, kind = await reading.current(session, self._kind)
        holder = await _holder(session, request.subject.number)
        found = await queries.held(session, [holder], [kind.slug], at=at) if holder else []
        asking = Asking(request.consumer, request.purpose, request.case_number, at)
        if len(found) == 1:
            await serving.metadata(session, asking, found[0].identifier)
        return [
            Row(request.subject.number, {field: self._told(one, field) for field in fields}) for one in found
        ]

    def _told(self, licence: Licence, field: str) -> object:
        wanted = self._mapping.get(field, "")
        if wanted in STANDING:
            return STANDING[wanted](licence)
        kind = types.get(licence.type_code, licence.type_version)
        elements = [
            one.element for one in kind.fields if one.key == wanted and one.kind is not FieldKind.PICTURE
        ]
        if not elements:
            raise SourceWrong(self.name, "fields")
        return licence.elements.get(elements[0])


async def _holder(session: Session, number: str) -> UUID | None:
    """The person or organisation of this number, as the portal knows them; None for nobody."""
    try:
        return (await identity.organisation(session, credit_code(number))).id
    except OrganisationUnknown:
        return None
    except NumberWrong:
        pass
    try:
        return await identity.person_id(session, id_number(number))
    except NumberWrong:
        return None
