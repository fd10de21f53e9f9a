"""Sample residents (示例居民): known to the population register, with no account of their own; sample cases are theirs."""

from identity.numbers import id_check
from portal.cli.demo.people import SamplePerson

STEMS, BRANCHES = "甲乙丙丁戊己庚辛壬癸", "子丑寅卯辰巳午未申酉戌亥"
PLACES = ("南区示例街道", "北区示例街道", "湖区示例街道", "山区示例街道")
COUNT = 30


def _id_number(place: int) -> str:
    """GB 11643-1999 with the placeholder area 520101."""
    born = f"{1952 + place * 53 % 50}{1 + place % 12:02d}{1 + place * 7 % 28:02d}"
    body = f"520101{born}{300 + place:03d}"
    return body + id_check(body)


def _resident(place: int) -> SamplePerson:
    address = f"示例省示例市{PLACES[place % len(PLACES)]}{place + 20}号"
    return SamplePerson(
        key=f"resident-{place + 1}",
        name=f"示例{STEMS[place % len(STEMS)]}{BRANCHES[place % len(BRANCHES)]}",
        name_en=f"Sample Resident {place + 1}",
        id_number=_id_number(place),
        phone=str(19900002001 + place),
        address=address,
        household=address,
        signs_in=False,
    )


RESIDENTS = tuple(_resident(place) for place in range(COUNT))
