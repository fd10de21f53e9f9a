"""What the window works out without a database: opinions from ticks, phrases with fields, scanned numbers, signatures."""

import base64
import io

import pytest
from PIL import Image, ImageDraw

from portal.window.views import number_in
from services.applications.models import Supply
from services.applications.rules import State
from services.applications.window import assisting, phrases, points
from services.applications.window.errors import SignatureMissing, SignatureUnreadable
from services.applications.window.points import FORM, Found, Point
from services.applications.window.trays import STATES, Lamp, Tray, Wanted
from tests.conftest import NOON

NUMBER = "11520100MADEM001193520131001000202611230007"
BOTH = (Point.COMPLETE, Point.VALID)


def found(name="布局图", met=BOTH, note="", target="material:layout-plan"):
    return Found(target, name, BOTH, frozenset(met), note)


def test_ticks_say_the_opinion_and_what_is_wrong_says_the_notice():
    assert points.opinion([found(met=())]) == ""
    whole = points.opinion([found(), found("照片")])
    assert (
        whole
        == "经核对，布局图（齐全、清晰、在有效期内）；照片（齐全、清晰、在有效期内）。材料齐全，符合法定形式。"
    )
    part = [found(met=(Point.VALID,), note="请标明洗消间"), found("申请表", note="错字", target=FORM)]
    assert "存在以下问题：布局图：请标明洗消间；申请表：错字。" in points.opinion(part)
    assert "符合法定形式" not in points.opinion(part)
    assert points.defects(part) == [("material:layout-plan", "请标明洗消间")]
    # Half of the points ticked is no reason to say that everything is in order.
    assert "符合法定形式" not in points.opinion([found(), found(met=(Point.VALID,))])


def test_what_is_looked_at_follows_from_how_a_material_was_met():
    assert points.points_of(Supply.NEEDED) == ()
    assert Point.SIGNED in points.points_of(Supply.HANDED_IN)
    assert set(points.WORDS) == set(Point)


def test_a_phrase_takes_its_fields_from_the_case_and_leaves_strange_braces():
    values = {"申请人": "示例甲", "今天": "2026年11月23日"}
    assert (
        phrases.filled("经查，{申请人}于{今天}提交，{别的}。", values)
        == "经查，示例甲于2026年11月23日提交，{别的}。"
    )


@pytest.mark.parametrize(
    ("scanned", "number"),
    [
        (NUMBER, NUMBER),
        (f" {NUMBER.lower()}\n", NUMBER),
        (f"https://portal.example/progress?number={NUMBER}&code=ABCDEFGH23", NUMBER),
        (f"{NUMBER}-收", NUMBER),
        ("1152 0100 MADE", "11520100MADE"),
        ("https://elsewhere.example/", ""),
        ("", ""),
    ],
    ids=["number", "small letters", "receipt", "paper", "groups", "another address", "nothing"],
)
def test_whatever_a_scanner_reads_off_a_receipt_is_the_case_number(scanned, number):
    assert number_in(scanned) == number


def drawing(*, line: bool) -> str:
    picture = Image.new("RGBA", (640, 220))
    if line:
        ImageDraw.Draw(picture).line((10, 10, 300, 200), fill=(0, 0, 0, 255), width=3)
    out = io.BytesIO()
    picture.save(out, "PNG")
    return assisting.DRAWN + base64.b64encode(out.getvalue()).decode()


def test_a_signature_is_a_drawn_picture_and_an_empty_pad_is_none():
    assert assisting.drawn(drawing(line=True)).startswith(b"\x89PNG")
    for empty in ("", drawing(line=False)):
        with pytest.raises(SignatureMissing):
            assisting.drawn(empty)
    for wrong in (
        "javascript:1",
        assisting.DRAWN + "%%%",
        assisting.DRAWN + "aGVsbG8=",
        assisting.DRAWN + "A" * 500_000,
    ):
        with pytest.raises(SignatureUnreadable):
            assisting.drawn(wrong)


def test_every_state_lies_in_a_tray_and_lights_leave_out_what_is_over():
    listed = [state for states in STATES.values() for state in states]
    assert set(listed) == set(State) - {State.DRAFT}
    wanted = Wanted(today=NOON.date(), tray=Tray.DONE, lamp=Lamp.RED)
    assert wanted.states == ()
    assert set(Wanted(today=NOON.date(), lamp=Lamp.PAUSED).states) == {State.CORRECTING, State.SUSPENDED}
