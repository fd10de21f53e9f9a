"""The description of the API (OpenAPI 3.1): one document, as JSON, as YAML, and as a page of our own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from litestar import Request, Router
from litestar.enums import MediaType
from litestar.openapi import OpenAPIConfig
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.plugins import JsonRenderPlugin, OpenAPIRenderPlugin, YamlRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme, Tag

from portal.api.problems import MEDIA_TYPE
from portal.api.schemas import Problem
from portal.language import Pair

ROOT = "/api/v1"
DOCUMENTS = "/api/docs"

TITLE = "一网 Yiwang API"
ABOUT = """\
The machine's door to the portal: everything a person can do on the pages, by the same rules.

Sign in at `POST /api/v1/sessions` and send the token as `Authorization: Bearer …`; cookies are not looked at here.
What is refused is told as an RFC 9457 problem (`application/problem+json`): `type` names the refusal and does not
change, its own members tell the data. Not found and not yours are the same answer. Times are UTC, days are days in
China. A call marked with an `Idempotency-Key` may be sent again with the same key: it is done once.
"""

TAGS: Mapping[str, Pair] = {
    "sessions": Pair("登录，以及代表谁办理", "Signing in, and for whom one acts"),
    "mandates": Pair("代办和监护", "Who acts for whom"),
    "items": Pair("事项", "What can be applied for"),
    "applications": Pair("办件", "The applicant's cases"),
    "bundles": Pair("一件事", "Several items as one application"),
    "window": Pair("综合窗口", "The officers' deeds"),
    "licences": Pair("电子证照和核验", "The holder's library, and verification for everyone"),
    "oversight": Pair("电子监察", "Lights, cards and orders"),
    "ledger": Pair("存证", "Signed checkpoints, and evidence that proves itself offline"),
}

WHY: Mapping[int, str] = {
    400: "the request does not fit this description: `errors` says where",
    401: "no valid token",
    403: "not for this kind of person",
    404: "there is no such thing, or it is not yours",
    409: "not possible in the present state, or somebody else was first",
    410: "withdrawn: nobody may apply any more",
    413: "too large",
    422: "understood and refused: the members say what to mend, everything at once",
    429: "too many attempts: wait as Retry-After says",
    503: "not possible for the moment: the same request is welcome again",
}


def refusals(*statuses: int) -> dict[int, ResponseSpec]:
    """The problems a call may answer with."""
    return {
        status: ResponseSpec(Problem, description=WHY[status], media_type=MEDIA_TYPE, generate_examples=False)
        for status in (400, *statuses)
    }


class DocumentPage(OpenAPIRenderPlugin):
    """The description as a page: no script, nothing from another host."""

    def __init__(self) -> None:
        super().__init__(path="/", media_type=MediaType.HTML)

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        engine = request.app.template_engine
        assert engine is not None  # noqa: S101 - the portal always has one
        template = engine.get_template("api/docs.html")
        page: str = template.render(request=request, document=openapi_schema, groups=groups(openapi_schema))
        return page.encode()


@dataclass(frozen=True, slots=True)
class Call:
    """One operation of the document. `body` maps media types to schemas, `answers` statuses to responses."""

    method: str
    path: str
    operation: Mapping[str, Any]

    @property
    def anchor(self) -> str:
        return str(self.operation["operationId"])

    @property
    def public(self) -> bool:
        return self.operation.get("security") == [{}]

    @property
    def body(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.operation.get("requestBody", {}).get("content", {})
        return found


def groups(document: Mapping[str, Any]) -> Sequence[tuple[str, Pair, Sequence[Call]]]:
    """The calls of the document by tag: (tag, what it is about, calls)."""
    calls = [
        Call(method.upper(), path, operation)
        for path, item in sorted(document.get("paths", {}).items())
        for method, operation in item.items()
        if isinstance(operation, Mapping) and "operationId" in operation
    ]
    return [
        (tag, about, [call for call in calls if tag in call.operation.get("tags", ())])
        for tag, about in TAGS.items()
    ]


def openapi() -> OpenAPIConfig:
    """The API's description; the page is our own, since the usual ones load a CDN."""
    bearer = SecurityScheme(type="http", scheme="bearer", bearer_format="JWT")
    return OpenAPIConfig(
        title=TITLE,
        version="1",
        description=ABOUT,
        path=DOCUMENTS,
        tags=[Tag(name=name, description=f"{about.zh} · {about.en}") for name, about in TAGS.items()],
        components=Components(security_schemes={"bearer": bearer}),
        security=[{"bearer": []}],
        render_plugins=[
            DocumentPage(),
            JsonRenderPlugin(path="/openapi.json"),
            YamlRenderPlugin(path="/openapi.yaml"),
        ],
        openapi_router=Router(DOCUMENTS, route_handlers=[], include_in_schema=False, opt={"public": True}),
    )
