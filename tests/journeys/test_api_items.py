"""What can be applied for, as programs read it; and the description of the whole interface."""

import csv
import io

import pytest

from services.catalogue import commands
from tests.journeys.conftest import checked
from tests.journeys.machine import API, machine

pytestmark = pytest.mark.anyio

ITEMS = {item.code for item in commands.shipped()}


async def test_items_are_found_by_everyday_words_and_come_page_by_page(stranger):
    nobody = await machine(stranger)
    found = (await nobody.get("/items", params={"q": "开饭馆"})).json()
    assert found["items"][0]["code"] == "food-business"
    first = (await nobody.get("/items", params={"limit": 1})).json()
    second = (await nobody.get("/items", params={"limit": 1, "after": first["next"]})).json()
    assert first["items"][0]["code"] < second["items"][0]["code"]


async def test_an_item_brings_its_form_and_says_where_each_material_comes_from(stranger):
    item = (await (await machine(stranger)).get("/items/food-business")).json()
    assert {one["code"]: one["source"] for one in item["materials"]}["safety-rules"] == "commitment"
    assert item["form"]["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert item["conditions"][0].keys() == {"key", "text"}


async def test_the_whole_list_is_open_as_json_and_as_a_table(stranger):
    nobody = await machine(stranger)
    listed = (await nobody.get("/items/all.json")).json()["items"]
    assert [one["code"] for one in listed] == sorted(ITEMS)
    food = next(one for one in listed if one["code"] == "food-business")
    assert (food["promised_days"], food["suspended_at"], food["sample"]) == (8, None, True)
    table = await nobody.get("/items/all.csv")
    rows = list(csv.DictReader(io.StringIO(table.content.decode("utf-8-sig"))))
    assert [row["code"] for row in rows] == sorted(ITEMS)
    assert rows[0].keys() == food.keys()
    assert next(row for row in rows if row["code"] == "food-business")["name_zh"] == food["name_zh"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/items/no-such-item", 404),
        ("/items/%00", 404),
        ("/items?limit=0", 400),
        ("/items?limit=x", 400),
        ("/items?audience=cats", 400),
        ("/items?q=%00", 200),
        ("/no-such-thing", 404),
    ],
)
async def test_what_there_is_not_is_a_problem(stranger, path, status):
    answer = await (await machine(stranger)).get(path)
    assert answer.status_code == status
    if status != 200:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["type"].startswith("urn:yiwang:")


async def test_the_description_names_every_call_and_who_may_make_it(stranger):
    client = stranger().client
    document = (await client.get("/api/docs/openapi.json")).json()
    assert document["openapi"].startswith("3.1")
    assert document["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"
    operations = [
        operation
        for path, item in document["paths"].items()
        for operation in item.values()
        if path.startswith(API)
    ]
    assert len({one["operationId"] for one in operations}) == len(operations) >= 25
    assert all(one["summary"] and one["description"] and one["tags"] for one in operations)
    assert all(path.startswith(API) for path in document["paths"])
    deeds = document["paths"][f"{API}/window/cases/{{number}}/{{deed}}"]["post"]["requestBody"]
    titles = [one["title"] for one in deeds["content"]["application/json"]["schema"]["oneOf"]]
    assert {"claim", "request-correction", "grant", "deliver"} <= set(titles)


async def test_the_description_comes_as_yaml_and_as_a_page(stranger):
    client = stranger().client
    assert (await client.get("/api/docs/openapi.yaml")).text.startswith(("components", "info", "openapi"))
    page = checked(await client.get("/api/docs"))
    assert page.status_code == 200
    assert "POST /api/v1/applications/{number}/submission" in page.text
    english = checked(await client.get("/api/docs?lang=en", follow_redirects=True))
    assert "Request body" in english.text
