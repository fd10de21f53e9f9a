"""The open list of everything that can be applied for, whole, as JSON and as CSV: for maps, media and other portals."""

import csv
import io
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from litestar import Controller, Response, get
from litestar.di import NamedDependency
from msgspec import Struct

from portal.api.description import ROOT, refusals
from portal.resources import Resources
from services.catalogue import queries
from services.catalogue.queries import Item
from storage.database import Session

CACHED: Mapping[str, str] = {"cache-control": "public, max-age=300"}
CSV = "text/csv; charset=utf-8"
JOINT = ";"
"""Between several values in one column."""


class OpenItem(Struct, frozen=True, kw_only=True):
    """One item. Codes by the national standard (GB/T 39046); days are working days from acceptance."""

    code: str
    version: int
    basic_code: str
    implementation_code: str
    name_zh: str
    name_en: str
    item_type: str
    department_code: str
    department_zh: str
    department_en: str
    level: str
    region: str
    audiences: list[str]
    themes: list[str]
    statutory_days: int
    promised_days: int
    charged: bool
    online_depth: str
    visits: int
    phone: str
    guide: str
    suspended_at: datetime | None
    sample: bool


class OpenItems(Struct, frozen=True, kw_only=True):
    items: list[OpenItem]


class OpenList(Controller):
    path = f"{ROOT}/items"
    tags = ["items"]  # noqa: RUF012 - Litestar's way of marking routes
    opt = {"public": True}  # noqa: RUF012 - Litestar's way of marking routes
    security = [{}]  # noqa: RUF012 - Litestar's way of marking routes

    @get(
        "/all.json",
        operation_id="openListJson",
        summary="全部事项（开放数据，JSON）",
        description="Every item in force, one object each.",
        responses=refusals(),
    )
    async def as_json(
        self, session: NamedDependency[Session], resources: NamedDependency[Resources]
    ) -> Response[OpenItems]:
        found = await _listed(session, resources.settings.public_url)
        return Response(OpenItems(items=found), headers=dict(CACHED))

    @get(
        "/all.csv",
        operation_id="openListCsv",
        summary="全部事项（开放数据，CSV）",
        description="The same as a table: UTF-8 with a byte order mark, several values of a column between semicolons.",
        responses=refusals(),
        media_type=CSV,
    )
    async def as_csv(
        self, session: NamedDependency[Session], resources: NamedDependency[Resources]
    ) -> Response[bytes]:
        found = await _listed(session, resources.settings.public_url)
        name = {"content-disposition": 'attachment; filename="items.csv"'}
        return Response(_table(found), media_type=CSV, headers={**CACHED, **name})


async def _listed(session: Session, public_url: str) -> list[OpenItem]:
    items = await queries.in_force(session)
    paused = await queries.suspensions(session, [item.code for item in items])
    return [
        _told(item, public_url.rstrip("/"), paused[item.code].suspended_at if item.code in paused else None)
        for item in items
    ]


def _told(item: Item, root: str, suspended_at: datetime | None) -> OpenItem:
    one = item.definition
    return OpenItem(
        code=item.code,
        version=item.version,
        basic_code=one.basic_code,
        implementation_code=one.implementation_code,
        name_zh=one.name.zh,
        name_en=one.name.en,
        item_type=one.item_type.value,
        department_code=one.department.code,
        department_zh=one.department.name.zh,
        department_en=one.department.name.en,
        level=one.level.value,
        region=one.region,
        audiences=[audience.value for audience in one.audiences],
        themes=list(one.themes),
        statutory_days=one.statutory_limit.days,
        promised_days=one.promised_limit.days,
        charged=one.fee.charged,
        online_depth=one.online.depth.value,
        visits=one.visits.count,
        phone=one.contact.phone,
        guide=f"{root}/items/{item.code}",
        suspended_at=suspended_at,
        sample=one.sample,
    )


def _table(items: list[OpenItem]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(OpenItem.__struct_fields__)
    for item in items:
        writer.writerow([_cell(getattr(item, name)) for name in OpenItem.__struct_fields__])
    return text.getvalue().encode("utf-8-sig")


def _cell(value: Any) -> str:
    if isinstance(value, list):
        return JOINT.join(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)
