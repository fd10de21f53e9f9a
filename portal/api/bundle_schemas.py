"""Bundles (一件事) as the API tells them, and what it takes in for them (see `case_schemas`)."""

from datetime import date, datetime
from typing import Annotated

from msgspec import Meta, Struct

from portal.api.case_schemas import FormSeen, MaterialSeen
from services.applications.errors import Missing
from services.applications.rules import Outcome, State
from services.catalogue.form import Pair


class BundleStart(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`parts`: the optional items wanted; `on_behalf_of` as for a single application."""

    parts: Annotated[list[str], Meta(max_length=50, examples=[["outdoor-sign"]])] = []
    on_behalf_of: Annotated[str, Meta(max_length=60)] | None = None


class PartOffered(Struct, frozen=True, kw_only=True):
    """An item of a bundle. `after`: the items whose results it waits for; `optional`: when it is wanted."""

    item: str
    after: tuple[str, ...]
    why: Pair | None
    optional: Pair | None


class BundleOffered(Struct, frozen=True, kw_only=True):
    code: str
    name: Pair
    short_name: Pair
    summary: Pair
    parts: tuple[PartOffered, ...]
    sample: bool


class BundleList(Struct, frozen=True, kw_only=True):
    bundles: list[BundleOffered]


class BundleDraft(Struct, frozen=True, kw_only=True):
    """A bundle that is being filled in: one form, every material once; `missing` still stands in the way."""

    number: str
    code: str
    applicant_name: str
    items: list[str]
    revision: int
    form: FormSeen
    materials: list[MaterialSeen]
    missing: list[Missing]


class Branch(Struct, frozen=True, kw_only=True):
    """One case of a bundle. `standing`: together (being filled in), held (waits for the result of another part),
    released (being handed in by the portal), handed-in, left (a draft the applicant goes on with alone)."""

    item_code: str
    item_name: dict[str, str]
    number: str
    standing: str
    state: State
    outcome: Outcome | None
    due_on: date | None


class BundleSeen(Struct, frozen=True, kw_only=True):
    """A bundle with all its cases. `promised_on`: by then everything is decided; `receipt`: whether it is printed."""

    number: str
    code: str
    name: Pair
    applicant_name: str
    query_code: str
    created_at: datetime
    submitted_at: datetime | None
    promised_on: date | None
    receipt: bool
    branches: list[Branch]
