"""What every page of the portal must be, whoever asks: parsed strictly, whole without scripts, and in one language.

`complaints(html)` lists what is wrong; journeys and browser tests call it on every page they see.
"""

import re
from collections import Counter
from collections.abc import Iterator
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

import html5lib  # type: ignore[import-untyped]  # the library has no types
from html5lib.html5parser import ParseError  # type: ignore[import-untyped]

UNREAD = {"script", "style", "code", "pre", "kbd", "samp", "template"}
SPOKEN = ("aria-label", "alt", "title", "placeholder")
ADDRESSES = {"src", "href", "action", "formaction", "poster", "data"}
LOADED = {"script", "link", "img", "iframe", "form", "source", "object", "use", "image"}
"""Elements whose address is asked for without a click, or is sent what was typed."""

WORD = re.compile(r"(?<![\w@./:#&=_-])[A-Za-z]?[a-z]{3,}(?![\w@/#&=_-]|[.:]\w)")
PLACE = re.compile(r"\{[a-z_]+\}")
"""Where the portal fills something in: officials write it so, and see it so."""
PROPER = {"Yiwang", "China", "catalogue", "Cookie"}
"""Latin words that stand in Chinese text on purpose; one is an account of the sample city."""


def complaints(html: str) -> list[str]:
    """Everything that is wrong with a page, each in one sentence; nothing if it is as it should be."""
    try:
        page = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(html)
    except ParseError as exc:
        return [f"not strictly HTML: {exc}"]
    return [
        *_doubled_ids(page),
        *_inline_code(page),
        *_strangers(page),
        *_unprotected_forms(page),
        *_unlabelled_pages(page),
        *(f"English in Chinese text: {words}" for words in english_words(page)),
    ]


def english_words(page: Element) -> list[str]:
    """Latin words in text that is marked as Chinese, each with what stands around it."""
    found = []
    for text in _chinese_texts(page, "zh"):
        words = [word for word in WORD.findall(PLACE.sub("", text)) if word not in PROPER]
        if words:
            found.append(f"{' '.join(words)} («{' '.join(text.split())[:80]}»)")
    return found


def _chinese_texts(element: Element, language: str) -> Iterator[str]:
    if not isinstance(element.tag, str) or element.tag in UNREAD or element.get("translate") == "no":
        return
    language = element.get("lang") or language
    if language.startswith("zh"):
        yield from (element.get(name, "") for name in SPOKEN)
        yield element.text or ""
    for child in element:
        yield from _chinese_texts(child, language)
        if language.startswith("zh"):
            yield child.tail or ""


def _elements(page: Element) -> Iterator[Element]:
    return (element for element in page.iter() if isinstance(element.tag, str))


def _doubled_ids(page: Element) -> list[str]:
    ids = Counter(element.get("id") for element in _elements(page) if element.get("id"))
    return [f"id {name!r} stands {times} times" for name, times in ids.items() if times > 1]


def _inline_code(page: Element) -> list[str]:
    found = []
    for element in _elements(page):
        if element.tag == "style" or (element.tag == "script" and not element.get("src")):
            found.append(f"inline <{element.tag}>")
        found += [
            f"<{element.tag} {name}>" for name in element.attrib if name == "style" or name.startswith("on")
        ]
    return [f"{what} breaks the content security policy" for what in found]


def _strangers(page: Element) -> list[str]:
    """Addresses on other hosts that a browser would load or post to by itself."""
    return [
        f"<{element.tag}> loads from {element.attrib[name]}"
        for element in _elements(page)
        if element.tag.rpartition("}")[2] in LOADED
        for name in ADDRESSES & set(element.attrib)
        if urlsplit(element.attrib[name]).netloc
    ]


def _unprotected_forms(page: Element) -> list[str]:
    forms = (form for form in page.iter("form") if form.get("method", "get").lower() == "post")
    return [
        f"form to {form.get('action')} carries no CSRF token"
        for form in forms
        if not any(field.get("name") == "_csrf_token" for field in form.iter("input"))
    ]


def _unlabelled_pages(page: Element) -> list[str]:
    """A page says its language, has a title, one first heading and a place for the main content."""
    found = []
    if page.get("lang") not in {"zh-CN", "en"}:
        found.append(f"lang is {page.get('lang')!r}")
    title = page.find("head/title")
    if title is None or not (title.text or "").strip():
        found.append("no title")
    headings = sum(1 for _ in page.iter("h1"))
    if headings != 1:
        found.append(f"{headings} first headings")
    if sum(1 for _ in page.iter("main")) != 1:
        found.append("not one <main>")
    return found
