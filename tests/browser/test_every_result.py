"""Every shipped item and both bundles from the guide to the result, in the browser, by citizen, clerk, reviewer and approver.

`YIWANG_WALK=all` walks them all; otherwise one (a licence is walked in test_walking_a_case). `YIWANG_PICTURES=1` keeps a picture
of every screen and every paper.
"""

import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from portal.cli.demo import people
from services.catalogue import bundles, commands
from services.catalogue.bundles import pooling
from services.catalogue.codes import Audience, Source, StepRole
from services.catalogue.definition import ItemDefinition, Material
from tests.browser import applying, resulting
from tests.browser.applying import act_for, follow
from tests.browser.conftest import Visit
from tests.browser.resulting import Album
from tests.browser.visiting import Visitor
from tests.support.waiting import until

ALL = os.environ.get("YIWANG_WALK") == "all"
ITEMS = {item.code: item for item in commands.shipped()}
BUNDLES = {bundle.code: bundle for bundle in bundles.shipped()}
USUAL = ("pension",)
"""A person, rows of a table, a decision handed out."""
AT_THE_COUNTER = frozenset({"pension", "senior-card", "identity-card", "construction-permit"})
PERSON, FIRM = people.person("person-a"), people.firm("firm-restaurant")
OF_AGE = {
    "pension": "person-f",
    "retiring": "person-f",
    "senior-card": "person-b",
    "old-age-allowance": "person-b",
    "unemployment-benefit": "person-d",
}
"""Who applies where not everybody may."""


@pytest.mark.parametrize("code", ITEMS if ALL else USUAL)
def test_an_item_is_walked_to_its_result(visit: Visit, tmp_path: Path, code: str) -> None:
    item, album = ITEMS[code], Album(code)
    person = applicant(code)
    citizen = visit(person.phone)
    if Audience.PERSON not in item.audiences:
        act_for(citizen, FIRM.name)
    elif person is PERSON:
        act_for(citizen, PERSON.name)
    citizen.go(f"/items/{code}")
    album.keep(citizen, "guide")
    applying.start(citizen, code)
    number = applying.case_number(citizen)
    resulting.fill_in(citizen, item.form, album)
    counter = code in AT_THE_COUNTER
    resulting.supply_and_submit(citizen, number, tmp_path, album, counter=counter)
    if item.instant is None:  # otherwise rules have decided
        decided(visit, item, number, album)
    ended(visit, citizen, item, number, album, counter=counter)


@pytest.mark.skipif(not ALL, reason="walked with YIWANG_WALK=all")
@pytest.mark.parametrize("code", BUNDLES)
def test_a_bundle_is_walked_to_its_results(visit: Visit, tmp_path: Path, code: str) -> None:
    bundle, album = BUNDLES[code], Album(code)
    pool = pooling.pool(bundle, ITEMS)
    citizen = visit(applicant(code).phone)
    if applicant(code) is PERSON:
        act_for(citizen, PERSON.name)
    number = begun(citizen, code, [part.item for part in bundle.parts if part.optional], album)
    resulting.fill_in(citizen, pool.form, album)
    resulting.supply_and_submit(citizen, number, tmp_path, album, counter=False)
    left = {part.item for part in bundle.parts}
    while left:
        until(lambda: branch(citizen, number, left), seconds=60)
        item, case = branch(citizen, number, left) or ("", "")
        left.discard(item)
        decided(visit, ITEMS[item], case, album)
        citizen.go(f"/applications/{number}")
        album.keep(citizen, f"after-{item}")
        ended(visit, citizen, ITEMS[item], case, album, counter=False)
    citizen.go(f"/applications/{number}")
    album.keep(citizen, "whole")


def applicant(code: str) -> people.SamplePerson:
    return people.person(OF_AGE[code]) if code in OF_AGE else PERSON


def begun(citizen: Visitor, code: str, optional: Sequence[str], album: Album) -> str:
    """The bundle begun with everything that can be wanted; its number."""
    citizen.go(f"/bundles/{code}")
    album.keep(citizen, "guide")
    citizen.go(f"/bundles/{code}/apply")
    for item in optional:
        citizen.page.locator(f"main input[name=parts][value='{item}']").check()
    album.keep(citizen, "start")
    follow(
        citizen, citizen.page.locator(f"main form[action='/bundles/{code}/apply'] button[type=submit]").first
    )
    return applying.case_number(citizen)


def branch(citizen: Visitor, number: str, left: set[str]) -> tuple[str, str] | None:
    """The next part of the bundle that lies at a window: its item and the number of its case."""
    citizen.go(f"/applications/{number}")
    for link in citizen.page.locator("main .portal-result__title a").all():
        name = link.inner_text()
        found = next((one for one in left if ITEMS[one].short_name.zh == name), None)
        if found:
            return found, str(link.get_attribute("href")).rpartition("/")[2]
    return None


def decided(visit: Visit, item: ItemDefinition, number: str, album: Album) -> None:
    """Each step by those whose post it is; nobody twice."""
    reviews = 0
    for step in item.steps:
        for login in resulting.officers(item, step, earlier=reviews):
            resulting.do_step(visit(login), number, step, album)
        reviews += step.role is StepRole.REVIEWER


def ended(
    visit: Visit, citizen: Visitor, item: ItemDefinition, number: str, album: Album, *, counter: bool
) -> None:
    """Handed out where it is fetched, its commitments looked at, its papers opened."""
    resulting.result(citizen, number, album)
    clerk, reviewer = (
        next(
            one.login for one in people.STAFF if one.department == item.department.code and post in one.login
        )
        for post in ("window", "reviewer")
    )
    if counter:
        resulting.hand_out(visit(clerk), number, album)
        resulting.result(citizen, number, album)
    if any(promised(one) for one in item.materials):
        resulting.verify(visit(reviewer), number, album)
    opened = visit(clerk)
    opened.go(f"/window/cases/{number}")
    album.keep(opened, "at-the-end")
    for address in resulting.papers(opened):
        album.paper(opened, address)


def promised(material: Material) -> bool:
    return material.source is Source.COMMITMENT
