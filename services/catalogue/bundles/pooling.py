"""The one form and the one set of materials of a bundle, and each item's own share of the answers. Pure."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import msgspec
from msgspec import Struct

from services.catalogue.answers import Typed, check
from services.catalogue.bundles import Bundle, split
from services.catalogue.codes import QuestionType
from services.catalogue.conditions import Expression, bound, is_present
from services.catalogue.definition import ItemDefinition, Material
from services.catalogue.form import Form, Page, Question, Rules, Section
from services.catalogue.rows import owner
from services.catalogue.showing import shown

Definitions = Mapping[str, ItemDefinition]
NEVER = Expression(always=False)
ONE_DAY = date(2026, 1, 1)


class Pooled(Struct, frozen=True):
    """One material handed in once; `serves` are the (item, material code) it is handed in for."""

    material: Material
    serves: tuple[tuple[str, str], ...]


class Pool(Struct, frozen=True):
    """A bundle put together for the items chosen.

    `keys` maps (item, question key) to the key in `form`; questions the bundle answers itself are in neither.
    `promised_days` is the longest way through the items: side by side where they may be.
    """

    items: tuple[str, ...]
    form: Form
    materials: tuple[Pooled, ...]
    keys: dict[tuple[str, str], str]
    promised_days: int


def pool(bundle: Bundle, definitions: Definitions, *, chosen: Collection[str] | None = None) -> Pool:
    """Put a bundle together of the items given; `chosen` are the optional ones wanted (default: all)."""
    items = [
        part.item
        for part in bundle.parts
        if part.item in definitions and (not part.optional or chosen is None or part.item in chosen)
    ]
    keys = _keys(bundle, definitions, items)
    return Pool(
        items=tuple(items),
        form=_form(bundle, definitions, items, keys),
        materials=tuple(_materials(bundle, definitions, items, keys)),
        keys=keys,
        promised_days=max(_days(bundle, definitions, item) for item in items),
    )


def _days(bundle: Bundle, definitions: Definitions, item: str) -> int:
    part = bundle.part(item)
    before = [_days(bundle, definitions, one) for one in part.after if one in definitions] if part else []
    return definitions[item].promised_limit.days + max(before, default=0)


def _own(item: str, key: str) -> str:
    return f"{item.replace('-', '_')}__{key}"


def _keys(bundle: Bundle, definitions: Definitions, items: Sequence[str]) -> dict[tuple[str, str], str]:
    """Which question of the form each item's question is."""
    named = {one: number for number, group in enumerate(bundle.same_questions) for one in group}
    first: dict[object, str] = {}
    keys: dict[tuple[str, str], str] = {}
    for item, question in _questions(definitions, items):
        part = bundle.part(item)
        name = f"{item}.{question.key}"
        if (part and question.key in part.fixed) or name in bundle.answered_by:
            continue
        own = _own(item, question.key)
        fact = (question.source, question.type) if question.source else own
        keys[item, question.key] = first.setdefault(named.get(name, fact), own)
        first.setdefault(fact, keys[item, question.key])
    return keys


def _questions(definitions: Definitions, items: Sequence[str]) -> Iterator[tuple[str, Question]]:
    return ((item, question) for item in items for question in definitions[item].form.questions())


def _form(
    bundle: Bundle, definitions: Definitions, items: Sequence[str], keys: Mapping[tuple[str, str], str]
) -> Form:
    asked: set[str] = set()
    shared: dict[str, list[Question]] = {}
    for item, question in _questions(definitions, items):
        if key := keys.get((item, question.key)):
            shared.setdefault(key, []).append(question)
    sections = [
        Section(key=f"{item}-{section.key}", title=section.title, pages=pages)
        for item in items
        for section in definitions[item].form.sections
        if (pages := tuple(_pages(bundle, item, section, keys, asked)))
    ]
    return narrowed(Form(version=1, sections=tuple(sections)), shared)


def narrowed(form: Form, shared: Mapping[str, Sequence[Question]]) -> Form:
    """The form with each question as strict as the strictest that it stands for: what fits it fits all of them."""

    def page(one: Page) -> Page:
        questions = tuple(
            msgspec.structs.replace(
                question,
                rules=strictest([same.rules for same in shared[question.key]]),
                required=any(same.required for same in shared[question.key]),
            )
            for question in one.questions
        )
        return msgspec.structs.replace(one, questions=questions)

    sections = tuple(
        msgspec.structs.replace(section, pages=tuple(map(page, section.pages))) for section in form.sections
    )
    return msgspec.structs.replace(form, sections=sections)


def strictest(rules: Sequence[Rules]) -> Rules:
    """Every limit of these at once. Days relative to today are compared as they lie on any one day."""
    return msgspec.structs.replace(
        rules[0],
        min_length=_most(max, [one.min_length for one in rules]),
        max_length=_most(min, [one.max_length for one in rules]),
        pattern=next((one.pattern for one in rules if one.pattern), None),
        minimum=_most(max, [one.minimum for one in rules]),
        maximum=_most(min, [one.maximum for one in rules]),
        decimals=_most(min, [one.decimals for one in rules]),
        earliest=_most(max, [one.earliest for one in rules], _on_one_day),
        latest=_most(min, [one.latest for one in rules], _on_one_day),
    )


def _most(choose: Callable[..., Any], limits: Sequence[Any], key: Callable[[Any], Any] | None = None) -> Any:
    """The strictest of the limits that are set; none where none is."""
    stated = [limit for limit in limits if limit is not None]
    return choose(stated, key=key) if stated else None


def _on_one_day(text: str) -> date:
    return bound(text, ONE_DAY) or ONE_DAY


def _pages(
    bundle: Bundle, item: str, section: Section, keys: Mapping[tuple[str, str], str], asked: set[str]
) -> Iterator[Page]:
    """The section's pages with what no earlier item has asked."""
    for page in section.pages:
        questions = tuple(_unasked(bundle, item, page, keys, asked))
        when = renamed(bundle, item, page.when, keys)
        if questions and when != NEVER:
            yield msgspec.structs.replace(page, key=f"{item}-{page.key}", questions=questions, when=when)


def _unasked(
    bundle: Bundle, item: str, page: Page, keys: Mapping[tuple[str, str], str], asked: set[str]
) -> Iterator[Question]:
    for question in page.questions:
        key = keys.get((item, question.key))
        when = renamed(bundle, item, question.when, keys)
        if key is None or key in asked or when == NEVER:
            continue
        asked.add(key)
        material = f"{item}-{question.material}" if question.material else None
        rows = tuple(_in_rows(bundle, item, question, keys))
        yield msgspec.structs.replace(question, key=key, when=when, material=material, questions=rows)


def _in_rows(
    bundle: Bundle, item: str, group: Question, keys: Mapping[tuple[str, str], str]
) -> Iterator[Question]:
    """The questions of a group: their conditions look at the row first, and beyond it at the form's questions."""
    own = {(item, one.key) for one in group.questions}
    outside = {name: key for name, key in keys.items() if name not in own}
    for question in group.questions:
        when = renamed(bundle, item, question.when, outside, inside=own)
        if when != NEVER:
            yield msgspec.structs.replace(question, when=when)


def renamed(
    bundle: Bundle,
    item: str,
    when: Expression,
    keys: Mapping[tuple[str, str], str],
    *,
    inside: Collection[tuple[str, str]] = (),
) -> Expression:
    """The condition over the form's keys; comparisons with what the bundle answers itself become true or false.

    `inside` a group, its own questions keep their names.
    """
    if when.always is not None:
        return when
    member: Any
    if when.parts or when.and_ is not None or when.or_ is not None:
        member = tuple(renamed(bundle, item, part, keys, inside=inside) for part in when.parts)
        return _simplified(Expression(**{when.operator: member[0] if when.not_ is not None else member}))
    operand = getattr(when, when.operator)
    key = operand if isinstance(operand, str) else operand[0]
    part = bundle.part(item)
    if part and key in part.fixed and (item, key) not in inside:
        return Expression(always=_decided(when, part.fixed[key]))
    own = keys.get((item, key), key)
    member = own if isinstance(operand, str) else (own, operand[1])
    return Expression(**{when.operator: member})


def _simplified(when: Expression) -> Expression:
    """The same condition, as `always` where its parts decide it."""
    decided = {part.always for part in when.parts}
    if when.not_ is not None and when.not_.always is not None:
        return Expression(always=not when.not_.always)
    if when.and_ is not None and (False in decided or decided <= {True}):
        return Expression(always=False not in decided)
    if when.or_ is not None and (True in decided or decided <= {False}):
        return Expression(always=True in decided)
    return when


def _decided(when: Expression, value: str) -> bool:
    if when.present is not None:
        return is_present(value)
    if when.in_ is not None:
        return value in when.in_[1]
    if when.ne is not None:
        return value != when.ne[1]
    return when.eq is not None and value == when.eq[1]


def _materials(
    bundle: Bundle, definitions: Definitions, items: Sequence[str], keys: Mapping[tuple[str, str], str]
) -> Iterator[Pooled]:
    """Each material once: the same register's answer, the same licence, the same paper, or named as the same."""
    named = {one: number for number, group in enumerate(bundle.same_materials) for one in group}
    groups: dict[object, list[tuple[str, Material]]] = {}
    for item in items:
        for material in definitions[item].materials:
            name = f"{item}.{material.code}"
            when = renamed(bundle, item, material.ask_when, keys)
            if name not in bundle.made_on_the_way and when != NEVER:
                groups.setdefault(named.get(name, _same(material)), []).append((item, material))
    for members in groups.values():
        yield _pooled(bundle, members, keys)


def _same(material: Material) -> tuple[object, ...]:
    if material.resource:
        return (material.resource, material.subject)
    return (material.source, material.licence_type or material.name.zh)


def _pooled(
    bundle: Bundle, members: Sequence[tuple[str, Material]], keys: Mapping[tuple[str, str], str]
) -> Pooled:
    item, material = members[0]
    whens = tuple(renamed(bundle, one, each.ask_when, keys) for one, each in members)
    merged = msgspec.structs.replace(
        material,
        code=f"{item}-{material.code}",
        fields=tuple(dict.fromkeys(name for _, each in members for name in each.fields)),
        fills={},
        max_files=max(each.max_files for _, each in members),
        ask_when=whens[0] if len(whens) == 1 else _simplified(Expression(or_=whens)),
    )
    return Pooled(merged, tuple((one, each.code) for one, each in members))


def share(
    bundle: Bundle, definitions: Definitions, whole: Pool, item: str, typed: Typed, *, today: date
) -> dict[str, str | list[str]]:
    """What was typed into the one form, as it would have been typed into this item's own."""
    part = bundle.part(item)
    own: dict[str, str | list[str]] = dict(part.fixed) if part else {}
    for question in definitions[item].form.questions():
        key = whole.keys.get((item, question.key))
        name = f"{item}.{question.key}"
        if key is not None:
            own |= _moved(typed, question, key)
        elif name in bundle.answered_by:
            own |= _in_words(whole, bundle.answered_by[name], question.key, typed, today)
    return own


def _moved(typed: Typed, question: Question, key: str) -> dict[str, str | list[str]]:
    """A group goes over whole: the rows it no longer has are emptied."""
    found: dict[str, str | list[str]] = {question.key: []} if question.type is QuestionType.GROUP else {}
    moved = {name: text for name, text in typed.items() if owner(name) == key}
    return found | {f"{question.key}{name[len(key) :]}": text for name, text in moved.items()}


def _in_words(whole: Pool, other: str, own: str, typed: Typed, today: date) -> dict[str, str | list[str]]:
    key = whole.keys.get(split(other))
    question = whole.form.question(key) if key else None
    if key is None:
        return {}
    value = check(whole.form, typed, today=today, complete=False).values.get(key)
    return {own: shown(question, value)} if question is not None and value is not None else {}


def faults(bundle: Bundle, definitions: Definitions) -> list[str]:
    """What is wrong with a bundle, in plain words; [] when it can be put together."""
    return [*_unknown(bundle, definitions), *_unlike(bundle, definitions)]


def _unknown(bundle: Bundle, definitions: Definitions) -> Iterator[str]:
    items = [part.item for part in bundle.parts]
    yield from (f"{item}: no such item" for item in items if item not in definitions)
    yield from (f"{item}: twice" for item in sorted({item for item in items if items.count(item) > 1}))
    for part in bundle.parts:
        yield from (f"{part.item}: after {one}, which does not come before" for one in part.after
                    if one not in items[: items.index(part.item)])  # fmt: skip
    answered = [*bundle.answered_by, *bundle.answered_by.values()]
    named = [*(one for group in bundle.same_questions for one in group), *answered]
    yield from (f"{name}: no such question" for name in named if _question(definitions, name) is None)
    papers = [*(one for group in bundle.same_materials for one in group), *bundle.made_on_the_way]
    yield from (f"{name}: no such material" for name in papers if _material(definitions, name) is None)


def _unlike(bundle: Bundle, definitions: Definitions) -> Iterator[str]:
    for group in bundle.same_questions:
        found = [question for name in group if (question := _question(definitions, name)) is not None]
        if len({question.type for question in found}) > 1:
            yield f"{', '.join(group)}: of different types"


def _question(definitions: Definitions, name: str) -> Question | None:
    item, key = split(name)
    return definitions[item].form.question(key) if item in definitions else None


def _material(definitions: Definitions, name: str) -> Material | None:
    item, code = split(name)
    return definitions[item].material(code) if item in definitions else None
