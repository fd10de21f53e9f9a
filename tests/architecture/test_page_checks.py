"""The check that every page passes through (tests.support.pages) sees what it is there to see."""

import pytest

from tests.support.pages import complaints

WHOLE = """<!DOCTYPE html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>我的办件</title>
<link rel="stylesheet" href="/static/portal.css"><script src="/static/early.js"></script></head>
<body><main><h1>我的办件</h1>%s</main></body></html>"""


@pytest.mark.parametrize(
    "content",
    [
        "<p>请上传 PDF 或 JPG，发邮件到 name@example.cn，编号 YW-2026-00001。</p>",
        '<p><a href="https://www.gov.cn/">国家政务服务平台</a></p>',
        '<p><a lang="en" href="?lang=en">English</a></p><code>sha256</code>',
        '<form method="post" action="/x"><input type="hidden" name="_csrf_token" value="1"></form>',
        '<form action="/items"><label for="q">搜索</label><input id="q" name="q"></form>',
    ],
)
def test_a_sound_page_passes(content: str) -> None:
    assert complaints(WHOLE % content) == []


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("<p><div>段落里的块</div></p>", "not strictly HTML"),
        ("<p>没有关上的 <b>粗体</p>", "not strictly HTML"),
        ('<p id="a">一</p><p id="a">二</p>', "stands 2 times"),
        ('<p style="color:red">红</p>', "content security policy"),
        ('<a href="/" onclick="go()">去</a>', "content security policy"),
        ("<script>alert(1)</script>", "content security policy"),
        ('<img src="https://example.org/a.png" alt="图">', "loads from"),
        ('<img src="//example.org/a.png" alt="图">', "loads from"),
        ('<form method="post" action="/x"></form>', "CSRF"),
        ("<p>Error: 请填写姓名</p>", "English in Chinese text: Error"),
        ('<button aria-label="Close">×</button>', "English in Chinese text: Close"),
        ("<h1>又一个标题</h1>", "2 first headings"),
    ],
)
def test_what_is_wrong_is_told(content: str, told: str) -> None:
    assert any(told in complaint for complaint in complaints(WHOLE % content))


def test_a_page_without_its_language_is_told() -> None:
    assert "lang is None" in complaints((WHOLE % "").replace(' lang="zh-CN"', ""))


def test_english_pages_may_speak_english() -> None:
    assert complaints((WHOLE % "<p>Your applications</p>").replace("zh-CN", "en")) == []
