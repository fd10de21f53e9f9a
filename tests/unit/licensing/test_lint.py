import pytest

from identity.actor import PartyKind
from licensing import lint, types
from licensing.errors import Problem
from tests.support import licences as builders

FOOD = types.get("food-business-licence")


def found(**changes):
    told = builders.elements("food-business-licence") | changes
    return lint.check(FOOD, told, holder_kind=PartyKind.ORGANISATION)


@pytest.mark.parametrize("slug", sorted(builders.FIELDS))
def test_a_good_licence_has_no_problems(slug):
    told = builders.elements(slug)
    assert lint.check(types.get(slug), told, holder_kind=builders.HOLDERS[slug].kind) == []


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"CZZT": ""}, Problem("missing", "CZZT")),
        ({"KZ_JYCS": ""}, Problem("missing", "KZ_JYCS")),
        ({"KZ_JYCS": "\0"}, Problem("control-character", "KZ_JYCS")),
        ({"KZ_JYCS": "一" * 121}, Problem("too-long", "KZ_JYCS")),
        ({"CZZT": "一" * 201}, Problem("too-long", "CZZT")),
        ({"ZZBFRQ": "2026-02-30"}, Problem("date", "ZZBFRQ")),
        ({"ZZYXQJZRQ": "2020-01-01"}, Problem("period", "ZZYXQJZRQ")),
        ({"ZZBS": "1.2.3"}, Problem("identifier", "ZZBS")),
        ({"ZZBFJGDM": "11520100MADEM00381"}, Problem("identifier", "ZZBS")),
    ],
)
def test_each_mistake_is_named(changes, problem):
    assert found(**changes) == [problem]


def test_rare_characters_are_no_mistake():
    assert found(CZZT="䶮㛃𬎆𠅤·示例店") == []


def test_all_mistakes_are_named_at_once():
    told = builders.elements("food-business-licence", premises="") | {"ZZBFRQ": "?", "ZZBS": ""}
    problems = lint.check(
        FOOD, told, holder_kind=PartyKind.ORGANISATION, number_taken=True, picture_unfit=True
    )
    assert {each.code for each in problems} == {"missing", "date", "number-taken", "picture"}


def test_a_holder_of_another_kind_is_a_mistake():
    told = builders.elements("senior-card")
    problems = lint.check(types.get("senior-card"), told, holder_kind=PartyKind.ORGANISATION)
    assert problems == [Problem("holder", "CZZT")]
