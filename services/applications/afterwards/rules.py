"""容缺受理 and 告知承诺: what may follow later, until when, and who hears of it. No database, no clock."""

from collections.abc import Collection, Sequence

from services.applications.errors import MaterialNotSpared, MaterialsOutstanding

FOLLOW_DAYS = 10
"""Working days in which what may follow has to follow, unless the clerk gives fewer; the city's own rule."""

CHECK_DAYS = 40
"""Working days after the decision in which a commitment is verified (国办发〔2020〕42号 leaves the time to the city)."""


def require_may_follow(wanted: Sequence[str], may_follow: Collection[str], met: Collection[str]) -> None:
    """Only what the item publishes as 容缺后补 and nothing meets yet may follow. Raises MaterialNotSpared."""
    for code in wanted or [""]:
        if code not in may_follow or code in met:
            raise MaterialNotSpared(code)


def require_days(days: int) -> int:
    """Between one working day and `FOLLOW_DAYS`: what is longer is cut to that."""
    return max(1, min(days, FOLLOW_DAYS))


def require_followed(outstanding: Sequence[str]) -> None:
    """补交之前不作准予决定. Raises MaterialsOutstanding."""
    if outstanding:
        raise MaterialsOutstanding(outstanding)
