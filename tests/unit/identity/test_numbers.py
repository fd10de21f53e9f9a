"""Vectors of GB 11643, GB 32100 and GB 11714, and what a hurried person types."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity import numbers
from identity.numbers import NumberWrong, Sex

CITIZENS = [
    ("11010519491231002X", date(1949, 12, 31), Sex.FEMALE),
    ("440524188001010014", date(1880, 1, 1), Sex.MALE),
    ("360426199101010071", date(1991, 1, 1), Sex.MALE),
    ("520102199001010018", date(1990, 1, 1), Sex.MALE),
    ("520103195503151126", date(1955, 3, 15), Sex.FEMALE),
    ("520115200112310037", date(2001, 12, 31), Sex.MALE),
    ("520181197602290023", date(1976, 2, 29), Sex.FEMALE),
    ("520102202006010089", date(2020, 6, 1), Sex.FEMALE),
]
CREDIT_CODES = [
    "91350100M000100Y43",
    "91110000600037341L",
    "11440232MB2D06811W",
    "11370800MB28559184",
    "11520100MADEM00119",
    "11520100MADEM002X1",
    "91520115MADEM0011Q",
    "92520103MADEM00119",
    "52520100MADEM00112",
]


@pytest.mark.parametrize(("number", "born", "sex"), CITIZENS)
def test_a_published_id_number_is_read_with_birth_date_and_sex(number, born, sex):
    assert numbers.id_number(number) == number
    assert numbers.birth_date(number) == born
    assert numbers.sex(number) is sex


@pytest.mark.parametrize(
    "typed",
    [
        "11010519491231002x",
        " 110105 19491231 002X ",
        "１１０１０５１９４９１２３１００２Ｘ",
        "110105\u300019491231002x",
    ],
)
def test_an_id_number_is_normalised_however_it_was_typed(typed):
    assert numbers.id_number(typed) == "11010519491231002X"


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("", "length"),
        ("52010219900101001", "length"),
        ("5201021990010100188", "length"),
        ("52010219900101001A", "characters"),
        ("5201021990X1010018", "characters"),
        ("52010219900101001\x00", "characters"),
        ("٥٢٠١٠٢١٩٩٠٠١٠١٠٠١٨", "characters"),
        ("990102199001010018", "region"),
        ("020102199001010018", "region"),
        ("520102199002300014", "date"),
        ("520102199013010014", "date"),
        ("520102000001010014", "date"),
        ("520102190002290014", "date"),
        ("520102199001010019", "check"),
        ("11010519491231002" + "1", "check"),
    ],
)
def test_an_impossible_id_number_is_refused_with_its_reason(typed, why):
    with pytest.raises(NumberWrong) as refused:
        numbers.id_number(typed)
    assert (refused.value.kind, refused.value.why) == ("id-number", why)
    assert typed not in str(refused.value) or not typed


def test_the_number_of_a_permanent_resident_from_abroad_is_read():
    assert numbers.id_number("911124198108030024") == "911124198108030024"


def test_nobody_is_born_after_today():
    assert numbers.id_number("520102202006010089", today=date(2020, 6, 1))
    with pytest.raises(NumberWrong, match="date"):
        numbers.id_number("520102202006010089", today=date(2020, 5, 31))


@given(st.integers(0, 16), st.integers(1, 9))
def test_one_changed_digit_of_an_id_number_is_always_noticed(place, shift):
    number = "520102199001010018"
    digit = str((int(number[place]) + shift) % 10)
    with pytest.raises(NumberWrong):
        numbers.id_number(number[:place] + digit + number[place + 1 :])


@pytest.mark.parametrize("code", CREDIT_CODES)
def test_a_published_credit_code_is_read(code):
    assert numbers.credit_code(f" {code.lower()} ") == code


@pytest.mark.parametrize("code", CREDIT_CODES[4:])
def test_the_synthetic_codes_carry_a_right_organisation_code(code):
    assert numbers.organisation_code(code[8:17]) == code[8:17]


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("A1110000600037341L", "check"),
        ("91110000600037341", "length"),
        ("9111000060003734IL", "characters"),
        ("91A10000600037341L", "characters"),
        ("91110000600037341M", "check"),
    ],
)
def test_an_impossible_credit_code_is_refused_with_its_reason(typed, why):
    with pytest.raises(NumberWrong) as refused:
        numbers.credit_code(typed)
    assert (refused.value.kind, refused.value.why) == ("credit-code", why)


def test_the_organisation_code_of_the_standard_is_read():
    assert numbers.organisation_code("D2143569-X") == "D2143569X"


@pytest.mark.parametrize(
    ("typed", "why"), [("D2143569", "length"), ("D214356é-X", "characters"), ("D21435690", "check")]
)
def test_an_impossible_organisation_code_is_refused(typed, why):
    with pytest.raises(NumberWrong) as refused:
        numbers.organisation_code(typed)
    assert (refused.value.kind, refused.value.why) == ("organisation-code", why)


@pytest.mark.parametrize(
    "typed",
    ["13800001234", "138 0000 1234", "138-0000-1234", "+86 13800001234", "008613800001234", "8613800001234"],
)
def test_a_mobile_number_is_normalised(typed):
    assert numbers.phone(typed) == "13800001234"


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("", "length"),
        ("1380000123", "length"),
        ("12800001234", "region"),
        ("23800001234", "region"),
        ("1380000123a", "characters"),
    ],
)
def test_an_impossible_mobile_number_is_refused(typed, why):
    with pytest.raises(NumberWrong) as refused:
        numbers.phone(typed)
    assert (refused.value.kind, refused.value.why) == ("phone", why)


@pytest.mark.parametrize(
    ("typed", "address"),
    [("A.b+c@Example.CN", "A.b+c@example.cn"), ("甲@示例.公司", "甲@示例.公司"), (" a＠x.cn ", "a@x.cn")],
)
def test_an_email_address_is_normalised(typed, address):
    assert numbers.email(typed) == address


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("a@", "length"),
        ("a" * 65 + "@x.cn", "length"),
        (f"a@{'x' * 250}.cn", "length"),
        ("abc", "characters"),
        ("a@localhost", "characters"),
        ("a@-x.cn", "characters"),
        ("a..b@x.cn", "characters"),
        ("a@x..cn", "characters"),
        ("a@b@x.cn", "characters"),
        ("a\x00b@x.cn", "characters"),
        (f"a@{'x' * 64}.cn", "characters"),
    ],
)
def test_an_impossible_email_address_is_refused(typed, why):
    with pytest.raises(NumberWrong) as refused:
        numbers.email(typed)
    assert (refused.value.kind, refused.value.why) == ("email", why)


def test_a_bank_card_is_read_with_its_luhn_digit():
    assert numbers.bank_card("4539 1488 0343 6467") == "4539148803436467"


@pytest.mark.parametrize(
    ("typed", "why"), [("6222", "length"), ("62220000000x", "characters"), ("", "length")]
)
def test_an_impossible_bank_card_is_refused(typed, why):
    with pytest.raises(NumberWrong) as refused:
        numbers.bank_card(typed)
    assert (refused.value.kind, refused.value.why) == ("bank-card", why)


@given(st.text(alphabet="0123456789", min_size=11, max_size=18))
def test_exactly_one_last_digit_completes_a_bank_card(body):
    def passes(digit: str) -> bool:
        try:
            return numbers.bank_card(body + digit) == body + digit
        except NumberWrong:
            return False

    assert sum(passes(digit) for digit in "0123456789") == 1


@pytest.mark.parametrize(
    ("mask", "plain", "shown"),
    [
        (numbers.mask_id, "520102199001010018", "520102********0018"),
        (numbers.mask_id, "short", "*****"),
        (numbers.mask_phone, "13800001234", "138****1234"),
        (numbers.mask_phone, "12345", "*****"),
        (numbers.mask_name, "张明", "张*"),
        (numbers.mask_name, "张小明", "张**"),
        (numbers.mask_name, "阿不都·热合曼", "阿**"),
        (numbers.mask_name, "𬎆䶮", "𬎆*"),
        (numbers.mask_name, "张", "*"),
        (numbers.mask_name, "", "*"),
        (numbers.mask_card, "6222000000000000", "****0000"),
        (numbers.mask_card, "1234", "****"),
        (numbers.mask_email, "abcdef@x.cn", "a***@x.cn"),
    ],
)
def test_what_a_page_shows_hides_the_rest(mask, plain, shown):
    assert mask(plain) == shown


@given(st.text())
def test_a_reader_answers_or_refuses_whatever_is_typed(text):
    for reader in (numbers.id_number, numbers.credit_code, numbers.phone, numbers.email, numbers.bank_card):
        try:
            once = reader(text)
        except NumberWrong:
            continue
        assert reader(once) == once
