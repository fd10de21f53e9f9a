"""The form of a service item: sections → pages → questions, versioned with the item and never changed.

One definition renders question pages, the check-answers page, the clerk's view, the printed application form,
correction notes per question and the JSON Schema of the API.
"""

from collections.abc import Iterator
from decimal import Decimal

from msgspec import Struct

from services.catalogue.codes import QuestionType
from services.catalogue.conditions import ALWAYS, Expression


class Pair(Struct, frozen=True, forbid_unknown_fields=True):
    """The same words in Chinese and in English."""

    zh: str
    en: str


class Option(Struct, frozen=True, forbid_unknown_fields=True):
    """One answer of a choice: the stored value and its words."""

    value: str
    label: Pair
    hint: Pair | None = None


class Rules(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Limits of an answer, each meaning something for some types only.

    Lengths count characters (default at most 200, long_text 2000); `pattern` names one of `answers.PATTERNS`;
    `minimum`/`maximum` bound numbers and money (yuan) and, for `choices`, `file` and `group`, how many;
    `earliest`/`latest` are ISO dates or `today` with an offset (`today-60y`).
    """

    min_length: int | None = None
    max_length: int | None = None
    pattern: str | None = None
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    decimals: int | None = None
    earliest: str | None = None
    latest: str | None = None


class Question(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One question. `source` prefills it with a fact: `hub:<resource>.<field>`, `licence:<type>.<field>`,
    `profile:name|id_number|phone|email` (the person acting) or `applicant:name|code` (the party acted for).

    A `sensitive` answer is masked wherever it is shown unless the reader needs it whole.
    `material` names, for the type `file`, the material the files are. A `group` asks its `questions` once for
    every row; `row` is what one row is called. Their conditions look at earlier questions of the same row and of
    the form; conditions elsewhere see how many rows there are.
    """

    key: str
    type: QuestionType
    label: Pair
    hint: Pair | None = None
    required: bool = True
    rules: Rules = Rules()
    options: tuple[Option, ...] = ()
    source: str | None = None
    sensitive: bool = False
    material: str | None = None
    when: Expression = ALWAYS
    row: Pair | None = None
    questions: tuple["Question", ...] = ()


class Page(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is asked on one screen; `key` is the last part of its address."""

    key: str
    title: Pair
    guidance: Pair | None = None
    questions: tuple[Question, ...]
    when: Expression = ALWAYS


class Section(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    key: str
    title: Pair
    pages: tuple[Page, ...]


class Form(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    version: int
    sections: tuple[Section, ...]

    def pages(self) -> Iterator[Page]:
        """Every page in the order of the form, asked or not."""
        for section in self.sections:
            yield from section.pages

    def questions(self) -> Iterator[Question]:
        """Every question in the order of the form, asked or not."""
        for page in self.pages():
            yield from page.questions

    def page(self, key: str) -> Page | None:
        return next((page for page in self.pages() if page.key == key), None)

    def question(self, key: str) -> Question | None:
        return next((question for question in self.questions() if question.key == key), None)
