"""当场更正: what the applicant can put right at once is put right at once, and no notice is written (行政许可法 32 (3))."""

from collections.abc import Mapping
from datetime import datetime

from identity.actor import Actor
from services.applications.commands.drafting import retype
from services.applications.commands.receiving import say, take
from services.applications.commands.recording import record
from services.applications.commands.submitting import digest, require_complete
from services.applications.errors import NothingToCorrect, UnknownTarget
from services.applications.models import Application
from services.applications.rules import Deed, next_state
from services.catalogue import queries as catalogue
from services.catalogue import rows
from storage.database import Session

Typed = Mapping[str, str | list[str]]


async def correct(
    session: Session, actor: Actor, number: str, *, typed: Typed, witness: str = "", at: datetime
) -> Application:
    """Write down what the applicant, before the officer or on the telephone, puts right now; the limit runs on.

    `typed` are answers as a form types them; `witness` says how the applicant confirmed it.
    Raises UnknownTarget, NothingToCorrect when nothing is different, AnswersWrong, Incomplete.
    """
    application = await take(session, actor, number, Deed.CORRECT_ON_THE_SPOT)
    item = await catalogue.get_version(session, application.item_code, application.item_version)
    for name in typed:
        if rows.asker(item.definition.form, name) is None:
            raise UnknownTarget(f"question:{name}")
    before = digest(application)
    await retype(session, application, item.definition, typed, at=at)
    if digest(application) == before:
        raise NothingToCorrect
    await require_complete(session, application, at)
    application.state = next_state(application.state, Deed.CORRECT_ON_THE_SPOT)
    received = {*application.received_by, str(actor.person_id)}
    application.received_by = sorted(received)
    say(session, actor, application, "accept", Deed.CORRECT_ON_THE_SPOT, witness, at)
    keys = sorted({rows.owner(name) for name in typed})
    await record(
        session,
        actor,
        application,
        "application corrected on the spot",
        at=at,
        questions=keys,
        before=before,
        answers=digest(application),
    )
    return application
