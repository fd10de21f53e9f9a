"""`yiwang exchange`: what the hub's keeper enters and takes out, from files to the hub's own database."""

import asyncio
import json
import re
import shlex

import psycopg
import pytest
import typer.main

from identity.tokens import jwks, new_signer, verifiers
from portal.cli.errors import FileUnusable, NotProven
from portal.cli.main import app
from portal.settings import current
from services.sharing import queries
from storage import cipher, ledger
from tests.integration.sharing.builders import CSV, MARKET, POLICE, file_source, open_hub

pytestmark = pytest.mark.anyio
RESOURCE = f"""
code: graves
catalogue_code: 101001/000078
name: {{zh: 示例登记, en: Sample register}}
provider: {POLICE}
provider_name: {{zh: 示例市公安局, en: Sample police}}
fields:
  - {{name: name, title: {{zh: 姓名, en: Name}}, type: name, sensitivity: personal}}
share_type: "2"
condition: 仅限办理契约载明的事项
basis: 示例
subject_key: id_number
manner: 文件
update_cycle: 每日
"""
CONTRACT = f"""
number: QY-GRAVES-1
consumer: {MARKET}
item: food-business
legal_basis: 示例
resource: graves
fields: [name]
"""
SOURCES = """
sources:
  - {kind: file, name: graves, resource: graves, path: graves.csv, subject: number, fields: {name: name}}
  - {kind: file, name: away, resource: away, path: away.csv, subject: number, fields: {name: name}}
"""


@pytest.fixture
async def hub(open_database, now, tmp_path):
    return await open_hub(open_database, now, file_source(tmp_path / "register.csv"))


@pytest.fixture
def keeper(hub, data_folder, key_ring, tmp_path, monkeypatch, capfd):
    """Types a command as the hub's keeper would, on this hub's database; what it printed."""
    data = tmp_path / "data"
    (data / "hub").mkdir(parents=True)
    (data / "keys").symlink_to(data_folder / "keys")
    (data / "hub" / "sources.yaml").write_text(SOURCES, encoding="utf-8")
    (data / "hub" / "graves.csv").write_text(CSV, encoding="utf-8")
    url = hub.sessions.url
    known = {"YIWANG_DATABASE_URL": url, "YIWANG_HUB_DATABASE_URL": url, "YIWANG_DATA": str(data)}
    for variable, value in known.items():
        monkeypatch.setenv(variable, value)
    monkeypatch.chdir(tmp_path)
    current.cache_clear()
    command = typer.main.get_command(app)

    async def typed(line):
        await asyncio.to_thread(command, ["exchange", *shlex.split(line)], standalone_mode=False)
        return capfd.readouterr().out

    yield typed
    current.cache_clear()
    cipher.install(key_ring)


async def entered(hub, chain):
    async with hub.sessions() as session:
        return [(one.deed, one.actor) for one in await ledger.entries(session, chain)]


async def test_a_register_is_entered_contracted_and_asked_whether_it_answers(keeper, hub, tmp_path):
    (tmp_path / "resource.yaml").write_text(RESOURCE, encoding="utf-8")
    (tmp_path / "contract.yaml").write_text(CONTRACT, encoding="utf-8")
    (tmp_path / "wrong.yaml").write_text("code: [", encoding="utf-8")
    assert await keeper("publish resource.yaml") == "graves: entered\n"
    assert await keeper("publish resource.yaml") == "graves: as it was\n"
    assert await keeper("conclude contract.yaml") == "QY-GRAVES-1: in force\n"
    assert await keeper("conclude contract.yaml") == "QY-GRAVES-1: as it was\n"
    assert await entered(hub, "resource:graves") == [("resource published", "system:hub-keeper")]
    assert await entered(hub, "contract:QY-GRAVES-1") == [("contract concluded", "system:hub-keeper")]
    with pytest.raises(FileUnusable):
        await keeper("publish wrong.yaml")
    assert await keeper("sources") == "away: down\ngraves: up\n"


async def test_keys_are_admitted_retired_and_renewed(keeper, hub, tmp_path):
    own = new_signer()
    (tmp_path / "keys.json").write_text(json.dumps(jwks(verifiers(own))), encoding="utf-8")
    assert await keeper(f"admit {POLICE} keys.json") == f"{POLICE}: 1 keys\n"
    assert await keeper(f"retire {own.kid}") == f"{own.kid}: retired\n"
    assert [deed for deed, _ in await entered(hub, f"party:{POLICE}")] == ["key admitted", "key retired"]
    await keeper("sources")  # as the hub at its first start, this makes the hub's key
    first, second = [json.loads(await keeper("rotate --overlap 5"))["keys"] for _ in range(2)]
    assert {one["kid"] for one in first} < {one["kid"] for one in second}


async def test_evidence_leaves_and_is_verified_offline_and_a_use_taken_away_is_noticed(
    keeper, hub, server, tmp_path
):
    answer, kept = await hub.call(), await hub.call()
    (tmp_path / "keys.json").write_text(json.dumps(jwks(verifiers(hub.portal, hub.key))), encoding="utf-8")
    assert "2 messages, 2 ledger entries" in await keeper(f"export {answer.use} evidence.json")
    assert (await keeper("verify evidence.json keys.json")).endswith("\nverified\n")
    text = (tmp_path / "evidence.json").read_text(encoding="utf-8")
    (tmp_path / "evidence.json").write_text(
        re.sub(r'"answer": "ey.', '"answer": "eyK', text), encoding="utf-8"
    )
    with pytest.raises(NotProven):
        await keeper("verify evidence.json keys.json")

    assert await keeper("check") == "every use in the ledger is on record\n"
    database = hub.sessions.kw["bind"].url.database
    # Whoever owns the server can delete a record; the hub's own role cannot, and the ledger still tells of it.
    with (
        psycopg.connect(server.url(database, "yiwang_app"), autocommit=True) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute("DELETE FROM hub_use")
    with psycopg.connect(server.cluster.url(database), autocommit=True) as connection:
        connection.execute("DELETE FROM hub_use WHERE id = %s", (answer.use,))
    with pytest.raises(NotProven, match="1 uses"):
        await keeper("check")
    async with hub.sessions() as session:
        assert await queries.uses_gone(session) == [answer.use]
        assert await queries.uses_gone(session, since=hub.now.replace(year=2030)) == []
    assert kept.use != answer.use
