"""Earlier cases of the same applicant for the same item, to be read beside the present one."""

import sqlalchemy as sa
from sqlmodel import col

from identity.actor import Actor
from services.applications import queries
from services.applications.errors import ApplicationNotFound
from services.applications.models import Application
from storage.database import Session

MOST = 5


async def earlier(session: Session, actor: Actor, application: Application) -> list[Application]:
    """Those this officer may see, the latest first; at most five."""
    query = (
        queries.visible_to(actor)
        .where(
            col(Application.applicant_id) == application.applicant_id,
            col(Application.item_code) == application.item_code,
            col(Application.id) != application.id,
            col(Application.created_at) <= application.created_at,
        )
        .order_by(col(Application.created_at).desc())
        .limit(MOST)
        .options(sa.orm.defer(Application.answers), sa.orm.defer(Application.origins))  # type: ignore[arg-type]
    )
    return list(await session.scalars(query))


async def beside(session: Session, actor: Actor, application: Application, number: str) -> Application:
    """Another case of the same applicant and item. Raises ApplicationNotFound, for any other case as well."""
    other = await queries.get(session, actor, number)
    if (other.applicant_id, other.item_code) != (application.applicant_id, application.item_code):
        raise ApplicationNotFound(number)
    return other
