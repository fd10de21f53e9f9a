"""Numbers by which the state knows people, firms and their addresses: checked, normalised, masked.

Every reader takes what a person typed (full-width digits, spaces, small letters) and returns the one
normalised spelling, or raises `NumberWrong(kind, why)`. `why` is one of "length", "characters", "date",
"region" (a region or number range that was never assigned) and "check". Pure: no clock, no register;
that a number is well formed does not say that anyone holds it.
"""

import re
import unicodedata
from datetime import date
from enum import StrEnum

from identity.errors import NumberWrong

__all__ = [
    "NumberWrong",
    "Sex",
    "bank_card",
    "birth_date",
    "credit_code",
    "email",
    "id_check",
    "id_number",
    "mask_card",
    "mask_email",
    "mask_id",
    "mask_name",
    "mask_phone",
    "organisation_code",
    "phone",
    "sex",
]

ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
ID_CHECKS = "10X98765432"
PROVINCES = frozenset(
    [
        "11",
        "12",
        "13",
        "14",
        "15",
        "21",
        "22",
        "23",
        "31",
        "32",
        "33",
        "34",
        "35",
        "36",
        "37",
        "41",
        "42",
        "43",
        "44",
        "45",
        "46",
        "50",
        "51",
        "52",
        "53",
        "54",
        "61",
        "62",
        "63",
        "64",
        "65",
        "71",
        "81",
        "82",
        "83",
    ]
)
FIRST_YEAR, LAST_YEAR = 1800, 2199

CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
CREDIT_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)

DIGITS = re.compile(r"[0-9]+")
LOCAL_PART = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]+(\.[\w!#$%&'*+/=?^`{|}~-]+)*")
HOST_LABEL = re.compile(r"[^\W_]([\w-]*[^\W_])?")


class Sex(StrEnum):
    MALE = "male"
    FEMALE = "female"


def plain(text: str) -> str:
    """What was typed with full-width forms folded and all spacing removed."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def id_number(text: str, *, today: date | None = None) -> str:
    """A 公民身份号码 (GB 11643-1999): 18 characters, check by ISO 7064 MOD 11-2.

    Abolished county codes stay valid (they still stand in ID numbers), so only the province is looked at;
    a leading 9 is the 外国人永久居留身份证, whose province follows it. With `today`, nobody is born later.
    """
    number = plain(text).upper()
    if len(number) != 18:
        raise NumberWrong("id-number", "length")
    if not DIGITS.fullmatch(number[:17]) or number[17] not in ID_CHECKS:
        raise NumberWrong("id-number", "characters")
    if (number[1:3] if number[0] == "9" else number[:2]) not in PROVINCES:
        raise NumberWrong("id-number", "region")
    born = birth_date(number)
    if not FIRST_YEAR <= born.year <= LAST_YEAR or (today is not None and born > today):
        raise NumberWrong("id-number", "date")
    if id_check(number[:17]) != number[17]:
        raise NumberWrong("id-number", "check")
    return number


def id_check(body: str) -> str:
    """The last sign of an ID number by its first seventeen digits: ISO 7064 MOD 11-2."""
    return ID_CHECKS[sum(int(digit) * weight for digit, weight in zip(body, ID_WEIGHTS, strict=True)) % 11]


def birth_date(number: str) -> date:
    """The date of birth inside a normalised ID number; NumberWrong("date") when there is no such day."""
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        raise NumberWrong("id-number", "date") from None


def sex(number: str) -> Sex:
    """The sex inside a normalised ID number: an odd sequence number is male."""
    return Sex.MALE if int(number[16]) % 2 else Sex.FEMALE


def credit_code(text: str) -> str:
    """A 统一社会信用代码 (GB 32100-2015): 18 characters of 31, weighted check modulo 31."""
    code = plain(text).upper()
    if len(code) != 18:
        raise NumberWrong("credit-code", "length")
    if not set(code) <= set(CREDIT_ALPHABET) or not DIGITS.fullmatch(code[2:8]):
        raise NumberWrong("credit-code", "characters")
    weighed = sum(
        CREDIT_ALPHABET.index(letter) * weight for letter, weight in zip(code, CREDIT_WEIGHTS, strict=False)
    )
    if CREDIT_ALPHABET[-weighed % 31] != code[17]:
        raise NumberWrong("credit-code", "check")
    return code


def organisation_code(text: str) -> str:
    """A 组织机构代码 (GB 11714): 9 characters, positions 9 to 17 of a credit code.

    Kept apart from `credit_code`: some registered codes carry a wrong inner check and are still in force.
    """
    code = plain(text).upper().replace("-", "")
    if len(code) != 9:
        raise NumberWrong("organisation-code", "length")
    if not (code.isascii() and code.isalnum()):
        raise NumberWrong("organisation-code", "characters")
    weighed = sum(
        int(letter, 36) * weight for letter, weight in zip(code, ORGANISATION_WEIGHTS, strict=False)
    )
    if "0123456789X"[-weighed % 11] != code[8]:
        raise NumberWrong("organisation-code", "check")
    return code


def phone(text: str) -> str:
    """A mainland mobile number: 11 digits from 13 to 19; `+86`, spaces and hyphens are dropped."""
    number = plain(text).replace("-", "")
    number = re.sub(r"^(\+86|0086|86(?=1\d{10}$))", "", number)
    if number and not DIGITS.fullmatch(number):
        raise NumberWrong("phone", "characters")
    if len(number) != 11:
        raise NumberWrong("phone", "length")
    if number[0] != "1" or number[1] in "012":
        raise NumberWrong("phone", "region")
    return number


def email(text: str) -> str:
    """An e-mail address: local part up to 64, whole up to 254 characters, host in lower case."""
    address = plain(text)
    local, at, host = address.rpartition("@")
    if not 3 <= len(address) <= 254 or len(local) > 64:
        raise NumberWrong("email", "length")
    labels = host.lower().split(".")
    named = len(labels) > 1 and all(len(label) <= 63 and HOST_LABEL.fullmatch(label) for label in labels)
    if not at or not LOCAL_PART.fullmatch(local) or not named:
        raise NumberWrong("email", "characters")
    return f"{local}@{host.lower()}"


def bank_card(text: str) -> str:
    """A bank card number (GB/T 14504, ISO/IEC 7812): 12 to 19 digits, Luhn check."""
    number = plain(text).replace("-", "")
    if number and not DIGITS.fullmatch(number):
        raise NumberWrong("bank-card", "characters")
    if not 12 <= len(number) <= 19:
        raise NumberWrong("bank-card", "length")
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in number[-2::-2])
    if (sum(doubled) + sum(int(digit) for digit in number[::-2])) % 10:
        raise NumberWrong("bank-card", "check")
    return number


def mask_id(number: str) -> str:
    """First six and last four: the birth date stays hidden (国办函〔2016〕108号)."""
    return f"{number[:6]}{'*' * (len(number) - 10)}{number[-4:]}" if len(number) > 10 else "*" * len(number)


def mask_phone(number: str) -> str:
    return f"{number[:3]}****{number[-4:]}" if len(number) >= 11 else "*" * len(number)


def mask_name(name: str) -> str:
    """`张*` for two characters, `张**` for three and more, whatever the length."""
    return f"{name[0]}{'*' * min(len(name) - 1, 2)}" if len(name) > 1 else "*"


def mask_card(number: str) -> str:
    """The last four digits; how long the number is stays hidden as well."""
    return f"****{number[-4:]}" if len(number) > 8 else "****"


def mask_email(address: str) -> str:
    local, _, host = address.rpartition("@")
    return f"{local[:1]}***@{host}"
