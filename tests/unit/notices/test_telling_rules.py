"""What is told at which node, by which ways, and what a delivery may become."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from identity.means.notice import signature
from identity.means.rules import Channel
from portal.words import WORDS
from services.catalogue.form import Pair
from services.catalogue.messages import LONGEST_SMS, OUTSIDE, PLACEHOLDERS, ItemMessage, Node, placeholders
from services.notices.errors import ReportForged
from services.notices.rules import (
    DEEDS,
    LEGAL,
    PAUSES,
    REPORT,
    Stage,
    Why,
    after_report,
    channels_for,
    pause_after,
    require_signed,
)
from services.notices.wording import NODES, SMS, Values, words

ROOT = Path(__file__).parents[3]
NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
VALUES = Values(
    item=Pair("老年人优待证", "Senior card"),
    number="114402320001",
    office=Pair("示例市民政局", "Sample City Civil Affairs Bureau"),
    due=date(2026, 12, 4),
)


def test_every_deed_that_is_told_is_recorded_somewhere():
    code = "".join(
        path.read_text("utf-8")
        for folder in ("services/applications", "services/oversight", "licensing")
        for path in (ROOT / folder).rglob("*.py")
    )
    assert [deed for deed in DEEDS if f'"{deed}"' not in code] == []


def test_every_node_has_words_in_both_languages_and_a_name():
    assert set(NODES) == set(Node) == set(map(Node, WORDS["node"]))
    made_otherwise = {Node.REMINDER, Node.FOLLOW_DUE, Node.CHECK_DUE, Node.LICENCE_REPLACED}
    assert set(DEEDS.values()) | made_otherwise == set(Node)
    assert set(WORDS["undelivered"]) == set(map(str, Why))
    for node, (title, text, short) in NODES.items():
        for pair in (title, text):
            assert (placeholders(pair.zh) or set()) <= PLACEHOLDERS, node
            assert (placeholders(pair.en) or set()) <= PLACEHOLDERS, node
        assert placeholders(short.zh + short.en) == set(), node
    assert placeholders(SMS.zh) == OUTSIDE
    assert (placeholders(SMS.en) or set()) <= OUTSIDE


@pytest.mark.parametrize("node", Node)
def test_a_message_names_item_and_case_and_its_short_form_nothing_else(node):
    said = words(node, VALUES)
    for language in ("zh", "en"):
        one = said[language]
        assert "114402320001" in one["text"]
        assert getattr(VALUES.item, language) in one["title"]
        assert not any("{" in text or "http" in text for text in one.values())
        assert VALUES.office.zh not in one["sms"]
        assert "12" not in one["sms"].replace("114402320001", "")
        assert len(one["sms"]) <= LONGEST_SMS


def test_an_item_says_a_node_in_its_own_words_and_leaves_the_others():
    own = ItemMessage(
        node=Node.GRANTED,
        title=Pair("{item}：办好了", "{item}: done"),
        text=Pair("{number} {office} {due}", "{number} {office} {due}"),
    )
    said = words(Node.GRANTED, VALUES, (own,))
    assert said["zh"]["title"] == "老年人优待证：办好了"
    assert said["en"]["text"] == "114402320001 Sample City Civil Affairs Bureau 4 December 2026"
    assert said["zh"]["text"].endswith("2026年12月4日")
    assert said["zh"]["sms"] == words(Node.GRANTED, VALUES)["zh"]["sms"]
    assert words(Node.ACCEPTED, VALUES, (own,)) == words(Node.ACCEPTED, VALUES)
    assert "另行告知" in words(Node.ACCEPTED, Values(VALUES.item, "1", VALUES.office, None))["zh"]["text"]


@pytest.mark.parametrize("text", ["{", "}", "{item", "{item!r}", "{item:>9}", "{0.__class__}"])
def test_braces_that_are_no_plain_placeholder_are_noticed(text):
    found = placeholders(text)
    assert found is None or not found <= PLACEHOLDERS


def test_one_can_opt_out_of_everything_but_what_the_law_prescribes():
    both = frozenset(Channel)
    for node in Node:
        silent = channels_for(node, both, both, both)
        assert silent == (sorted(both) if node in LEGAL else [])
        assert channels_for(node, {Channel.SMS}, (), both) == [Channel.SMS]
        assert channels_for(node, both, (), {Channel.EMAIL}) == [Channel.EMAIL]


def test_pauses_grow_and_end():
    pauses = [pause_after(tries) for tries in range(1, len(PAUSES) + 2)]
    assert pauses == [*sorted(PAUSES), None]


def test_arrived_is_final_and_not_arrived_can_be_put_right():
    for stage in Stage:
        assert after_report(stage, True) is Stage.DELIVERED
        expected = Stage.DELIVERED if stage is Stage.DELIVERED else Stage.UNDELIVERED
        assert after_report(stage, False) is expected


def test_only_a_fresh_report_signed_for_this_purpose_is_believed():
    body, moment = b'{"message":"x","state":"delivered"}', int(NOW.timestamp())

    def believed(headers, *, key="key", text=body):
        return require_signed(
            key,
            moment=headers["x-yiwang-time"],
            identifier=headers["x-yiwang-id"],
            signature=headers["x-yiwang-signature"],
            body=text,
            now=NOW,
        )

    good = signature("key", moment, "r-1", body, purpose=REPORT)
    believed(good)
    wrong = [
        (good, {"key": "another"}),
        (good, {"key": ""}),
        (good, {"text": body + b" "}),
        (good | {"x-yiwang-id": "r-2"}, {}),
        (good | {"x-yiwang-id": ""}, {}),
        (good | {"x-yiwang-time": "soon"}, {}),
        (good | {"x-yiwang-time": "9" * 40}, {}),
        (good | {"x-yiwang-signature": "é"}, {}),
        (signature("key", moment, "r-1", body), {}),
        (signature("key", moment - 301, "r-1", body, purpose=REPORT), {}),
        (signature("key", moment + 301, "r-1", body, purpose=REPORT), {}),
        (signature("", moment, "r-1", body, purpose=REPORT), {"key": ""}),
    ]
    for headers, more in wrong:
        with pytest.raises(ReportForged):
            believed(headers, **more)
