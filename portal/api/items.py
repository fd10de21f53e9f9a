"""What can be applied for, with guide, form and materials. Open to everyone."""

from enum import StrEnum
from typing import Annotated

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter

from portal.api.description import ROOT, refusals
from portal.api.schemas import (
    ConditionSeen,
    ItemLine,
    ItemPage,
    ItemSeen,
    MaterialAsked,
    StepSeen,
    SuggestionLine,
    SuggestionList,
    told,
)
from services.catalogue import queries
from services.catalogue.finding import queries as finding
from services.catalogue.schema import json_schema
from storage.database import Session

PAGE = 20
MOST = 100


class AudienceAsked(StrEnum):
    PERSON = "person"
    ORGANISATION = "organisation"


class Items(Controller):
    path = f"{ROOT}/items"
    tags = ["items"]  # noqa: RUF012 - Litestar's way of marking routes
    opt = {"public": True}  # noqa: RUF012 - Litestar's way of marking routes
    security = [{}]  # noqa: RUF012 - Litestar's way of marking routes

    @get(
        "/",
        operation_id="listItems",
        summary="查找事项",
        description="Items that may be applied for, the best match first.",
        responses=refusals(),
    )
    async def listing(
        self,
        session: NamedDependency[Session],
        q: Annotated[str, QueryParameter(description="everyday words, as «开饭馆»", max_length=100)] = "",
        audience: Annotated[AudienceAsked | None, QueryParameter(description="whom it is for")] = None,
        theme: Annotated[str | None, QueryParameter(description="a theme's slug", max_length=60)] = None,
        after: Annotated[str | None, QueryParameter(description="`next` of the page before")] = None,
        limit: Annotated[int, QueryParameter(ge=1, le=MOST)] = PAGE,
    ) -> ItemPage:
        found = await finding.listing(
            session, q=q, audience=audience, theme=theme or None, after=after, limit=limit + 1
        )
        page = found[:limit]
        return ItemPage(
            items=[told(ItemLine, one) for one in page],
            next=page[-1].code if len(found) > limit else None,
        )

    @get(
        "/suggestions",
        operation_id="suggestItems",
        summary="输入时的提示",
        description="What somebody who has typed so much may mean: everyday words, pinyin, initials, beginnings.",
        responses=refusals(),
    )
    async def suggestions(
        self,
        session: NamedDependency[Session],
        q: Annotated[str, QueryParameter(description="what was typed, as «jzz»", max_length=100)] = "",
        limit: Annotated[int, QueryParameter(ge=1, le=PAGE)] = 8,
    ) -> SuggestionList:
        found = await finding.suggestions(session, q, limit=limit)
        return SuggestionList(
            suggestions=[
                SuggestionLine(
                    kind=one.kind.value, code=one.code, name=one.name, said=one.said, suspended=one.suspended
                )
                for one in found
            ]
        )

    @get(
        "/{code:str}",
        operation_id="getItem",
        summary="办事指南、表单和材料",
        description="One item with its guide, the JSON Schema of its form, and its materials.",
        responses=refusals(404, 410),
    )
    async def show(self, session: NamedDependency[Session], code: FromPath[str]) -> ItemSeen:
        item = await queries.get(session, code)
        definition = item.definition
        paused = await queries.suspension(session, code)
        return told(
            ItemSeen,
            definition,
            suspended_at=paused.suspended_at if paused else None,
            suspension_reason=paused.reason if paused else None,
            version=item.version,
            conditions=[told(ConditionSeen, one) for one in definition.conditions],
            materials=[told(MaterialAsked, one) for one in definition.materials],
            steps=[told(StepSeen, one) for one in definition.steps],
            form=json_schema(definition.form, title=definition.name.zh),
        )
