import json
from dataclasses import replace
from datetime import date

import pytest

from identity.actor import PartyKind
from licensing import metadata, types
from licensing.numbering import read_identifier
from licensing.sheets import check_address, chinese_date, edition
from tests.support import licences as builders

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


def test_the_code_of_a_holder_is_of_the_kind_the_holder_is():
    told = builders.elements("property-certificate")
    assert (told["CZZTDMLX"], told["CZZTDMLXDM"]) == ("公民身份号码", "111")
    kinds = types.get("property-certificate").holder.code_kinds
    assert kinds[PartyKind.ORGANISATION].code == "001"


def test_a_later_version_says_so_on_the_page():
    told = builders.elements("business-licence")
    assert edition(told) == ""
    identifier = str(replace(read_identifier(told["ZZBS"]), version=2))
    assert edition(told | {"ZZBS": identifier, metadata.EDITION: "补发"}) == "（第2版 补发）"


def test_why_a_version_is_made_never_gets_into_the_file():
    told = metadata.sealed_elements(
        builders.elements("senior-card") | {metadata.REASON: "遗失", metadata.BASIS: "x"}, "章", builders.AT
    )
    assert not set(metadata.NOTES) & set(told)


@pytest.mark.parametrize(
    ("slug", "number"),
    [
        ("business-licence", "915201"),
        ("construction-permit", "520100202600000123"),
        ("hr-service-licence", "（示）人服证字〔2026〕第5201000123号"),
        ("physician-registration", "152010000000123"),
        ("property-certificate", "示（2026）示例市不动产权第0000123号"),
        ("public-place-hygiene-licence", "示卫公证字〔2026〕第520100-000123号"),
        ("road-transport-licence", "示交运管许可字520100000123号"),
        ("residence-permit", "5201002026000123"),
    ],
)
def test_numbers_look_like_those_on_paper(slug, number):
    assert builders.elements(slug)["ZZBH"].startswith(number)


def test_a_number_that_says_its_year_is_counted_by_the_year():
    counted_on = {slug for slug, each in types.load_types().items() if not each.number.yearly}
    assert counted_on == {
        "business-licence",
        "food-business-licence",
        "individual-business-licence",
        "physician-registration",
        "road-transport-licence",
    }


def test_a_company_and_an_individual_business_never_share_an_organisation_code():
    codes = {
        builders.elements(slug)["ZZBH"][8:17] for slug in ("business-licence", "individual-business-licence")
    }
    assert len(codes) == 2
