"""The day from which a publication or an ending holds, as officials type it: in three parts, none of them for at once."""

from datetime import date, datetime
from typing import TypeVar

from litestar.response import Redirect
from pydantic import Field

from portal import forms
from portal.admin import wording
from portal.forms import Form
from services.catalogue.rules import CHINA

ITEMS = "/admin/items"


class DayOfEffect(forms.Fields):
    year: str = Field("", alias="day-year")
    month: str = Field("", alias="day-month")
    day: str = Field("", alias="day-day")

    def on(self) -> date | None:
        """The day, or nothing when none was named. Raises ValueError for a day there is not."""
        if not (self.year or self.month or self.day):
            return None
        try:
            return date(int(self.year), int(self.month), int(self.day))
        except OverflowError:
            raise ValueError("a number beyond every calendar") from None


Dated = TypeVar("Dated", bound=DayOfEffect)


def judged(form: Form[Dated], *, now: datetime) -> Form[Dated]:
    """The form, and as its mistake a day that does not exist or is over in China."""
    if form.value is None:
        return form
    try:
        day = form.value.on()
    except ValueError:
        return form.wrong(day="not-a-date")
    if day is not None and day < now.astimezone(CHINA).date():
        return form.wrong(day=wording.past_day())
    return form


def back(code: str) -> Redirect:
    """To the page of the item that something was done to."""
    return Redirect(f"{ITEMS}/{code}", status_code=303)
