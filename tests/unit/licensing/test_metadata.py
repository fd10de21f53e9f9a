import json
from datetime import date

import pytest

from licensing import metadata, types
from licensing.sheets import check_address, chinese_date
from tests.unit.licensing import builders

FOOD = types.get("food-business-licence")


def test_options_become_words_and_several_values_are_joined():
    told = metadata.fill(FOOD, builders.FIELDS["food-business-licence"], date(2026, 11, 23))
    assert told["KZ_ZTYT"] == "餐饮服务经营者"
    assert told["KZ_JYXM"] == "热食类食品制售、冷食类食品制售"


def test_an_option_is_recognised_by_key_and_by_words():
    field = FOOD.field("business_kind")
    assert field is not None
    assert [
        metadata.option_key(field, given) for given in ("sales", "单位食堂", ["catering"], "else", None)
    ] == [
        "sales",
        "canteen",
        "catering",
        None,
        None,
    ]


def test_defaults_fill_what_was_not_handed_in():
    told = builders.elements("individual-business-licence")
    assert (told["KZ_LX"], told["KZ_ZCXS"], told["KZ_ZCRQ"]) == ("个体工商户", "个人经营", "2026-11-23")


def test_a_business_licence_bears_the_trade_name_and_its_own_number():
    told = builders.elements("individual-business-licence")
    assert told["CZZT"] == "示例市云岩区示例乙小吃店"
    assert told["CZZTDM"] == told["ZZBH"]
    assert told["ZZYXQJZRQ"] == "长期"


def test_the_record_can_be_read_back():
    told = builders.elements("senior-card")
    assert metadata.read_record(metadata.record("licence", told, sample=True)) == ("licence", told)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff",
        b"[]",
        b"{}",
        b'{"format": "other", "kind": "x", "elements": {}}',
        b"[" * 100_000,
        json.dumps({"format": metadata.FORMAT, "kind": "x", "elements": 3}).encode(),
    ],
)
def test_foreign_records_are_nothing(content):
    assert metadata.read_record(content) is None


def test_the_check_address_leaves_the_root_out():
    address = check_address("https://a.example/", "1.2.156.3005.2.T.I.S.001.X", "K7QM")
    assert address == "https://a.example/verify?id=T.I.S.001.X&code=K7QM"


@pytest.mark.parametrize(
    ("text", "shown"), [("2026-01-09", "2026年1月9日"), ("长期", "长期"), ("", "—"), ("soon", "soon")]
)
def test_dates_are_written_in_chinese(text, shown):
    assert chinese_date(text) == shown
