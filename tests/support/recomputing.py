"""Lights and cards once more, slowly, from the text of the ledger's entries alone.

Nothing of the product is used: no rules, no steps, no columns. Days are counted one by one on a calendar of Mondays
to Fridays, minutes day by day, queues by comparing every case with every other. What a number means is taken from
the catalogue of rules as it is published, not from its code.
"""

import json
from collections import defaultdict
from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise

CHINA = timezone(timedelta(hours=8))
DAY = timedelta(days=1)
LIMITS = {"submitted": 5, "accepted": 20, "granted": 10, "refused": 10}
CLOCK = {"submitted": "T0", "accepted": "T2", "granted": "T6", "refused": "T6"}
AFTER = {
    "application submitted": "submitted",
    "application corrected": "submitted",
    "correction requested": "correcting",
    "application accepted": "accepted",
    "step reviewed": "accepted",
    "application granted": "granted",
    "application refused": "refused",
    "result delivered": "delivered",
}
NODE = {
    "correction requested": "accept",
    "application accepted": "accept",
    "step reviewed": "review",
    "application granted": "decide",
    "application refused": "decide",
    "result delivered": "deliver",
}
DECIDING = ("application granted", "application refused")
REVIEW_DAYS, LAW_DAYS, OVER = 3, 20, 5


def chains(rows):
    """Number → deeds, oldest first, from (chain, body) in the order of writing."""
    found = defaultdict(list)
    for chain, body in rows:
        told = json.loads(body)
        deed = told["deed"]
        if deed in AFTER or deed == "application claimed":
            officer = None if told["actor"].startswith("system:") else told["actor"]
            found[chain].append((datetime.fromisoformat(told["at"]), deed, officer))
    return found


def works(day):
    return day.weekday() < 5


def day_of(at):
    return at.astimezone(CHINA).date()


def days_used(since, until):
    """Working days after `since`, `until` included."""
    used, day = 0, since
    while day < until:
        day += DAY
        used += works(day)
    return used


def limit_began(deeds):
    """When the limit that runs began: with the last deed that gave it; a review begins none."""
    return next(at for at, deed, _ in reversed(deeds) if deed in AFTER and deed != "step reviewed")


def light(deeds, today):
    """(state, light) of a case."""
    state = next(AFTER[deed] for _, deed, _ in reversed(deeds) if deed in AFTER)
    if state == "correcting":
        return state, "paused"
    if state not in LIMITS:
        return state, "green"
    limit, used = LIMITS[state], days_used(day_of(limit_began(deeds)), today)
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
    """Office minutes that went by while this node was the next to be done; corrections belong to the applicant."""
    total = 0
    for place in range(1, len(deeds)):
        before, (at, deed, _) = deeds[place - 1], deeds[place]
        if before[1] == "correction requested" or deed == "application corrected":
            continue
        following = (NODE[one] for _, one, _ in deeds[place:] if one in NODE)
        if (NODE[deed] if deed in NODE else next(following, "")) == node:
            total += office_minutes(min(before[0], at), at)
    return total


def moment(deeds, *wanted):
    return next((at for at, deed, _ in reversed(deeds) if deed in wanted), None)


def over_the_law(deeds, now):
    accepted, decided = moment(deeds, "application accepted"), moment(deeds, *DECIDING)
    if accepted is None:
        return False, False
    until = day_of(decided or now)
    used = days_used(day_of(accepted), until)
    late = used > LAW_DAYS or (used == LAW_DAYS and not works(until))
    soon = decided is None and not late and used >= LAW_DAYS - 2
    return late, soon


def rules_broken(deeds, now):
    """The rules of process and time that a case breaks by itself."""
    found = set()
    accepted, decided = moment(deeds, "application accepted"), moment(deeds, *DECIDING)
    late, soon = over_the_law(deeds, now)
    done = [
        NODE[deed]
        for _, deed, _ in deeds
        if deed in NODE and deed not in {"correction requested", "result delivered"}
    ]
    acting = [
        officer for _, deed, officer in deeds if deed in NODE and deed != "correction requested" and officer
    ]
    found |= {"T1"} if late else set()
    found |= {"T1Y"} if soon else set()
    found |= {"T3"} if node_minutes(deeds, "review") > REVIEW_DAYS * 7 * 60 else set()
    if decided:
        found |= {"F1"} if accepted and accepted > decided else set()
        found |= {"F4"} if set(done) != {"accept", "review", "decide"} else set()
        quick = accepted and timedelta(0) <= decided - accepted < timedelta(minutes=2)
        found |= {"X1"} if quick else set()
    if any(one[0] - two[0] > timedelta(hours=1) for one, two in pairwise(deeds)):
        found.add("B1")
    if len(acting) > 1 and len(set(acting)) == 1:
        found.add("S1")
    if any(
        deed == "application accepted" and not 7 <= at.astimezone(CHINA).hour < 20 for at, deed, _ in deeds
    ):
        found.add("N1")
    return found  # fmt: skip


def jumped(told):
    """Numbers of the cases taken while at least OVER that had come strictly earlier to the same queue went on waiting."""
    stays = defaultdict(list)
    for number, deeds in told.items():
        for place, (at, deed, officer) in enumerate(deeds):
            queued = deed in AFTER and AFTER[deed] in {"submitted", "accepted"}
            nodes = (NODE[one] for _, one, _ in deeds[place + 1 :] if one in NODE)
            if deed == "application claimed" and officer:
                since = min(deeds[place - 1][0], at)
                stays[number[:10], next(nodes, "")].append((since, number, at))
            elif queued and place == len(deeds) - 1:
                node = {"application accepted": "review", "step reviewed": "decide"}.get(deed, "accept")
                stays[number[:10], node].append((at, number, None))
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
    told = chains(rows)
    today = day_of(now.astimezone(UTC))
    lights, cards = {}, set()
    for number, deeds in told.items():
        state, shown = light(deeds, today)
        lights[number] = shown
        if state in CLOCK and shown in {"yellow", "red"}:
            cards.add((number, f"{CLOCK[state]}{shown[0].upper()}"))
        if sum(deed == "correction requested" for _, deed, _ in deeds) > 1:
            cards.add((number, "E2Y"))
        cards |= {(number, rule) for rule in rules_broken(deeds, now)}
    return lights, cards | {(number, "Q1") for number in jumped(told)}
