import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity.numbers import credit_code, organisation_code
from licensing import numbering
from licensing.errors import NumberUnsound

REAL = [
    "11100000000013338W011.11430000006122244L.20230000403.001.U",
    "11100000000013338W032.11220000013544541J.2430599.001.F",
    "11100000000013338W009.11330105002500287C.2025052201.002.0",
    "11100000MB03271699022.340100.000000016.001.9",
]
SAMPLE_THAT_IS_WRONG = "11100000000013127D032.11440000MB2C93001A.209FA4E88F9E4C878F3E9BED2CE7EA49.001.M"

segments = st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1, max_size=20)


@pytest.mark.parametrize("text", REAL)
def test_the_four_real_identifiers_hold(text):
    assert str(numbering.read_identifier(text)) == f"{numbering.ROOT}.{text}"
    assert numbering.read_identifier(f"{numbering.ROOT}.{text}") == numbering.read_identifier(text)


def test_the_swagger_sample_fails():
    with pytest.raises(NumberUnsound) as caught:
        numbering.read_identifier(SAMPLE_THAT_IS_WRONG)
    assert caught.value.part == "check"


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", "segments"),
        ("1.2.3", "segments"),
        (REAL[0].replace("W011", "W01_"), "type"),
        (REAL[0].replace(".001.", ".1.", 1), "version"),
        (REAL[0].lower(), "type"),
        (REAL[0][:-1] + "V", "check"),
    ],
)
def test_a_malformed_identifier_names_its_wrong_part(text, part):
    with pytest.raises(NumberUnsound) as caught:
        numbering.read_identifier(text)
    assert caught.value.part == part


@given(segments, st.integers(0, 999))
def test_what_is_made_can_be_read(serial, version):
    made = numbering.make_identifier("11520100MADEM00119001", "11520100MADEM00119", serial, version)
    assert numbering.read_identifier(str(made)) == made


@given(segments, st.data())
def test_one_changed_character_changes_the_check_character(text, data):
    place = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.sampled_from(numbering.ALPHABET).filter(lambda char: char != text[place]))
    changed = text[:place] + other + text[place + 1 :]
    assert numbering.mod_37_36(text) != numbering.mod_37_36(changed)


def test_characters_outside_the_alphabet_are_refused():
    for check in (numbering.mod_37_36, numbering.mod_11_10):
        with pytest.raises(NumberUnsound):
            check("a_")


def test_the_decimal_check_digit_follows_the_standards_example():
    assert numbering.mod_11_10("0794") == "5"


@given(st.integers(1, 31**6 - 1))
def test_made_credit_codes_pass_the_checks_of_the_register(serial):
    code = numbering.licence_number("credit-code", "92", region="520100", year=2026, serial=serial)
    assert credit_code(code) == code
    assert organisation_code(code[8:17]) == code[8:17]


def test_known_synthetic_credit_codes_are_reproduced():
    assert numbering.credit_code("92", "520103", "MADEM001") == "92520103MADEM00119"


@pytest.mark.parametrize(
    ("maker", "pattern", "serial"),
    [("unknown", "", 1), ("pattern", "{missing}", 1), ("credit-code", "92", 31**6), ("credit-code", "S2", 1)],
)
def test_numbers_that_cannot_be_made_are_refused(maker, pattern, serial):
    with pytest.raises(NumberUnsound):
        numbering.licence_number(maker, pattern, region="520100", year=2026, serial=serial)


def test_a_food_licence_number_has_sixteen_characters():
    number = numbering.licence_number(
        "pattern-mod-11-10", "JY{kind}{region}{serial:06d}", region="520100", year=2026, serial=123, kind="2"
    )
    assert number == "JY2520100000123" + numbering.mod_11_10("2520100000123")
    assert len(number) == 16


def test_an_organisation_code_body_of_another_length_is_refused():
    with pytest.raises(NumberUnsound):
        numbering.credit_code("92", "520103", "SHORT")
