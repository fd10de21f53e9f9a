"""A portal alone in a process: asks a hub three questions and prints what came of them. Arguments: url, keys, own key."""

import asyncio
import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import httpx

from identity import tokens
from services.sharing.client import HubClient, Timeouts
from services.sharing.messages import Subject

PERSON = "520102199001010018"
CONSUMER, PORTAL = "11520100MADEM00119", "11520100MADEM0046U"
ASKED = (
    ("population", {"fields": ["name"]}),
    ("marriages", {"fields": ["spouse"], "expected": {"spouse": "示例壬"}}),
    ("insurance", {"fields": ["over_ten_years"]}),
)


async def main(url: str, keys: str, own: str) -> None:
    hub_keys = [tokens.verifier(one) for one in json.loads(keys)["keys"]]
    client = HubClient(
        url,
        consumer=PORTAL,
        key=tokens.signer(own),
        hub_keys={one.kid: one for one in hub_keys},
        timeouts=Timeouts(connect=5, total=10),
    )
    subject, at = Subject(id_number=PERSON), datetime.now(UTC)
    who = {"item": "marriage-benefit", "applicant": "a", "at": at, "consumer": CONSUMER, "case_number": "1-1"}
    await client.announce(**who, subjects=[subject], operators=["w"])
    found = {}
    for resource, asked in ASKED:
        contract = f"QY-{resource}"
        answer = await client.fetch(
            **who,
            **asked,
            contract=contract,
            resource=resource,
            subject=subject,
            operator="w",
            purpose="办理",
        )
        found[resource] = [answer.outcome, answer.reason, answer.values]
    async with httpx.AsyncClient(trust_env=False) as http:
        for path in ("/exchange", "/steward", "/cases"):
            refused = await http.post(
                f"{url}{path}", content="a.b.c", headers={"content-type": "application/jose"}
            )
            found[path] = refused.status_code
    await client.close()
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], *(Path(one).read_text() for one in sys.argv[2:])))
