"""Where the gateway of short messages tells what became of one. Signed by it; everything else is turned away.

Headers as in our own requests (`identity.means.notice.SmsDoor`), over the purpose `delivery-report`, the time, the
report's own id and the body; the body is `{"message": id, "state": "delivered" | "undelivered"}`.
"""

from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec
import structlog
from litestar import Controller, Response, post
from litestar.di import NamedDependency

from portal.request import Request
from portal.resources import Resources
from services.notices import dispatching
from services.notices.errors import ReportForged, ReportReplayed
from services.notices.rules import require_signed
from storage.database import Session

log = structlog.get_logger()

LARGEST_REPORT = 4_096


class Report(msgspec.Struct, frozen=True):
    """What became of one short message; `message` is the id it was sent with."""

    message: str
    state: Literal["delivered", "undelivered"]


class DeliveryReports(Controller):
    path = "/notices/reports"
    opt = {"public": True, "exclude_from_csrf": True}  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @post("/", name="delivery-reports:take", status_code=204, request_max_body_size=LARGEST_REPORT)
    async def take(
        self,
        request: Request,
        session: NamedDependency[Session],
        resources: NamedDependency[Resources],
        now: NamedDependency[datetime],
    ) -> Response[None]:
        """204 when it was taken, also for a message nobody knows; 401 when it is not the gateway's, 409 when it was taken."""
        try:
            identifier, report = await _believed(request, resources.settings.sms_key.get_secret_value(), now)
            await dispatching.report(
                session, identifier, _id(report.message), arrived=report.state == "delivered", at=now
            )
        except ReportForged as forged:
            log.warning("delivery report not believed", why=forged.why)
            return Response(None, status_code=401)
        except ReportReplayed:
            log.warning("delivery report replayed")
            return Response(None, status_code=409)
        return Response(None, status_code=204)


async def _believed(request: Request, key: str, now: datetime) -> tuple[str, Report]:
    """The report's id and what it says. Raises ReportForged."""
    body = await request.body()
    identifier = request.headers.get("x-yiwang-id", "")
    require_signed(
        key,
        moment=request.headers.get("x-yiwang-time", ""),
        identifier=identifier,
        signature=request.headers.get("x-yiwang-signature", ""),
        body=body,
        now=now,
    )
    try:
        return identifier, msgspec.json.decode(body, type=Report)
    except msgspec.MsgspecError:
        raise ReportForged("shape") from None


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
