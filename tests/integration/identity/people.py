"""Builders: sample people (示例) as these tests need them."""

from identity import commands, representing, staffing
from identity.actor import Role

PASSWORD = "green-tea-42"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
DEPARTMENT = "11520100MADEM00119"
BY = "system:test"


async def citizen(
    session,
    at,
    *,
    login="jia",
    id_number="520102199001010018",
    phone="19900000001",
    name="示例甲",
    password=PASSWORD,
):
    person_id = await commands.register_person(
        session, name=name, id_number=id_number, phone=phone, by=BY, at=at
    )
    await commands.open_account(session, person_id, password=password, login=login, by=BY, at=at)
    return person_id


async def department(session, at, code=DEPARTMENT):
    await staffing.open_department(
        session, code=code, name="示例市市场监督管理局", short="市场监管局", region="520100", by=BY, at=at
    )


async def clerk(
    session, at, *, login="clerk", secret=SECRET, roles=(Role.WINDOW,), id_number="520101197001011015"
):
    await department(session, at)
    person_id = await citizen(
        session, at, login=login, id_number=id_number, phone="19900001001", name="示例子"
    )
    await staffing.appoint(
        session, person_id, department_code=DEPARTMENT, roles=roles, departments=[DEPARTMENT], by=BY, at=at
    )
    if secret:
        await commands.enrol_totp(session, person_id, secret=secret, by=BY, at=at)
    return person_id


async def firm(session, at, owner, *, name="示例餐饮有限公司", credit_code="91520115MADEM0011Q"):
    return await representing.register_organisation(
        session, name=name, credit_code=credit_code, legal_representative=owner, by=BY, at=at
    )
