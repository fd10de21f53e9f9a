"""The sample mailbox of a demonstration: notices that would have gone to phones and e-mail addresses. Nowhere else."""

from datetime import datetime, timedelta

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.response import Template

from identity.means import notices
from portal.authentication import settings_of
from portal.request import Request
from storage.database import Session

SHOWN_FOR = timedelta(hours=1)


class MailboxPages(Controller):
    path = "/demo/mailbox"
    opt = {"public": True}  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/", name="mailbox:show")
    async def show(
        self, request: Request, session: NamedDependency[Session], now: NamedDependency[datetime]
    ) -> Template:
        if not settings_of(request.app.state).demo:
            raise NotFoundException
        held = await notices.held(session, since=now - SHOWN_FOR)
        return Template("signing/mailbox.html", context={"notices": held})
