"""How Chinese words sound: for people who type pinyin or its initials, and for a character mistaken for its homophone.

Pure. Tones are left out; what is not Chinese stays as it is. Readings of whole words are preferred (银行, 重庆).
"""

from functools import cache, lru_cache

from services.catalogue.finding.words import runs

FINALS = {
    "": "a ai an ang ao e ei en eng er o ou",
    "b": "a ai an ang ao ei en eng i ian iao ie in ing o u",
    "p": "a ai an ang ao ei en eng i ian iao ie in ing o ou u",
    "m": "a ai an ang ao e ei en eng i ian iao ie in ing iu o ou u",
    "f": "a an ang ei en eng o ou u",
    "d": "a ai an ang ao e ei en eng i ian iao ie ing iu ong ou u uan ui un uo",
    "t": "a ai an ang ao e eng i ian iao ie ing ong ou u uan ui un uo",
    "n": "a ai an ang ao e ei en eng i ian iang iao ie in ing iu ong ou u uan uo v ve",
    "l": "a ai an ang ao e ei eng i ia ian iang iao ie in ing iu ong ou u uan un uo v ve",
    "g": "a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo",
    "k": "a ai an ang ao e en eng ong ou u ua uai uan uang ui un uo",
    "h": "a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo",
    "j": "i ia ian iang iao ie in ing iong iu u uan ue un",
    "q": "i ia ian iang iao ie in ing iong iu u uan ue un",
    "x": "i ia ian iang iao ie in ing iong iu u uan ue un",
    "zh": "a ai an ang ao e en eng i ong ou u ua uai uan uang ui un uo",
    "ch": "a ai an ang ao e en eng i ong ou u ua uai uan uang ui un uo",
    "sh": "a ai an ang ao e ei en eng i ou u ua uai uan uang ui un uo",
    "r": "an ang ao e en eng i ong ou u uan ui un uo",
    "z": "a ai an ang ao e ei en eng i ong ou u uan ui un uo",
    "c": "a ai an ang ao e en eng i ong ou u uan ui un uo",
    "s": "a ai an ang ao e en eng i ong ou u uan ui un uo",
    "y": "a an ang ao e i in ing o ong ou u uan ue un",
    "w": "a ai an ang ao ei en eng o u",
}
SYLLABLES = frozenset(initial + final for initial, finals in FINALS.items() for final in finals.split())
BEGUN = frozenset(syllable[:length] for syllable in SYLLABLES for length in range(1, len(syllable)))
"""Every beginning of a syllable: the last one of a search is often still being typed."""
LONGEST = max(map(len, SYLLABLES))
MOST_READINGS = 3


@lru_cache(8_192)
def syllables(text: str) -> tuple[str, ...]:
    """The sound of each character, in order; a run of Latin letters and digits is one piece."""
    if text.isascii():
        return tuple(runs(text))
    return tuple(piece for run in runs(text) for piece in _spoken(run))


def _spoken(run: str) -> list[str]:
    if run.isascii():
        return [run]
    from pypinyin import (  # a third of a second and forty megabytes: only processes that file or search
        Style,
        lazy_pinyin,
    )

    return lazy_pinyin(run, style=Style.NORMAL)


def initials(pieces: tuple[str, ...]) -> str:
    """The first letters: juzhuzheng → jzz."""
    return "".join(piece[0] for piece in pieces)


@lru_cache(8_192)
def loose(syllable: str) -> str:
    """A syllable without the differences that many do not hear: curled tongue, back nasal, l for n, ü for u."""
    for curled, flat in (("zh", "z"), ("ch", "c"), ("sh", "s"), ("l", "n")):
        if syllable.startswith(curled):
            syllable = flat + syllable.removeprefix(curled)
            break
    return (
        syllable.removesuffix("g").replace("v", "u")
        if syllable.endswith("ng")
        else syllable.replace("v", "u")
    )


def read_as_pinyin(letters: str) -> list[tuple[str, ...]]:
    """The ways in which letters can be read as syllables, fewest syllables first; the last may be unfinished.

    `xian` is xian or xi an; [] when it is no pinyin.
    """

    @cache
    def readings(at: int) -> list[tuple[str, ...]]:
        if at == len(letters):
            return [()]
        ends = range(min(len(letters), at + LONGEST), at, -1)
        found = [
            (letters[at:end], *rest) for end in ends if letters[at:end] in SYLLABLES for rest in readings(end)
        ]
        if letters[at:] in BEGUN and letters[at:] not in SYLLABLES and at:
            found.append((letters[at:],))
        return sorted(found, key=len)[:MOST_READINGS]

    return readings(0)
