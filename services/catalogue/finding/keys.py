"""The keys under which a name is filed and a search looked up. Pure.

Neighbouring characters and those with one between them (居住, 居证), so that a missing or mistaken character leaves
enough; the same of loosely heard syllables (`~ju zu`); three initials in a row (`#^jz`, `#jzz`); Latin words and
their beginnings. Words of the guide that are not names have keys of their own (`%…`).
"""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from services.catalogue.finding import words
from services.catalogue.finding.sounds import initials, loose, read_as_pinyin, syllables

SOUND, INITIALS, CONTENT = "~", "#", "%"
SHORTEST_START = 2
LONGEST_START = 12
MOST_INITIALS = 12
MOST_KEYS = 90


def name_keys(text: str) -> set[str]:
    """Every key of a name."""
    pieces = words.runs(text)
    sounds = syllables(text)
    found = set(_written(pieces))
    if not text.isascii():
        found |= set(_heard(sounds)) | set(_begun(initials(sounds)))
    return found


def content_keys(texts: Iterable[str]) -> set[str]:
    """The keys of what a guide says beside its names."""
    return {CONTENT + key for text in texts for key in _words(words.runs(text))}


def _written(pieces: Sequence[str]) -> Iterator[str]:
    for piece in pieces:
        if piece.isascii():
            yield from _starts(piece)
        else:
            yield from piece
            yield from _pairs(piece)


def _words(pieces: Sequence[str]) -> Iterator[str]:
    """Without single characters and gaps: in a long text they would mean nothing."""
    for piece in pieces:
        if piece.isascii():
            yield piece
        else:
            yield from (piece[at : at + 2] for at in range(len(piece) - 1))


def _starts(word: str) -> Iterator[str]:
    yield word
    yield from (word[:length] for length in range(SHORTEST_START, min(len(word), LONGEST_START)))


def _pairs(run: str) -> Iterator[str]:
    yield from (run[at : at + 2] for at in range(len(run) - 1))
    yield from (run[at] + run[at + 2] for at in range(len(run) - 2))


def _heard(sounds: Sequence[str]) -> Iterator[str]:
    heard = [loose(syllable) for syllable in sounds]
    yield from (f"{SOUND}{first} {second}" for first, second in itertools.pairwise(heard))
    yield from (f"{SOUND}{first} {second}" for first, second in zip(heard, heard[2:], strict=False))


def _begun(letters: str) -> Iterator[str]:
    marked = f"^{letters[:MOST_INITIALS]}"
    yield from (INITIALS + marked[at : at + 3] for at in range(len(marked) - 2))


@dataclass(frozen=True, slots=True)
class Question:
    """A search taken apart: `texts` without the words around it and as said, `sounds` the ways to read it aloud.

    `pairs` are its neighbouring characters and Latin words, `keys` what names are looked up by;
    `letters` is the whole of a search in Latin letters, which may be pinyin, initials or English; else "".
    """

    texts: tuple[str, ...]
    sounds: tuple[tuple[str, ...], ...]
    letters: str
    pairs: tuple[str, ...]
    keys: tuple[str, ...]

    @property
    def content(self) -> list[str]:
        """The keys under which a guide is looked up."""
        return [CONTENT + pair for pair in self.pairs]


def question(query: str) -> Question:
    """Take a search apart."""
    said = words.searched(query)
    pieces = words.core_runs(said)
    texts = tuple(dict.fromkeys((words.core(said), words.normal(said))))
    letters = "".join(pieces) if texts[-1].isascii() else ""
    sounds = tuple(read_as_pinyin(letters)) if letters else (syllables("".join(pieces)),)
    keys = [*_asked(pieces), *(key for reading in sounds for key in _heard(reading))]
    if letters.isalpha():
        keys += _begun(letters)
    return Question(
        texts=texts if texts[0] else (),
        sounds=tuple(reading for reading in sounds if reading),
        letters=letters,
        pairs=tuple(dict.fromkeys(_words(pieces))),
        keys=tuple(dict.fromkeys(keys))[:MOST_KEYS],
    )


def _asked(pieces: Sequence[str]) -> Iterator[str]:
    for piece in pieces:
        if piece.isascii() or len(piece) == 1:
            yield piece
        else:
            yield from _pairs(piece)
