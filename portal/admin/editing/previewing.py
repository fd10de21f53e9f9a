"""Looking at a draft as the citizen will: the guide, and every page of the form. Nothing is saved."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Template

from identity.actor import Role
from portal import forms, guards
from portal.admin.editing import editor as editing
from portal.admin.editing import placing, tables
from portal.admin.editing.editor import Editor
from portal.admin.editing.filling import Anything
from portal.forms import Form
from portal.guides import guide_context
from portal.language import pick
from portal.request import Request
from portal.resources import Resources
from services.catalogue.answers import check
from services.catalogue.codes import QuestionType
from services.catalogue.definition import Page, Question, Section
from services.catalogue.editing import gaps
from services.catalogue.editing.places import Steps, entries, shape, value
from services.catalogue.form import Form as ItemForm
from services.catalogue.maintenance import queries as maintenance
from services.catalogue.readers import longest
from services.catalogue.regions import REGIONS
from services.workflow.rules import local_day
from storage.database import Session

LARGEST = 12_000_000


class PreviewPages(Controller):
    path = "/admin/items/{code:str}/draft/preview"
    guards = [guards.roles(Role.CATALOGUE)]  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/", name="editing:preview")
    async def guide(self, session: NamedDependency[Session], code: FromPath[str]) -> Template:
        """The guide as it would be published now; gaps are marked."""
        draft = await maintenance.draft(session, code)
        definition = gaps.filled(draft.definition)
        context = guide_context(definition, (draft.base_version or 0) + 1)
        context["at"] = placing.Addresses(draft.code)
        return Template("admin/editing/preview_guide.html", context=context)

    @get("/pages/{place:path}", name="editing:preview-page")
    async def page(
        self,
        session: NamedDependency[Session],
        resources: NamedDependency[Resources],
        code: FromPath[str],
        place: FromPath[str],
    ) -> Template:
        editor = await editing.opened(session, resources, code)
        return _shown(editor, _page_way(editor, place), Form.empty())

    @post("/pages/{place:path}", name="editing:try-page", request_max_body_size=LARGEST)
    async def attempt(
        self,
        request: Request,
        session: NamedDependency[Session],
        resources: NamedDependency[Resources],
        now: NamedDependency[datetime],
        code: FromPath[str],
        place: FromPath[str],
    ) -> Template:
        """Try the page: the mistakes an applicant would be told, and nothing kept."""
        editor = await editing.opened(session, resources, code)
        way = _page_way(editor, place)
        form = await forms.read(request, Anything)
        page = _unconditional(gaps.filled_page(value(editor.definition, way)))
        whole = ItemForm(version=1, sections=(Section(key="preview", title=page.title, pages=(page,)),))
        found = check(whole, form.typed, today=local_day(now), complete=True)
        errors = {one.key: one for one in found.mistakes}
        return _shown(editor, way, Form(form.typed, errors), tried=True)  # type: ignore[arg-type]


def _page_way(editor: Editor, place: str) -> Steps:
    way = editor.way(place)
    if shape(way) != tables.PAGES:
        raise NotFoundException
    return way


def _unconditional(page: Page) -> Page:
    """Every question of the page asked, whatever its condition: what it looks at was answered elsewhere."""
    return Page(
        key=page.key,
        title=page.title,
        guidance=page.guidance,
        questions=tuple(_asked_always(one) for one in page.questions),
    )


def _asked_always(question: Question) -> Question:
    fields = {name: getattr(question, name) for name in question.__struct_fields__ if name != "when"}
    return Question(**fields)


def _shown(editor: Editor, way: Steps, form: Form[Any], *, tried: bool = False) -> Template:
    page = gaps.filled_page(value(editor.definition, way))
    ways = list(_pages(editor))
    place = ways.index(way)
    context: dict[str, Any] = {
        "editor": editor,
        "page": page,
        "form": form,
        "tried": tried,
        "fields": [
            _field(editor, (*way, "questions", index), one) for index, one in enumerate(page.questions)
        ],
        "labels": {one.key: pick(one.label) for one in page.questions},
        "regions": [(code, pick(name)) for code, name in REGIONS.items()],
        "step": (place + 1, len(ways)),
        "before": editor.at.page_preview(editor.definition, ways[place - 1]) if place else None,
        "after": editor.at.page_preview(editor.definition, ways[place + 1])
        if place + 1 < len(ways)
        else None,
        "address": editor.at.page_preview(editor.definition, way),
        "edit": editor.at.entry(editor.definition, way),
        "when": _when(editor, way),
    }
    return Template("admin/editing/preview_page.html", context=context)


def _pages(editor: Editor) -> Iterator[Steps]:
    for s, section in enumerate(entries(editor.definition, tables.SECTIONS)):
        for p, _page in enumerate(entries(section, ("pages",)) if isinstance(section, Mapping) else []):
            yield (*tables.SECTIONS, s, "pages", p)


def _when(editor: Editor, way: Steps) -> str:
    """When this page or question is asked, in words; nothing when always."""
    written = value(editor.definition, (*way, "when"))
    return editor.in_words(written) if written and written != {"always": True} else ""


def _field(editor: Editor, way: Steps, question: Question) -> dict[str, Any]:
    """A question with what stands beside it, as `question_field` of the citizen's pages takes it."""
    return {
        "question": question,
        "origin": None,
        "at": None,
        "defect": None,
        "rows": [],
        "room": False,
        "longest": longest(question) if question.type is QuestionType.LONG_TEXT else None,
        "options": [
            (one.value, pick(one.label), pick(one.hint) if one.hint else None) for one in question.options
        ],
        "when": _when(editor, way),
        "source": _source(editor, question),
    }


def _source(editor: Editor, question: Question) -> str:
    """Where the answer will stand already, in words."""
    name = editor.supplies.names.get(question.source or "")
    known = editor.terms().get(question.source or "")
    if name is None and known is not None:
        name = known.label
    return pick(name) if name else (question.source or "")
