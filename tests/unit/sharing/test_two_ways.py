"""The short way reads columns, the long way reads rows: both must judge a call alike."""

from datetime import timedelta

import pytest

from services.sharing import granting, rules
from services.sharing.models import Contract, Resource
from services.sharing.rules import Call, Counts, Granted, Reason, Refused, judge
from tests.unit.sharing.test_judging import CASE, DEPARTMENT, NOW, REQUEST

CONTRACT = {
    "number": "QY-1",
    "consumer": DEPARTMENT,
    "item_code": "food-business",
    "resource": "population",
    "fields": ["name", "sex", "grown_up"],
    "form": "full",
    "per_minute": 10,
    "per_day": 100,
    "valid_from": NOW - timedelta(days=1),
    "valid_until": NOW + timedelta(days=1),
    "ended_at": None,
    "derived": {"grown_up": {"field": "born_on", "rule": "age", "value": 18}},
}
RESOURCE = {
    "code": "population",
    "share_type": "2",
    "subject_key": "id_number",
    "fields": [
        {"name": name, "type": kind, "title": {"zh": "示例", "en": "Sample"}, "sensitivity": "personal"}
        for name, kind in {"name": "name", "sex": "text", "born_on": "date"}.items()
    ],
}
CHANGES = [
    ({}, {}, Granted()),
    ({"consumer": "11520100MADEM002X1"}, {}, Refused(Reason.OTHER_CONSUMER)),
    ({"item_code": "senior-card"}, {}, Refused(Reason.OTHER_ITEM)),
    ({"fields": ["name"]}, {}, Refused(Reason.EXTRA_FIELD)),
    ({"form": "verify"}, {}, Refused(Reason.FORM)),
    ({"valid_from": NOW + timedelta(seconds=1)}, {}, Refused(Reason.NOT_YET_VALID)),
    ({"valid_until": NOW}, {}, Refused(Reason.EXPIRED)),
    ({"ended_at": NOW}, {}, Refused(Reason.ENDED)),
    ({}, {"share_type": "3"}, Refused(Reason.NOT_SHARED)),
    ({}, {"subject_key": "credit_code"}, Refused(Reason.SUBJECT)),
    ({"resource": "other"}, {"code": "other"}, Refused(Reason.OTHER_RESOURCE)),
    ({"per_minute": 0}, {}, Refused(Reason.RATE)),
    ({"per_day": 0}, {}, Refused(Reason.VOLUME)),
]


@pytest.mark.parametrize(("contract", "resource", "verdict"), CHANGES)
def test_both_ways_judge_a_call_alike(contract, resource, verdict):
    columns, offered = CONTRACT | contract, RESOURCE | resource
    call = Call(REQUEST, frozenset({DEPARTMENT}), seen_before=False, now=NOW)
    by_columns = rules.terms_of(columns), rules.offer_of(offered)
    by_rows = Contract(**columns).terms, Resource(**offered).offer
    assert by_columns == by_rows
    for terms, offer in (by_columns, by_rows):
        assert judge(call, terms, offer, Counts(), CASE) == verdict


def test_the_short_way_reads_every_column_that_decides():
    assert set(rules.TERMS_FROM) == set(CONTRACT) == set(granting.TABLES["contract"])
    assert set(rules.OFFER_FROM) == set(RESOURCE) <= set(granting.TABLES["resource"])
