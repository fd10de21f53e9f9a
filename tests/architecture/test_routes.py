"""Who may enter each route is a list that is read and agreed: `routes.txt` beside this file.

A new route fails here until a line says who may enter. `python -m tests.architecture.routes` writes the list anew;
the difference is what a reviewer reads.
"""

from collections.abc import Mapping

import pytest

from tests.architecture.routes import LIST, listed, route_map

OPEN, SIGNED_IN, CITIZEN, STAFF = "public", "signed in", "citizen", "staff"
POSTS = {
    "window",
    "reviewer",
    "approver",
    "supervisor",
    "catalogue",
    "legal",
    "system-admin",
    "security-admin",
    "audit-admin",
    "staff",
}
DOORS: Mapping[str, set[str]] = {
    "/window": {"window", "reviewer", "approver", "staff"},
    "/supervision": {"supervisor"},
    "/admin": POSTS - {"window", "reviewer", "approver", "supervisor"},
    "/my": {CITIZEN, SIGNED_IN},
    "/apply": {CITIZEN, SIGNED_IN},
    "/applications": {CITIZEN, SIGNED_IN},
    "/api/v1/window": {"window", "reviewer", "approver", "staff"},
    "/api/v1/oversight": {"supervisor"},
    "/api/v1/applications": {CITIZEN, SIGNED_IN, "staff"},
    "/api/v1/licences": {CITIZEN, SIGNED_IN, "staff"},
}
"""Whoever enters below such an address is one of these, whatever `routes.txt` says."""


@pytest.fixture(scope="module")
def routes() -> dict[str, str]:
    return route_map()


def test_the_list_of_routes_equals_the_portal(routes: dict[str, str]) -> None:
    written = listed(LIST.read_text("utf-8"))
    assert {k: v for k, v in routes.items() if written.get(k) != v} == {}, "not in routes.txt, or otherwise"
    assert sorted(set(written) - set(routes)) == [], "in routes.txt and not in the portal"


def test_every_route_is_guarded_or_openly_public(routes: dict[str, str]) -> None:
    assert [route for route, access in routes.items() if not access] == []


@pytest.mark.parametrize("door", DOORS)
def test_behind_each_door_only_its_own_people(routes: dict[str, str], door: str) -> None:
    inside = {
        route: set(access.split(", "))
        for route, access in routes.items()
        if route.split(" ")[1] == door or route.split(" ")[1].startswith(f"{door}/")
    }
    assert {route: access for route, access in inside.items() if not access <= DOORS[door]} == {}


def test_the_promised_addresses_exist(routes: dict[str, str]) -> None:
    addresses = {route.split(" ")[1] for route in routes}
    promised = {"/", "/items", "/items/{code}", "/themes/{slug}", "/progress", "/verify"}
    promised |= {"/sign-in", "/sign-up", "/sign-out", "/apply/{code}", "/applications/{number}", "/my"}
    promised |= {"/window", "/supervision", "/admin", "/health/live", "/health/ready"}
    assert promised - addresses == set()
    api = {"/sessions", "/items", "/items/{code}", "/applications", "/applications/{number}"}
    api |= {
        f"/applications/{{number}}/{deed}" for deed in ("submission", "withdrawal", "corrections", "rating")
    }
    api |= {"/applications/{number}/materials/{code}", "/window/cases", "/window/cases/{number}/{deed}"}
    api |= {"/licences", "/licences/{identifier}", "/licences/{identifier}/document"}
    api |= {"/licences/{identifier}/presentations", "/verifications"}
    api |= {"/oversight/board", "/oversight/cards", "/oversight/orders"}
    api |= {"/ledger/checkpoint", "/ledger/cases/{number}"}
    assert {f"/api/v1{path}" for path in api} - addresses == set()
