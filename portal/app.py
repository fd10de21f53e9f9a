"""The composition root: the only place where everything meets."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from hashlib import sha256
from hmac import new as hmac

from litestar import Litestar, get
from litestar.config.compression import CompressionConfig
from litestar.config.csrf import CSRFConfig
from litestar.plugins.prometheus import PrometheusConfig
from litestar.response import Redirect
from litestar.static_files import create_static_files_router
from litestar.template import TemplateConfig
from litestar.types import ControllerRouterHandler

from portal import dependencies, guards, headers, health, logs, nowhere, refusals
from portal.api import description
from portal.authentication import Authentication, SignInSettings
from portal.demo_people import demo_people
from portal.doors import DOORS
from portal.language import Pair, ReadingMiddleware
from portal.notice_doors import notice_channels
from portal.openid import directory
from portal.openid.elsewhere import counterpart
from portal.resources import Resources, open_resources
from portal.settings import Settings, current
from portal.templating import STATIC, Site, assets, engine, environment
from storage import cipher
from storage.processes import end_with_server

FOR_OPERATORS = (health.live, health.ready, health.Metrics)
LARGEST_FORM = 1_000_000
"""Bytes of a posted form; routes that take files say their own."""


def create_app(
    settings: Settings,
    *,
    opened: Resources | None = None,
    doors: Sequence[ControllerRouterHandler] = DOORS,
) -> Litestar:
    """The portal. `opened` are resources that belong to the caller (tests); otherwise the app opens its own."""
    app = Litestar(
        route_handlers=[
            *doors,
            *FOR_OPERATORS,
            headers.csp_reports,
            favicon,
            nowhere.nowhere,
            _static_files(),
        ],
        dependencies=dependencies.DEPENDENCIES,
        exception_handlers=refusals.HANDLERS | {guards.SignInNeeded: guards.send_to_sign_in},
        middleware=[
            PrometheusConfig(app_name="yiwang", prefix="yiwang", group_path=True).middleware,
            ReadingMiddleware(),
            Authentication(),
        ],
        before_send=[headers.secure],
        csrf_config=_csrf(settings),
        template_config=TemplateConfig(instance=engine(environment(site=_site(settings)))),
        compression_config=CompressionConfig(
            backend="gzip", minimum_size=1000, exclude=["/static/", "/events"]
        ),
        request_max_body_size=LARGEST_FORM,
        openapi_config=description.openapi(),
        logging_config=None,
        lifespan=[_lifespan(settings, opened)],
    )
    return nowhere.lead(app)


def from_environment() -> Litestar:
    """What a web process serves. It ends with the process that started it, so that no orphan keeps the port."""
    end_with_server()
    settings = current()
    logs.configure(settings.log_format, settings.log_level)
    return create_app(settings)


def _lifespan(
    settings: Settings, opened: Resources | None
) -> Callable[[Litestar], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncIterator[None]:
        if opened is not None:
            furnish(app, settings, opened)
            yield
            return
        async with open_resources(settings) as resources:
            furnish(app, settings, resources)
            yield

    return lifespan


def furnish(app: Litestar, settings: Settings, resources: Resources) -> None:
    """Give the application what its handlers ask for: done when it starts."""
    app.state.resources = resources
    app.state.elsewhere = counterpart(settings)
    app.state.staff_directory = directory.counterpart(settings)
    app.state.staff_directory_acr = directory.trusted(settings)
    app.state.sign_in = SignInSettings(
        secure=settings.secure,
        issuer=settings.public_url,
        name=settings.city,
        channels=notice_channels(settings),
        demo=settings.demo,
        demo_people=demo_people() if settings.demo else (),
    )


def _csrf(settings: Settings) -> CSRFConfig:
    return CSRFConfig(
        secret=csrf_secret(settings),
        cookie_name="__Host-csrf" if settings.secure else "csrf",
        cookie_secure=settings.secure,
        cookie_httponly=True,
        cookie_samesite="lax",
        exclude=["^/api/"],
    )


def csrf_secret(settings: Settings) -> str:
    """The configured secret, or one that every process with this data folder derives alike."""
    if settings.csrf_secret is not None:
        return settings.csrf_secret.get_secret_value()
    ring = cipher.load_ring(settings.keys / "ring.json")
    return hmac(ring.index_key, b"csrf", sha256).hexdigest()


def _site(settings: Settings) -> Site:
    return Site(
        city=Pair(settings.city, settings.city_en),
        theme=settings.theme,
        demo=settings.demo,
        organiser=Pair(settings.organiser, settings.organiser_en),
        operator=Pair(settings.operator, settings.operator_en),
        hotline=settings.hotline,
        record=settings.icp_record,
        police_record=settings.police_record,
        identification=settings.site_identification,
    )


@get("/favicon.ico", opt={"public": True}, include_in_schema=False)
async def favicon() -> Redirect:
    """Where browsers look when a document names no icon of its own: a bare picture, a PDF."""
    return Redirect(assets(STATIC)("emblem.svg"))


def _static_files() -> ControllerRouterHandler:
    return create_static_files_router(
        path="/static", directories=[STATIC], opt={"public": True}, include_in_schema=False
    )
