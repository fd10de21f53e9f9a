"""`yiwang admin` on an empty installation: departments, then the first posts, each on record, nothing secret shown."""

import asyncio
from datetime import UTC, datetime

import pytest
from typer.testing import CliRunner

from identity import commands as identity
from identity import queries
from identity.actor import Role
from identity.errors import DepartmentUnknown, RolesIncompatible
from portal.cli import administering
from portal.cli.errors import AccountUnfit, DepartmentUnfit
from portal.cli.transactions import within
from portal.settings import Settings
from storage import ledger
from tests.support import postgres

CODE, PHONE = "11520100MADEM00119", "19900000091"
DEPARTMENT = ["add-department", CODE, "--name", "示例市市场监督管理局", "--short", "市场监管局"]


@pytest.fixture
def settings(server: postgres.Server, data_folder, tmp_path, monkeypatch):
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "ring.json").write_bytes((data_folder / "keys" / "ring.json").read_bytes())
    name = server.copy()
    found = Settings(data=tmp_path, database_url=server.url(name, postgres.APPLICATION))
    monkeypatch.setattr(administering, "current", lambda: found)
    yield found
    server.drop(name)


def run(*line):
    told = CliRunner().invoke(administering.app, list(line))
    if told.exception is not None and not isinstance(told.exception, SystemExit):
        raise told.exception
    return told.output


async def sign_up(session):
    told = {"name": "示例甲", "id_number": "520102199001010018", "phone": PHONE}
    at = datetime.now(UTC)
    person = await identity.register_person(session, **told, by="system:test", at=at)
    await identity.open_account(session, person, password="yiwang-shili-2026", by="system:test", at=at)
    return person


def test_an_empty_city_begins_with_its_departments_and_administrators(settings):
    appoint = ["appoint", PHONE, "security-admin", "--department", CODE]
    with pytest.raises(DepartmentUnfit, match="1234"):
        run("add-department", "1234", "--name", "甲", "--short", "甲", "--region", "520100")
    with pytest.raises(DepartmentUnfit, match="52"):
        run(*DEPARTMENT, "--region", "52")
    assert CODE in run(*DEPARTMENT, "--region", "520100")
    run(*DEPARTMENT, "--region", "520100")
    with pytest.raises(AccountUnfit):
        run(*appoint)
    person = asyncio.run(within(settings, sign_up))
    with pytest.raises(AccountUnfit) as refused:
        run(*appoint)
    assert "authenticator" in refused.value.sentence

    async def second_factor(session):
        return await identity.enrol_totp(session, person, by=str(person), at=datetime.now(UTC))

    secret = asyncio.run(within(settings, second_factor))
    with pytest.raises(DepartmentUnknown):
        run(*appoint, "--sees", "11520100MADEM002X1")
    with pytest.raises(RolesIncompatible):
        run("appoint", PHONE, "security-admin", "audit-admin", "--department", CODE)
    told = run(*appoint, "--sees", "*") + run(*appoint, "--sees", "*") + run("list")
    assert told.count("示例甲") == 3
    assert secret not in told

    async def written(session):
        staff = await queries.staff_listing(session)
        entries = await ledger.entries(session, f"account:{person}")
        opened = await ledger.entries(session, f"department:{CODE}")
        return staff, [(one.deed, one.actor) for one in entries], [one.deed for one in opened]

    (post,), deeds, opened = asyncio.run(within(settings, written))
    assert (post.roles, post.departments) == ({Role.SECURITY_ADMIN}, {CODE, "*"})
    assert deeds.count(("appointed", "system:cli")) == 1
    assert opened == ["department entered"]
    with pytest.raises(RolesIncompatible):
        run("appoint", PHONE, "audit-admin", "--department", CODE)
    assert "dismissed" in run("dismiss", PHONE)
    assert "held no post" in run("dismiss", PHONE)
