"""The one table from what the domain refuses to what a browser or a machine sees (decision 0002)."""

from typing import Any
from uuid import uuid4

import structlog
from litestar import Response
from litestar.exceptions import HTTPException
from litestar.response import Template
from litestar.types import ExceptionHandler
from sqlalchemy.exc import InterfaceError, OperationalError

from identity import errors as identity
from identity.mandates import errors as mandates
from identity.privacy import errors as privacy
from licensing import errors as licensing
from portal.api import problems
from portal.request import Request
from services.applications import errors as applications
from services.applications.charging import errors as charging
from services.applications.window import errors as window
from services.catalogue import errors as catalogue
from services.catalogue.maintenance import errors as maintenance
from services.notices import errors as notices
from services.oversight import errors as oversight
from services.oversight.mining import errors as mining
from services.sharing import errors as sharing
from services.workflow import errors as workflow
from storage import errors as storage
from storage.objects import ObjectTooLarge

log = structlog.get_logger()

STATUS: dict[type[Exception], int] = {
    applications.ApplicationNotFound: 404,
    applications.NotYourDeed: 403,
    applications.Incomplete: 422,
    applications.AnswersWrong: 422,
    applications.ReasonMissing: 422,
    applications.NothingToCorrect: 422,
    applications.UnknownTarget: 422,
    applications.MaterialUnknown: 404,
    applications.MaterialNotSpared: 422,
    applications.FileEmpty: 422,
    applications.FileTooLarge: 413,
    applications.TooManyFiles: 422,
    applications.FileNotAllowed: 422,
    applications.FileUnreadable: 422,
    applications.FileTooLong: 422,
    applications.FileInfected: 422,
    applications.UploadUnknown: 404,
    applications.WrongApplicant: 422,
    charging.FeeNotYours: 403,
    charging.AmountWrong: 422,
    charging.ReceiptWrong: 422,
    charging.PaidOnWrong: 422,
    charging.PaymentUnknown: 404,
    window.ViewUnknown: 404,
    window.PhraseUnknown: 404,
    window.PointUnknown: 422,
    applications.ApplicationError: 409,
    catalogue.ItemNotFound: 404,
    catalogue.ItemWithdrawn: 410,
    catalogue.PublishingNotAllowed: 403,
    catalogue.CatalogueError: 422,
    maintenance.DraftNotFound: 404,
    maintenance.ReviewNotAllowed: 403,
    maintenance.CodeTaken: 422,
    maintenance.ReasonMissing: 422,
    maintenance.SuccessorUnknown: 422,
    maintenance.TableUnreadable: 422,
    maintenance.PackageRefused: 422,
    maintenance.MaintenanceRefused: 409,
    identity.PasswordsBusy: 503,
    identity.PartyNotYours: 404,
    identity.OrganisationUnknown: 404,
    identity.PersonUnknown: 404,
    identity.DepartmentUnknown: 404,
    identity.SessionUnknown: 404,
    identity.AbsenceUnknown: 404,
    identity.TokenRefused: 401,
    identity.SigningKeyMissing: 503,
    mandates.MandateUnknown: 404,
    mandates.MandateSettled: 409,
    mandates.PowerMissing: 403,
    mandates.LevelTooLow: 403,
    mandates.NotAdministrator: 403,
    mandates.TooManyChecks: 429,
    mandates.TooManyRequests: 429,
    mandates.MandateError: 422,
    privacy.CorrectionUnknown: 404,
    privacy.CorrectionAnswered: 409,
    privacy.ClosingHindered: 409,
    identity.IdentityError: 422,
    identity.NumberWrong: 422,
    licensing.LicenceNotFound: 404,
    licensing.CodeRefused: 404,
    licensing.CodesCrowded: 429,
    licensing.ShareNotFound: 404,
    licensing.ShareUnsound: 422,
    licensing.StampMissing: 503,
    licensing.TypeUnknown: 404,
    licensing.TypeKeeperOnly: 403,
    licensing.TypeUnfit: 422,
    licensing.TypeTaken: 422,
    licensing.TableUnfit: 422,
    licensing.ImportNotFound: 404,
    licensing.ImportNotAllowed: 403,
    licensing.LicensingError: 409,
    oversight.CardNotFound: 404,
    oversight.OrderNotFound: 404,
    oversight.OfficerNotFound: 404,
    oversight.MeasureNotFound: 404,
    oversight.WarningNotFound: 404,
    oversight.ExportNotFound: 404,
    oversight.ReportNotFound: 404,
    oversight.TooManyExports: 429,
    oversight.OwnDisposal: 403,
    oversight.RuleUnknown: 404,
    oversight.ThresholdWrong: 422,
    oversight.NotForOversight: 403,
    oversight.AddresseeUnknown: 422,
    oversight.DueTooSoon: 422,
    oversight.TextMissing: 422,
    oversight.OversightError: 409,
    mining.LogUnknown: 404,
    mining.MiningError: 422,
    notices.ReportForged: 401,
    notices.NoticesError: 409,
    workflow.WorkflowError: 409,
    sharing.HubUnavailable: 503,
    sharing.ResourceUnknown: 404,
    sharing.ContractUnknown: 404,
    sharing.SharingError: 502,
    storage.ObjectNotFound: 404,
    storage.StoreUnavailable: 503,
    ObjectTooLarge: 413,
    storage.StorageError: 500,
    # The database is away or refuses connections: the same request is welcome in a moment.
    OperationalError: 503,
    InterfaceError: 503,
}
"""The most specific class decides."""


def status_of(refusal: Exception) -> int:
    return next(STATUS[kind] for kind in type(refusal).__mro__ if kind in STATUS)


def refuse(request: Request, exc: Exception) -> Response[Any]:
    """A refusal of the domain, as a page in words or as a problem."""
    status = status_of(exc)
    if status >= 500:
        log.error("refused by circumstances", error=type(exc).__name__, path=request.url.path)
    if problems.wanted(request):
        return problems.refusal(exc, status)
    if isinstance(exc, (OperationalError, InterfaceError)):
        return page(status)
    return Template("errors/refused.html", context={"refusal": exc, "status": status}, status_code=status)


def http_error(request: Request, exc: HTTPException) -> Response[Any]:
    """An error of the web, in words. One of ours (5xx) leaves a trace in the log."""
    if exc.status_code >= 500:
        log.error("request failed", path=request.url.path, status=exc.status_code, exc_info=exc)
    if problems.wanted(request):
        return problems.http(exc)
    response = page(exc.status_code)
    response.headers.update(exc.headers or {})
    return response


def failure(request: Request, exc: Exception) -> Response[Any]:
    """A mistake of ours: the log gets the traceback, the person a reference by which it is found."""
    reference = uuid4().hex[:12]
    log.error("request failed", reference=reference, path=request.url.path, exc_info=exc)
    if problems.wanted(request):
        return problems.problem(500, "failure", detail=reference)
    return page(500, reference)


def page(status: int, reference: str = "") -> Template:
    context = {"status": status, "reference": reference}
    return Template("errors/http.html", context=context, status_code=status)


HANDLERS: dict[int | type[Exception], "ExceptionHandler[Any]"] = {
    HTTPException: http_error,
    Exception: failure,
}
HANDLERS |= {kind: refuse for kind in STATUS}
