from datetime import timedelta

import pytest

from identity.tokens import new_signer, verifiers
from services.sharing import commands, queries
from services.sharing.errors import ContractUnknown, ContractUnsound, ResourceUnknown
from services.sharing.rules import ShareType
from storage import ledger
from tests.integration.sharing.builders import MARKET, contract, resource

pytestmark = pytest.mark.anyio
WHO = {"actor": "system:test"}


async def deeds(session, chain):
    return [entry.deed for entry in await ledger.entries(session, chain)]


async def test_a_resource_is_published_once_and_changed_when_it_says_something_else(session, now):
    assert await commands.publish(session, resource(now), **WHO, at=now)
    assert not await commands.publish(session, resource(now), **WHO, at=now + timedelta(hours=1))
    later = now + timedelta(days=1)
    assert await commands.publish(session, resource(later, update_cycle="每日"), **WHO, at=later)
    (known,) = await queries.directory(session)
    assert (known.update_cycle, known.published_at, known.changed_at) == ("每日", now, later)
    assert await deeds(session, "resource:population") == ["resource published", "resource changed"]


async def test_a_contract_is_concluded_once_and_never_rewritten(session, now):
    await commands.publish(session, resource(now), **WHO, at=now)
    assert await commands.conclude(session, contract(now), **WHO, at=now)
    assert not await commands.conclude(session, contract(now, per_day=9), **WHO, at=now)
    assert (await queries.contract(session, "QY-1")).per_day == 1000
    assert await deeds(session, "contract:QY-1") == ["contract concluded"]


async def test_a_contract_beyond_the_directory_is_not_concluded(session, now):
    with pytest.raises(ResourceUnknown):
        await commands.conclude(session, contract(now), **WHO, at=now)
    await commands.publish(session, resource(now, share_type=ShareType.NOT_SHARED), **WHO, at=now)
    with pytest.raises(ContractUnsound) as caught:
        await commands.conclude(session, contract(now), **WHO, at=now)
    assert caught.value.why == "not-shared"


async def test_an_ended_contract_leaves_the_list_and_stays_readable(session, now):
    await commands.publish(session, resource(now), **WHO, at=now)
    await commands.conclude(session, contract(now), **WHO, at=now)
    assert [one.number for one in await queries.contracts(session, item="food-business", at=now)] == ["QY-1"]
    assert not await queries.contracts(session, consumer="other", at=now)
    assert not await queries.contracts(session, at=now + timedelta(days=2))
    for _ in range(2):
        await commands.end(session, "QY-1", reason="示例", **WHO, at=now)
    assert not await queries.contracts(session, consumer=MARKET, at=now)
    assert (await queries.contract(session, "QY-1")).end_reason == "示例"
    assert await deeds(session, "contract:QY-1") == ["contract concluded", "contract ended"]
    with pytest.raises(ContractUnknown):
        await queries.contract(session, "QY-9")


async def test_a_key_is_admitted_once_and_speaks_for_its_own_party(session, now):
    own = new_signer()
    key = verifiers(own)[own.kid]
    assert await commands.admit(session, key, party=MARKET, **WHO, at=now)
    assert not await commands.admit(session, key, party="other", **WHO, at=now)
    known = await queries.party_key(session, own.kid, now)
    assert (known.party, known.speaks_for, known.reads_uses) == (MARKET, [MARKET], False)
    assert await queries.party_key(session, own.kid, now - timedelta(seconds=1)) is None
    await commands.retire(session, own.kid, **WHO, at=now + timedelta(hours=1))
    assert await queries.party_key(session, own.kid, now + timedelta(hours=2)) is None
    assert await queries.party_key(session, own.kid, now)
