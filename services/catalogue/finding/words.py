"""Texts and searches as words. Pure: text in, words out."""

import re
import unicodedata

RUNS = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af〇]+|[0-9a-z]+")
LONGEST_QUERY = 60
# What people say around the thing they want; alone it would match every item.
FILLERS = re.compile(
    r"(?:需要|要)?(?:办|考)?(?:什么|啥|哪些)(?:证件|证|手续|材料|资质|条件)?"
    r"|(?:要|需要)?多少钱|(?:要|需要)?多久"
    r"|怎么办理|怎么办|怎么申请|怎样|怎么样|怎么|如何|我想要|我想|我要|想要|^想|请问"
    r"|在哪里|在哪儿|在哪|去哪里|去哪儿|去哪|哪里|哪儿|需要|办理|申请|申领|手续|材料|流程|条件|一下"
    r"|一?个(?![体人])|(?:要)?(?:审批|许可|执照|办证)吗$|[吗呢啊吧]$|了$"
)


def runs(text: str) -> list[str]:
    """The Chinese and the Latin pieces of a text, in order: compatibility forms and case folded."""
    return RUNS.findall(unicodedata.normalize("NFKC", text).lower().replace("ü", "v"))


def normal(text: str) -> str:
    """Text for comparison: pieces without spacing and signs."""
    return "".join(runs(text))


def core(text: str) -> str:
    """What a text is about, without the words around it; all of it, normalised, if nothing would be left."""
    whole = normal(text)
    return FILLERS.sub("", whole) or whole


def core_runs(text: str) -> list[str]:
    """The pieces of what a text is about: `food licence` stays two words."""
    folded = unicodedata.normalize("NFKC", text).lower().replace("ü", "v")
    return RUNS.findall(FILLERS.sub("", folded)) or RUNS.findall(folded)


def searched(query: str) -> str:
    """As much of a search as is looked at."""
    return query[:LONGEST_QUERY]
