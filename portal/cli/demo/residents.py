"""Sample residents (示例居民): known to the population register, with no account of their own; sample cases are theirs."""

from portal.cli.demo.people import SamplePerson

STEMS, BRANCHES = "甲乙丙丁戊己庚辛壬癸", "子丑寅卯辰巳午未申酉戌亥"
PLACES = ("南区示例街道", "北区示例街道", "湖区示例街道", "山区示例街道")
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
COUNT = 30


def _id_number(place: int) -> str:
    """GB 11643-1999 with the placeholder area 520101; the last sign by ISO 7064 MOD 11-2."""
    born = f"{1952 + place * 53 % 50}{1 + place % 12:02d}{1 + place * 7 % 28:02d}"
    body = f"520101{born}{300 + place:03d}"
    left = sum(int(digit) * weight for digit, weight in zip(body, WEIGHTS, strict=True)) % 11
    return body + "10X98765432"[left]


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
