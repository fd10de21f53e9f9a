"""Names and searches taken apart and compared, without a database."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.catalogue.finding import ranking, sounds, words
from services.catalogue.finding.keys import name_keys, question
from services.catalogue.finding.ranking import Name


def points(asked: str, name: str) -> float:
    return ranking.points(
        question(asked), Name(words.normal(name), sounds.syllables(words.normal(name))), 0.0
    )


@pytest.mark.parametrize(
    ("said", "core"),
    [
        ("开饭馆", "开饭馆"),
        ("我要开个饭馆", "开饭馆"),
        ("怎么办理老年证？", "老年证"),
        ("想开个饭馆要办啥证", "开饭馆"),
        ("ＦＯＯＤ Licence", "foodlicence"),
        ("办理", "办理"),
        ("个体户", "个体户"),
        ("？！", ""),
    ],
)
def test_a_search_without_the_words_around_it(said, core):
    assert words.core(said) == core


@pytest.mark.parametrize(
    ("letters", "reading"),
    [
        ("juzhuzheng", ("ju", "zhu", "zheng")),
        ("juzuzen", ("ju", "zu", "zen")),
        ("shenfenz", ("shen", "fen", "z")),
        ("lvshi", ("lv", "shi")),
    ],
)
def test_letters_are_read_as_pinyin(letters, reading):
    assert reading in sounds.read_as_pinyin(letters)


@pytest.mark.parametrize("letters", ["jzz", "unemploy", "ktv"])
def test_what_is_no_pinyin_is_not_read_as_such(letters):
    assert sounds.read_as_pinyin(letters) == []


def test_many_ways_to_read_do_not_take_for_ever():
    assert len(sounds.read_as_pinyin("xian" * 15)) <= sounds.MOST_READINGS


def test_the_closer_the_name_the_more_it_is_worth():
    worth = [
        points("居住证", "居住证"),
        points("居住证", "居住证申领"),
        points("居住证", "办居住证"),
        points("居住正", "居住证"),
        points("居往证", "居住证"),
        points("潜水艇", "居住证"),
    ]
    assert worth == sorted(worth, reverse=True)
    assert worth[0] == 100.0
    assert worth[-1] == 0.0


@pytest.mark.parametrize("asked", ["juzhuzheng", "ju zhu zheng", "juzuzen", "jzz", "JZZ", "居住正", "juzhuz"])
def test_sound_and_initials_find_the_name(asked):
    assert points(asked, "居住证") >= 50
    assert set(question(asked).keys) & name_keys("居住证")


def test_missing_characters_leave_enough_keys():
    assert set(question("居证").keys) & name_keys("居住证")


@given(st.text("abc", max_size=12), st.text("abc", max_size=12))
def test_distance_is_that_of_the_textbook(one, other):
    rows = list(range(len(other) + 1))
    for at, letter in enumerate(one, 1):
        below = [at]
        for place, against in enumerate(other, 1):
            below.append(min(rows[place] + 1, below[-1] + 1, rows[place - 1] + (letter != against)))
        rows = below
    assert ranking.distance(one, other) == rows[-1]
