"""How well a name fits what was asked, as points. Pure.

The same name > its beginning > a part of it > the name inside a longer sentence > the same sound or initials >
a slip of the pen > some words in common. What only the guide says is worth less than any name.
"""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

from services.catalogue.finding.keys import Question
from services.catalogue.finding.sounds import initials, loose

SAME, BEGINNING, PART, SENTENCE = 100.0, 80.0, 70.0, 52.0
SAME_SOUND, SAME_LOOSELY, SAME_INITIALS = 68.0, 66.0, 67.0
SOUND_BEGINNING, INITIALS_BEGINNING, SOUND_PART = 54.0, 50.0, 46.0
SLIP, SHARED, CONTENT = 15.0, 12.0, 4.0
TOGETHER = 76.0
SURE = 68.0
"""From here on nothing that is compared later could be worth more."""
ENOUGH = 17.0
"""Below this a name has too little in common with what was asked."""
LIKE_ENOUGH = 0.6
SHARED_ENOUGH = 0.2
SLIP_ENOUGH = 0.07
"""Names with fewer keys in common differ by more than a slip: they are not compared letter by letter."""
HALF = 0.5


@dataclass(frozen=True, slots=True)
class Name:
    """One name as filed: normalised, and its syllables."""

    text: str
    sounds: tuple[str, ...]


def points(asked: Question, name: Name, shared: float) -> float:
    """0 when it does not fit; `shared` is the share of the keys asked for, by weight, that the name has."""
    written = max(
        (_written(text, name.text, shared) - less for less, text in enumerate(reversed(asked.texts))),
        default=0.0,
    )
    if written >= SURE:
        return written
    best = max(written, _spoken(asked, name))
    if best < SURE and shared >= SLIP_ENOUGH:
        best = max(best, _slip(asked, name))
    if shared >= SHARED_ENOUGH and any(pair in name.text for pair in asked.pairs):
        best = max(best, SHARED + 30.0 * shared)
    return best if best >= ENOUGH else 0.0


def together(asked: Question, names: Iterable[str]) -> float:
    """What several names of one thing are worth when they hold the words of the search between them."""
    wanted = [piece for piece in asked.pairs if len(piece) > 1]
    if len(wanted) < 2:
        return 0.0
    held = "|".join(names)
    share = sum(piece in held for piece in wanted) / len(wanted)
    return float(TOGETHER * share**1.5) if share >= HALF else 0.0


def _written(asked: str, name: str, shared: float) -> float:
    if asked == name:
        return SAME
    if len(asked) < len(name):
        share = len(asked) / len(name)
        if name.startswith(asked):
            return BEGINNING + 10 * share
        return PART + 10 * share if asked in name else 0.0
    return SENTENCE + 24 * shared if len(name) > 1 and name in asked else 0.0


def _spoken(asked: Question, name: Name) -> float:
    """By sound, and by initials when letters were typed."""
    if not name.sounds or name.text.isascii():
        return 0.0
    found = [_sound(reading, name.sounds) for reading in asked.sounds]
    if asked.letters:
        found.append(_initials(asked.letters, initials(name.sounds)))
    return max(found, default=0.0)


def _sound(asked: tuple[str, ...], name: tuple[str, ...]) -> float:
    if asked == name:
        return SAME_SOUND
    heard, own = " ".join(map(loose, asked)), " ".join(map(loose, name))
    if heard == own:
        return SAME_LOOSELY
    share = len(asked) / len(name)
    if own.startswith(heard) and len(asked) > 1:
        return SOUND_BEGINNING + 8 * share
    if len(asked) > 2 and f" {heard}" in own:
        return SOUND_PART + 8 * share
    return SOUND_PART + 8 / share if len(name) > 2 and f" {own} " in f" {heard} " else 0.0


def _initials(asked: str, own: str) -> float:
    if len(asked) < 2:
        return 0.0
    if asked == own:
        return SAME_INITIALS
    if own.startswith(asked):
        return INITIALS_BEGINNING + 10 * len(asked) / len(own)
    return SOUND_PART - 10 + 10 * len(asked) / len(own) if len(asked) > 2 and asked in own else 0.0


def _slip(asked: Question, name: Name) -> float:
    """By how few characters or syllables they differ."""
    text = max((_likeness(one, name.text) for one in asked.texts), default=0.0)
    own = tuple(map(loose, name.sounds))
    sound = max((_likeness(tuple(map(loose, one)), own) for one in asked.sounds), default=0.0)
    best = max(text, 0.97 * sound)
    return SLIP + 42 * best if best >= LIKE_ENOUGH else 0.0


def _likeness(one: Sequence[Hashable], other: Sequence[Hashable]) -> float:
    """1 for the same, 0 for nothing in common."""
    longer, shorter = max(len(one), len(other)), min(len(one), len(other))
    if shorter < 2 or shorter / longer < HALF:
        return 0.0
    return 1 - distance(one, other) / longer


def distance(one: Sequence[Hashable], other: Sequence[Hashable]) -> int:
    """Levenshtein's distance, by Myers' bit vectors: one step for each element of `other`."""
    if not one:
        return len(other)
    places: dict[Hashable, int] = {}
    for at, element in enumerate(one):
        places[element] = places.get(element, 0) | 1 << at
    last, mask = 1 << (len(one) - 1), (1 << len(one)) - 1
    up, down, steps = mask, 0, len(one)
    for element in other:
        same = places.get(element, 0)
        across = (((same & up) + up) ^ up) | same | down
        more, less = down | ~(across | up) & mask, up & across
        steps += bool(more & last) - bool(less & last)
        more = (more << 1 | 1) & mask
        across = same | down
        up = (less << 1 | ~(across | more)) & mask
        down = more & across
    return steps
