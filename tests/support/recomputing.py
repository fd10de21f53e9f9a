"""Lights and cards once more, slowly, from the text of the ledger's entries alone.

Nothing of the product is used: no rules, no steps, no columns. Days are counted one by one on a calendar of Mondays
to Fridays, minutes day by day, queues by comparing every case with every other. What a number means is taken from
the catalogue of rules as it is published, not from its code; what an item asks for stands here as it is published.
"""

import json
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta, timezone
from itertools import pairwise
from typing import Any, NamedTuple

CHINA = timezone(timedelta(hours=8))
DAY = timedelta(days=1)
LIMITS = {"submitted": 5, "accepted": 20, "granted": 10, "refused": 10}
CLOCK = {"submitted": "T0", "accepted": "T2", "granted": "T6", "refused": "T6"}
AFTER = {
    "application submitted": "submitted",
    "application corrected": "submitted",
    "correction requested": "correcting",
    "application accepted": "accepted",
    "application deemed accepted": "accepted",
    "acceptance refused": "not-accepted",
    "step reviewed": "accepted",
    "special procedure begun": "suspended",
    "hearing called": "suspended",
    "special procedure ended": "accepted",
    "hearing closed": "accepted",
    "limit extended": "accepted",
    "application granted": "granted",
    "application decided by rules": "granted",
    "application refused": "refused",
    "result delivered": "delivered",
    "application terminated": "terminated",
}
NODE = {
    "correction requested": "accept",
    "application accepted": "accept",
    "application deemed accepted": "accept",
    "acceptance refused": "accept",
    "step reviewed": "review",
    "special procedure begun": "review",
    "hearing called": "review",
    "application granted": "decide",
    "application refused": "decide",
    "result delivered": "deliver",
}
OTHERS = {
    "application claimed",
    "fee taken",
    "fee refunded",
    "fee waived",
    "person asked for",
    "decision by rules reviewed",
}
BESIDE = OTHERS - {"application claimed"} | {"application decided by rules"}
"""What moves no case from desk to desk."""
DONE = {"application accepted", "step reviewed", "application granted", "application refused"}
DECIDING = ("application granted", "application refused")
STOPS = {"special procedure begun": "special procedure ended", "hearing called": "hearing closed"}
REVIEW_DAYS, LAW_DAYS, OVER = 3, 20, 5
SHARED = {"id-copy"}
"""Materials of the item that sharing supplies."""


class Deed(NamedTuple):
    at: datetime
    name: str
    officer: str | None
    told: dict[str, Any]


def chains(rows):
    """Number → deeds, oldest first; and number of a case → the day of its bundle, from (chain, body) as written."""
    found, joint, parts = defaultdict(list), {}, {}
    for chain, body in rows:
        entry = json.loads(body)
        name, told = entry["deed"], entry["details"]
        if name in AFTER or name in OTHERS:
            officer = None if entry["actor"].startswith("system:") else entry["actor"]
            found[chain].append(Deed(datetime.fromisoformat(entry["at"]), name, officer, told))
        elif name in {"bundle submitted", "joint date moved"}:
            parts.setdefault(chain, list(told.get("cases", {}).values()))
            joint |= dict.fromkeys(parts[chain], date.fromisoformat(told["due"]))
    return found, joint


def works(day):
    return day.weekday() < 5


def day_of(at):
    return at.astimezone(CHINA).date()


def days_used(since, until, stopped=()):
    """Working days after `since`, `until` included, without those of the pauses (since, until]."""
    used, day = 0, since
    while day < until:
        day += DAY
        used += works(day) and not any(begun < day <= ended for begun, ended in stopped)
    return used


def added(since, days):
    """The day on which so many working days after `since` are complete."""
    day = since
    while days:
        day += DAY
        days -= works(day)
    return day


def pauses(deeds, today):
    """(first day, last day) of every special procedure and hearing; one that goes on lasts until today."""
    found, begun = [], None
    for deed in deeds:
        if deed.name in STOPS:
            begun = deed
        elif begun is not None and deed.name == STOPS[begun.name]:
            found.append((day_of(begun.at), day_of(deed.at)))
            begun = None
    return [*found, (day_of(begun.at), today)] if begun else found


def extension(deeds):
    return sum(deed.told["days"] for deed in deeds if deed.name == "limit extended")


GOING_ON = {"step reviewed", "limit extended", *STOPS, *STOPS.values()}
"""What begins no limit."""


def light(deeds, today):
    """(state, light) of a case."""
    state = next(AFTER[deed.name] for deed in reversed(deeds) if deed.name in AFTER)
    if state in {"correcting", "suspended"}:
        return state, "paused"
    if state not in LIMITS:
        return state, "green"
    began = next(deed for deed in reversed(deeds) if deed.name in AFTER and deed.name not in GOING_ON)
    own = deeds[deeds.index(began) :]
    limit = LIMITS[state] + extension(own)
    used = days_used(day_of(began.at), today, pauses(own, today))
    last_day_is_today = used == limit and works(today)
    if used > limit or (used == limit and not last_day_is_today):
        return state, "red"
    # Nine tenths, rounded up to whole days: on the day that completes them the light turns.
    return state, "yellow" if used * 10 >= limit * 9 else "green"


def office_minutes(since, until):
    """Minutes from 9 to 12 and from 13 to 17 on working days, day by day."""
    total, day = 0, day_of(since)
    floor = [one.astimezone(CHINA).replace(second=0, microsecond=0) for one in (since, until)]
    while day <= day_of(until):
        if works(day):
            for opens, closes in ((9, 12), (13, 17)):
                opening = datetime(day.year, day.month, day.day, opens, tzinfo=CHINA)
                closing = datetime(day.year, day.month, day.day, closes, tzinfo=CHINA)
                part = min(closing, floor[1]) - max(opening, floor[0])
                total += max(0, int(part.total_seconds() // 60))
        day += DAY
    return total


def node_minutes(deeds, node):
    """Office minutes that went by while this node was the next to be done; pauses are the applicant's or nobody's."""
    total, stopped = 0, False
    moving = [deed for deed in deeds if deed.name not in BESIDE]
    for before, deed in pairwise(moving):
        if before.name == "correction requested" or before.name in STOPS:
            stopped = True
        elif before.name == "application corrected" or before.name in STOPS.values():
            stopped = False
        if stopped or deed.name == "application corrected":
            continue
        place = moving.index(deed)
        following = (NODE[one.name] for one in moving[place:] if one.name in NODE)
        own = NODE.get(deed.name, next(following, "") if deed.name == "application claimed" else "")
        if own == node:
            total += office_minutes(min(before.at, deed.at), deed.at)
    return total


def moment(deeds, *wanted):
    return next((deed.at for deed in reversed(deeds) if deed.name in wanted), None)


def over_the_law(deeds, now):
    """(late, about to be late) against the law's own limit, which stands still in procedures and may be extended."""
    accepted = moment(deeds, "application accepted", "application deemed accepted")
    decided = moment(deeds, *DECIDING, "application terminated")
    begun = [deed for deed in deeds if deed.name in STOPS]
    ended = [deed for deed in deeds if deed.name in STOPS.values()]
    if accepted is None or len(begun) > len(ended):
        return False, False
    until, limit = day_of(decided or now), LAW_DAYS + extension(deeds)
    used = days_used(day_of(accepted), until, pauses(deeds, until))
    late = used > limit or (used == limit and not works(until))
    return late, decided is None and not late and used >= limit - 2


def of_time(deeds, now):
    found = set()
    late, soon = over_the_law(deeds, now)
    found |= {"T1"} if late else set()
    found |= {"T1Y"} if soon else set()
    found |= {"T3"} if node_minutes(deeds, "review") > REVIEW_DAYS * 7 * 60 else set()
    begun = None
    for deed in [*deeds, Deed(now, "now", None, {})]:
        if deed.name in STOPS:
            begun = deed
        elif begun and deed.name in {STOPS[begun.name], "application terminated", "now"}:
            # One working day of grace beyond what was told.
            if days_used(day_of(begun.at), day_of(deed.at)) > begun.told["days"] + 1:
                found.add("T4")
            begun = None
    return found


def of_order(deeds):
    """Process: what came before what, and who did it."""
    found = set()
    accepted, decided = moment(deeds, "application accepted"), moment(deeds, *DECIDING)
    done = {NODE[deed.name] for deed in deeds if deed.name in DONE | {"application deemed accepted"}}
    acting = [deed.officer for deed in deeds if deed.name in DONE and deed.officer]
    if decided:
        found |= {"F1"} if accepted and accepted > decided else set()
        found |= {"F4"} if done != {"accept", "review", "decide"} else set()
        quick = accepted and timedelta(0) <= decided - accepted < timedelta(minutes=2)
        found |= {"X1"} if quick else set()
    for rule, first, then in (("F2", {*STOPS}, {*STOPS.values()}), ("F3", {"correction requested"}, {"application corrected"})):  # fmt: skip
        begun = [deed.at for deed in deeds if deed.name in first]
        ended = [deed.at for deed in deeds if deed.name in then]
        if any(two < one for one, two in zip(begun, ended, strict=False)):
            found.add(rule)
    if any(one.at - two.at > timedelta(hours=1) for one, two in pairwise(deeds)):
        found.add("B1")
    if len(acting) > 1 and len(set(acting)) == 1:
        found.add("S1")
    hours = [deed.at.astimezone(CHINA).hour for deed in deeds if deed.name == "application accepted"]
    return found | ({"N1"} if any(not 7 <= hour < 20 for hour in hours) else set())


def of_content(deeds):
    """What was asked for, and whether it was said why."""
    found = set()
    for deed in deeds:
        asked = {one.removeprefix("material:") for one in deed.told.get("targets", ())}
        if deed.name == "correction requested" and asked & SHARED:
            found.add("R1")
        if deed.name == "application accepted":
            found |= (
                {"C3"} if set(deed.told.get("missing", ())) - set(deed.told.get("to_follow", ())) else set()
            )
    ended = [deed for deed in deeds if deed.name == "application terminated"]
    refused = [deed for deed in deeds if deed.name in {"application refused", "acceptance refused"}]
    found |= {"C1"} if ended and not ended[-1].told.get("ground") else set()
    return found | ({"C2"} if refused and not refused[-1].told.get("reasoned", True) else set())


def of_money(deeds):
    """Taken where nothing was due; due, and neither let off nor taken when it was granted."""
    found = set()
    for place, deed in enumerate(deeds):
        if deed.name == "fee taken" and deed.told["due"] == 0:
            found.add("M1")
        if deed.name in {"application granted", "application decided by rules"}:
            before = deeds[:place]
            taken = sum(one.told["amount"] for one in before if one.name == "fee taken")
            back = sum(one.told["amount"] for one in before if one.name == "fee refunded")
            waived = any(one.name == "fee waived" for one in before)
            found |= {"M2"} if deed.told.get("fee", 0) > taken - back and not waived else set()
    return found


def of_promises(deeds, joint, now):
    """The bundle's one date, and the person who was asked for."""
    found, today = set(), day_of(now)
    ends = {*DECIDING, "application decided by rules", "application terminated", "acceptance refused"}
    until = day_of(moment(deeds, *ends) or now)
    if joint and until > joint:
        waits = {**STOPS, "correction requested": "application corrected"}
        begun = None
        for deed in deeds:
            if deed.name in waits:
                begun = deed
            elif begun and deed.name == waits[begun.name]:
                begun = None
        found |= {"J1"} if begun is None or moment(deeds, *ends) else set()
    for place, deed in enumerate(deeds):
        if deed.name == "person asked for" and "due" in deed.told:
            looked = (one.at for one in deeds[place:] if one.name == "decision by rules reviewed")
            answered = next(looked, None)
            late = (day_of(answered) if answered else today) > date.fromisoformat(deed.told["due"])
            found |= {"H1"} if late else set()
    return found


def jumped(told):
    """Numbers of the cases taken while at least OVER that had come strictly earlier to the same queue went on waiting."""
    stays = defaultdict(list)
    for number, every in told.items():
        deeds = [deed for deed in every if deed.name not in BESIDE]
        for place, deed in enumerate(deeds):
            queued = AFTER.get(deed.name) in {"submitted", "accepted"}
            nodes = (NODE[one.name] for one in deeds[place + 1 :] if one.name in NODE)
            if deed.name == "application claimed" and deed.officer:
                since = min(deeds[place - 1].at, deed.at)
                stays[number[:10], next(nodes, "")].append((since, number, deed.at))
            elif queued and place == len(deeds) - 1:
                node = {"application accepted": "review", "step reviewed": "decide"}.get(deed.name, "accept")
                stays[number[:10], node].append((deed.at, number, None))
    found = set()
    for queue in stays.values():
        ranked = sorted(queue, key=lambda stay: stay[:2])
        order = {id(stay): rank for rank, stay in enumerate(ranked)}
        for stay in queue:
            if stay[2] is None:
                continue
            waiting = 0
            for other in queue:
                gone = other[2] is not None and (other[2], order[id(other)]) < (stay[2], order[id(stay)])
                waiting += other[0] < stay[0] and not gone
            if waiting >= OVER:
                found.add(stay[1])
    return found


def recomputed(rows, now):
    """(number → light, {(number, rule)} of every card) as of `now`."""
    told, joint = chains(rows)
    today = day_of(now.astimezone(UTC))
    lights, cards = {}, set()
    for number, deeds in told.items():
        state, shown = light(deeds, today)
        lights[number] = shown
        if state in CLOCK and shown in {"yellow", "red"}:
            cards.add((number, f"{CLOCK[state]}{shown[0].upper()}"))
        names = [deed.name for deed in deeds]
        rules = of_time(deeds, now) | of_order(deeds) | of_content(deeds) | of_money(deeds)
        rules |= of_promises(deeds, joint.get(number), now)
        rules |= {"E2Y"} if names.count("correction requested") > 1 else set()
        rules |= {"E1R"} if "application deemed accepted" in names else set()
        cards |= {(number, rule) for rule in rules}
    return lights, cards | {(number, "Q1") for number in jumped(told)}


LEVELS = ("handler", "leader", "yellow", "red")
REPLY = {"leader": 1, "yellow": 2, "red": 3}


def silences(rows, sweeps):
    """{(number, rule)} of the cards for warnings that nobody answered, when they are looked at on these days."""
    found = set()
    warned: dict[tuple[str, str], list[Any]] = {}
    for chain, body in rows:
        entry = json.loads(body)
        key = chain, entry["details"].get("rule")
        if entry["deed"] == "warning raised":
            warned[key] = [entry["details"]["level"], date.fromisoformat(entry["details"]["due"])]
        elif entry["deed"] in {"warning answered", "warning disposed", "warning retracted"}:
            warned.pop(key)
    for today in sweeps:
        for (number, _rule), standing in warned.items():
            level, due = standing
            if level != "red" and due < today:
                level = LEVELS[LEVELS.index(level) + 1]
                standing[:] = level, added(today, REPLY[level])
                if level in {"yellow", "red"}:
                    found.add((number, f"T5{level[0].upper()}"))
    return found
