"""The words by which an item is found. Pure: text in, terms out.

Chinese is cut into single characters and pairs of neighbours (bigrams), Latin script into words and their
beginnings, so that parts of words find too. The table of aliases is what makes 开饭馆 find the food licence.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator

from services.catalogue.definition import ItemDefinition
from services.catalogue.themes import theme

RUNS = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af〇]+|[0-9a-z]+")
SHORTEST_START = 2
LONGEST_QUERY = 60
MOST_TERMS = 40
# What people say around the thing they want; alone it would match every item.
FILLERS = re.compile(
    r"怎么办理|怎么办|怎么申请|怎样|怎么|如何|我想要|我想|我要|想要|请问|在哪里|在哪儿|在哪|哪里|办理|申请|申领|需要什么|材料|流程|一下|一?个(?![体人])|[吗呢啊]"
)


def normal(text: str) -> str:
    """Text for comparison: compatibility forms and case folded, spacing and signs dropped."""
    return "".join(RUNS.findall(unicodedata.normalize("NFKC", text).lower()))


def terms(text: str) -> set[str]:
    """Every term under which a text is filed."""
    return {
        term
        for run in RUNS.findall(unicodedata.normalize("NFKC", text).lower())
        for term in (_starts(run) if run.isascii() else {*run, *_pairs(run)})
    }


def _starts(word: str) -> Iterator[str]:
    yield word
    yield from (word[:length] for length in range(SHORTEST_START, len(word)))


def _pairs(run: str) -> Iterator[str]:
    yield from (run[at : at + 2] for at in range(len(run) - 1))


def asked(query: str) -> str:
    """What a query is about, without the words around it; the query itself if nothing would be left."""
    whole = normal(query[:LONGEST_QUERY])
    return FILLERS.sub("", whole) or whole


def query_terms(query: str) -> list[str]:
    """The terms a query looks for: pairs of Chinese characters (one alone as itself), whole Latin words."""
    cut = FILLERS.sub(" ", unicodedata.normalize("NFKC", query[:LONGEST_QUERY]).lower())
    runs = RUNS.findall(cut) or RUNS.findall(unicodedata.normalize("NFKC", query[:LONGEST_QUERY]).lower())
    found = (term for run in runs for term in ([run] if run.isascii() or len(run) == 1 else _pairs(run)))
    return list(dict.fromkeys(found))[:MOST_TERMS]


def called(item: ItemDefinition) -> list[str]:
    """What the item is called, officially and in everyday speech."""
    return [item.name.zh, item.short_name.zh, item.name.en, item.short_name.en, *item.aliases]


def names(item: ItemDefinition) -> str:
    """`|name|alias|…|`, each normalised: a query equal to one of them ranks first."""
    known = dict.fromkeys(filter(None, map(normal, called(item))))
    return f"|{'|'.join(known)}|"


def all_terms(texts: Iterable[str]) -> list[str]:
    return sorted({term for text in texts for term in terms(text)})


def texts(item: ItemDefinition) -> Iterator[str]:
    """All words under which the item is filed: names, aliases, department, materials, result, FAQ, themes."""
    yield from called(item)
    pairs = [item.summary, item.department.name, item.result.name]
    pairs += [material.name for material in item.materials]
    pairs += [one.question for one in item.faq]
    found = [one for slug in item.themes if (one := theme(slug))]
    pairs += [one.name for one in found]
    yield from (text for pair in pairs for text in (pair.zh, pair.en))
    yield from (alias for one in found for alias in one.aliases)
