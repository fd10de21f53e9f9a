"""The page `docs/hub.md` says what is."""

import json
import re
from pathlib import Path

import pytest

from identity.tokens import jwks, new_signer, verifiers
from services.sharing.adapters.licences import Library
from services.sharing.configuration import Side, load
from services.sharing.presenting import FieldType
from services.sharing.rules import Outcome, Reason

pytestmark = pytest.mark.anyio
PAGE = (Path(__file__).parents[3] / "docs" / "hub.md").read_text(encoding="utf-8")


async def test_the_sources_file_of_the_page_opens(tmp_path, sessions, now):
    (written,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    file = tmp_path / "sources.yaml"
    file.write_text(written, encoding="utf-8")
    own = new_signer()
    for name in ("civil-keys.json", "province-keys.json"):
        (tmp_path / name).write_text(json.dumps(jwks(verifiers(own))))
    secrets = {name: "x" for name in ("POPULATION_PASSWORD", "BIRTHS_PASSWORD", "REGISTER_KEY")}
    let_go = []

    async def close():
        let_go.append(True)

    opened = load(file, secrets, Side("city-hub", own, Library(sessions, lambda: now, close)))
    assert [one.resource for one in opened] == [
        *("population", "births", "marriages", "vehicles", "business-register", "social-insurance"),
        "food-licences",
    ]
    for one in opened:
        await one.close()
    assert let_go == [True]


def test_the_page_names_every_outcome_reason_and_type():
    words = set(re.findall(r"[a-z][a-z-]+", PAGE))
    assert {*Outcome, *Reason, *FieldType} <= words
