"""The short way of an ordinary call: read what it is judged by, judge it, and write the grant if nothing changed since.

Two statements, each a transaction of its own. The second counts the call, remembers its nonce, records the use and its
ledger entry, and does none of it unless key, contract, resource and case are still the very rows the judgment was made
on, and the call is new and within its volume: the database decides that, under the contract's lock (`hub_take_up`).
Whatever is not an ordinary grant is left to `using.take_in`, which starts from the beginning and knows every reason.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4

import msgspec

from services.sharing import recording, rules, signing, using
from services.sharing.errors import MessageRefused
from services.sharing.messages import Request, digest
from services.sharing.recording import Opened
from services.sharing.rules import CLOCK_TOLERANCE, Call, Counts, Granted
from storage.lanes import Run

KEY = ("party", "speaks_for", "jwk")
RESOURCE = ("provider", *rules.OFFER_FROM)
CASE = ("keeper", "consumer", "item_code", "applicant", "operators", "subjects", "closed_at")
TABLES = {"key": KEY, "contract": rules.TERMS_FROM, "resource": RESOURCE, "known": CASE}


def _columns(alias: str, names: tuple[str, ...]) -> str:
    told = ", ".join(f"{alias}.{name}" for name in names)
    return f"{told}, hub_version({alias}.xmin, {alias}.ctid)"


def _cast(name: str) -> str:
    return f"%(use_{name})s" + ("::jsonb" if name in JSON else "")


JSON = {"fields", "missing"}
GROUND = """
SELECT <columns> FROM hub_party_key AS key, hub_case AS known, hub_contract AS contract
JOIN hub_resource AS resource ON resource.code = contract.resource
WHERE key.kid = %(kid)s AND key.valid_from <= %(at)s AND (key.retired_at IS NULL OR key.retired_at > %(at)s)
AND contract.number = %(contract)s AND known.number = %(case)s
""".replace("<columns>", ", ".join(_columns(alias, names) for alias, names in TABLES.items()))
GRANT = """
WITH taken AS MATERIALIZED (
    SELECT hub_take_up(%(kid)s, %(key_seen)s, %(use_contract)s, %(contract_seen)s, %(resource_seen)s,
        %(use_case_number)s, %(known_seen)s, %(party)s, %(use_consumer)s, %(use_nonce)s, %(attempt)s::integer,
        %(expires_at)s, %(minute)s, %(day)s) AS up
), used AS (
    INSERT INTO hub_use (<names>) SELECT <values> FROM taken WHERE taken.up RETURNING id
)
SELECT ledger_append(%(entry)s) FROM used
""".replace("<names>", ", ".join(recording.GRANTED)).replace(
    "<values>", ", ".join(_cast(name) for name in recording.GRANTED)
)
_READER = msgspec.json.Decoder(Request)


async def at_once(run: Run, compact: str, *, at: datetime) -> Opened | None:
    """The use that was granted to this signed request; None where the longer way has to be taken, nothing done."""
    try:
        claimed = _READER.decode(signing.payload_of(compact))
        kid = signing.signer_of(compact)
    except (MessageRefused, msgspec.DecodeError, RecursionError):
        return None
    asked = {"kid": kid, "at": at, "contract": claimed.contract, "case": claimed.case_number}
    line = await run(GROUND, asked) if claimed.attempt == 1 else None
    if line is None:
        return None
    ground = _ground(line)
    try:
        request = signing.read(compact, signing.known(kid, ground["key"]["jwk"]), Request)
    except MessageRefused:
        return None
    if not _allowed(request, ground, at):
        return None
    use, request_digest = uuid4(), digest(compact)
    told = _told(recording.granted_row(use, compact, request, at), ground)
    told |= {f"{alias}_seen": ground[alias]["seen"] for alias in TABLES}
    told |= {"kid": kid, "party": ground["key"]["party"], "attempt": request.attempt, **using.periods(at)}
    told |= {
        "expires_at": at + 2 * CLOCK_TOLERANCE,
        "entry": recording.granted_entry(use, request, request_digest, at),
    }
    if await run(GRANT, told) is None:
        return None
    contract, resource = ground["contract"], ground["resource"]
    return recording.as_opened(
        use,
        request,
        request_digest,
        provider=resource["provider"],
        types=dict(rules.offer_of(resource).fields),
        form=contract["form"],
        derived=contract["derived"],
    )


def _ground(line: tuple[Any, ...]) -> dict[str, dict[str, Any]]:
    """Each row by its alias, with `seen`, its version."""
    values = iter(line)
    return {alias: {name: next(values) for name in (*names, "seen")} for alias, names in TABLES.items()}


def _allowed(request: Request, ground: Mapping[str, Mapping[str, Any]], at: datetime) -> bool:
    """The judgment, but for what only the database knows: whether the call came before, and how many there were."""
    terms, offer = rules.terms_of(ground["contract"]), rules.offer_of(ground["resource"])
    call = Call(request, frozenset(ground["key"]["speaks_for"]), seen_before=False, now=at)
    verdict = rules.judge(call, terms, offer, Counts(), using.known_case(request, ground["known"]))
    return isinstance(verdict, Granted)


def _told(row: Mapping[str, object], ground: Mapping[str, Mapping[str, Any]]) -> dict[str, object]:
    """The use's columns for GRANT."""
    row = {**row, "provider": ground["resource"]["provider"], "form": ground["contract"]["form"]}
    return {f"use_{name}": recording.plain(name, row[name]) for name in recording.GRANTED}
