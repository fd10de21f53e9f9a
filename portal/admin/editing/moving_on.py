"""When two officials edit the same item: the second is told who changed what, and keeps what was typed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from litestar.response import Template

from portal.admin.editing import placing
from portal.admin.editing.editor import Editor
from portal.language import gettext, pick
from services.catalogue.editing import terms
from services.catalogue.maintenance import queries
from storage.database import Session

MOST = 30
LONGEST = 120


@dataclass(frozen=True, slots=True)
class Meanwhile:
    """Who saved last and when, what differs since the page was opened ({place, before, after}), and the fields of
    this very page where the two differ ({label, mine, theirs})."""

    by: str
    at: datetime
    changes: list[dict[str, str]]
    here: list[dict[str, str]] = field(default_factory=list)


async def meanwhile(session: Session, editor: Editor, revision: int) -> Meanwhile:
    """What happened to the draft since `revision`."""
    found = await queries.changed_since(session, editor.draft, revision)
    changes = []
    for one in found[:MOST]:
        before, after = _apart(one.before, one.after)
        place = placing.spoken(editor.definition, one.path)
        changes.append({"place": place, "before": told(before), "after": told(after)})
    return Meanwhile(editor.draft.edited_by, editor.draft.edited_at, changes)


def gone(editor: Editor, found: Meanwhile, typed: Sequence[str] = ()) -> Template:
    """What the official worked on is there no more: who took it away, and what was typed for it."""
    context = {"editor": editor, "meanwhile": found, "typed": typed}
    return Template("admin/editing/gone.html", context=context, status_code=409)


def _apart(before: Any, after: Any) -> tuple[Any, Any]:
    """Of two lists only the entries that the other has not."""
    if not (isinstance(before, list) and isinstance(after, list)):
        return before, after
    apart = [one for one in before if one not in after], [one for one in after if one not in before]
    return apart if any(apart) else (before, after)


def told(thing: Any) -> str:
    """A value in words, shortened."""
    text = _text(thing)
    return f"{text[:LONGEST]}…" if len(text) > LONGEST else text


def _text(thing: Any) -> str:
    if thing is None:
        return gettext("没有")
    if isinstance(thing, bool):
        return gettext("是") if thing else gettext("否")
    if isinstance(thing, Mapping):
        return _mapping(thing)
    if isinstance(thing, list | tuple):
        return gettext("、").join(_text(one) for one in thing) or gettext("没有")
    return str(thing)


def _mapping(thing: Mapping[str, Any]) -> str:
    if "zh" in thing:
        return pick(terms.words(thing))
    named = (thing.get(name) for name in ("title", "label", "name", "text", "law", "question"))
    words = next((one for one in named if isinstance(one, Mapping)), None)
    return pick(terms.words(words)) if words else gettext("有内容")
