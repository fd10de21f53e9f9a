"""Items in and out: YAML, an Excel table or a signed package become drafts; published items leave as a package."""

from datetime import datetime
from typing import Any
from uuid import UUID

import anyio
from litestar import Controller, Response, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from identity.actor import Actor, Role
from portal import guards
from portal.admin import wording
from portal.forms import Form
from portal.language import gettext, pick
from portal.request import Request
from portal.resources import Resources
from portal.settings import Settings
from services.catalogue import queries as catalogue
from services.catalogue.maintenance import arriving, importing, packages, queries, table
from services.catalogue.maintenance.arriving import Arrived
from services.catalogue.maintenance.errors import PackageRefused, TableUnreadable
from storage.database import Session

EXCHANGE = "/admin/exchange"
LARGEST_UPLOAD = 20 * 1024 * 1024
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _(text: str) -> str:
    """Marks a text for the word list; it is translated when it is shown."""
    return text


WHY_TABLE = {
    "not-a-table": _("这不是 .xlsx 表格"),
    "too-large": _("文件太大"),
    "too-many-rows": _("行数太多，请分成几个文件"),
    "no-columns": _("找不到表头：至少要有“事项名称”和“实施编码”两列"),
}


class ExchangePages(Controller):
    path = EXCHANGE
    guards = [guards.roles(Role.CATALOGUE)]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/", name="admin:exchange")
    async def show(
        self, session: NamedDependency[Session], resources: NamedDependency[Resources]
    ) -> Template:
        return await _page(session, resources.settings, Form.empty())

    @post("/", name="admin:import", request_max_body_size=LARGEST_UPLOAD)
    async def take_in(
        self,
        request: Request,
        session: NamedDependency[Session],
        resources: NamedDependency[Resources],
        actor: NamedDependency[Actor],
        now: NamedDependency[datetime],
    ) -> Template | Redirect:
        file = (await request.form()).get("file")
        if not isinstance(file, UploadFile) or not file.filename:
            return await _page(session, resources.settings, Form(errors={"file": "file-missing"}), 422)
        content, named = await file.read(), file.filename
        try:
            arrived = await anyio.to_thread.run_sync(_read, resources.settings, named, content)
        except TableUnreadable as exc:
            words = gettext(WHY_TABLE[exc.why])
            return await _page(session, resources.settings, Form(errors={"file": words}), 422)
        except PackageRefused as exc:
            words = pick(packages.WHY[exc.why]).format(name=exc.name)
            return await _page(session, resources.settings, Form(errors={"file": words}), 422)
        partial = named.endswith(".xlsx")
        import_id = await importing.receive(
            session, arrived, file=named, partial=partial, actor=actor, at=now
        )
        return Redirect(f"{EXCHANGE}/{import_id}", status_code=303)

    @get("/{import_id:uuid}", name="admin:import-progress")
    async def progress(self, session: NamedDependency[Session], import_id: FromPath[UUID]) -> Template:
        found = await importing.import_of(session, import_id)
        context = {
            "found": found,
            "rows": await importing.rows_of(session, import_id),
            "wording": wording,
        }
        return Template("admin/import.html", context=context)

    @get("/items.zip", name="admin:package")
    async def package(
        self,
        session: NamedDependency[Session],
        resources: NamedDependency[Resources],
        now: NamedDependency[datetime],
    ) -> Response[bytes]:
        """Every published item, signed by this portal."""
        settings = resources.settings
        items = [
            (await catalogue.get(session, code)).definition for code in await queries.published_codes(session)
        ]
        signer = packages.package_key(settings.keys, settings.public_url)
        content = await anyio.to_thread.run_sync(lambda: packages.pack(items, signer, at=now))
        return _file(content, "application/zip", "items.zip")

    @get("/blank.xlsx", name="admin:blank-table")
    async def blank(self) -> Response[bytes]:
        """A table with every column, to be filled in."""
        return _file(table.blank(), SHEET, "items.xlsx")


def _file(content: bytes, media_type: str, name: str) -> Response[bytes]:
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=media_type, headers=disposition)


def _read(settings: Settings, name: str, content: bytes) -> list[Arrived]:
    """What is in the file. Raises TableUnreadable, PackageRefused."""
    if name.endswith(".xlsx"):
        return table.read_table(content)
    if name.endswith(".zip"):
        own = packages.package_key(settings.keys, settings.public_url).verifier
        return packages.unpack(content, [own, *packages.trusted_keys(settings.item_keys.split())])
    return [arriving.from_bytes(content, name)]


async def _page(session: Session, settings: Settings, form: Form[Any], status: int = 200) -> Template:
    context = {
        "form": form,
        "imports": await importing.imports(session),
        "key": str(packages.package_key(settings.keys, settings.public_url).verifier),
        "trusted": settings.item_keys.split(),
        "columns": [column.name for column in table.COLUMNS],
        "needed": table.NEEDED,
    }
    return Template("admin/exchange.html", context=context, status_code=status)
