"""Filing items and bundles so that they are found. What is written here can be thrown away and made anew."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on
from sqlmodel import col

from services.catalogue import themes
from services.catalogue.bundles import Bundle
from services.catalogue.definition import ItemDefinition
from services.catalogue.finding import aliases, words
from services.catalogue.finding.aliases import bundle_words, everyday_words, theme_words
from services.catalogue.finding.keys import content_keys, name_keys
from services.catalogue.finding.models import ItemAlias, Kind, SearchEntry
from services.catalogue.finding.sounds import syllables
from services.catalogue.maintenance.models import ItemSuccession
from services.catalogue.models import ItemState, ItemVersion
from storage.database import Session

RULES = 1
"""Raise it when `words`, `sounds` or `keys` file names differently: everything is then filed anew."""

WRITE = sa.text(
    """
    WITH named AS (
        INSERT INTO search_name (entry, text, sounds, said)
        SELECT * FROM unnest(CAST(:entries AS int[]), CAST(:texts AS text[]),
                             CAST(:sounds AS text[]), CAST(:saids AS text[]))
        RETURNING id, entry, text
    )
    INSERT INTO search_key (key, name, entry, size)
    SELECT k.key, named.id, named.entry, least(length(named.text), 1000)
    FROM unnest(CAST(:keys AS text[]), CAST(:key_entries AS int[]), CAST(:key_texts AS text[]))
         AS k(key, entry, text)
    JOIN named ON named.entry = k.entry AND named.text = k.text
    """
)
"""Names and keys of many entries in one statement: a published item has several hundred keys."""


@dataclass(frozen=True, slots=True)
class Filed:
    """One entry as it is to be filed: `names` are normalised text → as said; `content` the keys of its guide."""

    kind: Kind
    code: str
    version: int | None
    audiences: tuple[str, ...]
    themes: tuple[str, ...]
    department: str | None
    mark: str
    names: Mapping[str, str]
    content: frozenset[str]


@cache
def mark() -> str:
    """By which rules and words items are filed now."""
    whole = hashlib.sha256(str(RULES).encode())
    for file in (aliases.FILE, themes.FILE):
        whole.update(file.read_bytes())
    return whole.hexdigest()


def item_filed(item: ItemDefinition, version: int, more: Sequence[str] = ()) -> Filed:
    """How a version of an item is filed; `more` are the aliases operators made."""
    return Filed(
        kind=Kind.ITEM,
        code=item.code,
        version=version,
        audiences=tuple(one.value for one in item.audiences),
        themes=item.themes,
        department=item.department.code,
        mark=mark(),
        names=_names([*called(item), *everyday_words(item.code), *more]),
        content=frozenset(content_keys(_guide(item))),
    )


def bundle_filed(bundle: Bundle, more: Sequence[str] = ()) -> Filed:
    official = (bundle.name.zh, bundle.short_name.zh, bundle.name.en, bundle.short_name.en)
    themed = (word for slug in bundle.themes for word in theme_words(slug))
    return Filed(
        kind=Kind.BUNDLE,
        code=bundle.code,
        version=None,
        audiences=tuple(one.value for one in bundle.audiences),
        themes=bundle.themes,
        department=None,
        mark=hashlib.sha256(mark().encode() + msgspec.json.encode(bundle)).hexdigest(),
        names=_names([*official, *bundle.aliases, *bundle_words(bundle.code), *more]),
        content=frozenset(content_keys((bundle.summary.zh, bundle.summary.en, *themed))),
    )


def called(item: ItemDefinition) -> list[str]:
    """What the item calls itself, officially and in everyday speech."""
    return [item.name.zh, item.short_name.zh, item.name.en, item.short_name.en, *item.aliases]


def _names(said: Sequence[str]) -> dict[str, str]:
    """Each name whole, and without the words around it where there are any (退休手续: 退休)."""
    names = {words.normal(one): one for one in reversed(said)}
    cores = {words.core(one): one for one in reversed(said)}
    return {text: one for text, one in (cores | names).items() if text}


def _guide(item: ItemDefinition) -> Iterator[str]:
    """What the guide says beside the names: department, materials, result, questions asked and answered, themes."""
    pairs = [item.summary, item.department.name, item.result.name]
    pairs += [material.name for material in item.materials]
    pairs += [one.question for one in item.faq]
    pairs += [question.label for question in item.form.questions()]
    yield from (text for pair in pairs for text in (pair.zh, pair.en))
    yield from (word for slug in item.themes for word in theme_words(slug))


async def write(session: Session, filed: Sequence[Filed]) -> None:
    """File entries that are not there yet."""
    if not filed:
        return
    made = await session.scalars(
        sa.insert(SearchEntry).returning(col(SearchEntry.id), sort_by_parameter_order=True),
        [
            {
                "kind": one.kind,
                "code": one.code,
                "version": one.version,
                "audiences": list(one.audiences),
                "themes": list(one.themes),
                "department": one.department,
                "mark": one.mark,
            }
            for one in filed
        ],
    )
    await session.execute(WRITE, _rows(dict(zip(made, filed, strict=True))))


def _rows(filed: Mapping[int | None, Filed]) -> dict[str, list[Any]]:
    """The columns of `WRITE`. The name without text has the keys of the guide."""
    named = [
        (entry, text, said, keys)
        for entry, one in filed.items()
        for text, said, keys in (
            *((text, said, name_keys(text) | name_keys(said)) for text, said in one.names.items()),
            ("", "", one.content),
        )
    ]
    keyed = [(key, entry, text) for entry, text, _, keys in named for key in keys]
    return {
        "entries": [entry for entry, *_ in named],
        "texts": [text for _, text, *_ in named],
        "sounds": [" ".join(syllables(text)) for _, text, *_ in named],
        "saids": [said for _, _, said, _ in named],
        "keys": [key for key, *_ in keyed],
        "key_entries": [entry for _, entry, _ in keyed],
        "key_texts": [text for *_, text in keyed],
    }


async def remove(session: Session, kind: Kind, code: str, version: int | None = None) -> None:
    """Take an entry out of the index; of an item, without `version`, all its versions."""
    gone = sa.delete(SearchEntry).where(col(SearchEntry.kind) == kind, col(SearchEntry.code) == code)
    if version is not None:
        gone = gone.where(col(SearchEntry.version) == version)
    await session.execute(gone)


async def file_item(session: Session, item: ItemDefinition, version: int) -> None:
    """File a version of an item anew, with the aliases operators made and what the items before it were called."""
    more = [*await made_aliases(session, Kind.ITEM, item.code), *await former_names(session, item.code)]
    await remove(session, Kind.ITEM, item.code, version)
    await write(session, [item_filed(item, version, more)])


async def file_bundle(session: Session, bundle: Bundle) -> None:
    await remove(session, Kind.BUNDLE, bundle.code)
    await write(session, [bundle_filed(bundle, await made_aliases(session, Kind.BUNDLE, bundle.code))])


async def former_names(session: Session, code: str) -> list[str]:
    """What the items were called that were split, merged or cancelled in favour of this one: people go on asking so."""
    query = (
        sa.select(col(ItemVersion.definition))
        .ext(distinct_on(col(ItemVersion.code)))
        .join(ItemSuccession, col(ItemSuccession.code) == col(ItemVersion.code))
        .where(col(ItemSuccession.successor) == code, col(ItemVersion.state) != ItemState.DRAFT)
        .order_by(col(ItemVersion.code), col(ItemVersion.version).desc())
    )
    before = [msgspec.convert(one, ItemDefinition) for one in await session.scalars(query)]
    return [name for item in before for name in (*called(item), *everyday_words(item.code))]


async def made_aliases(session: Session, kind: Kind, code: str) -> list[str]:
    """What operators made it be called as well."""
    query = sa.select(col(ItemAlias.words)).where(col(ItemAlias.kind) == kind, col(ItemAlias.code) == code)
    return list(await session.scalars(query.order_by(col(ItemAlias.words))))
