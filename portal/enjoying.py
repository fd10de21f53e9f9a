"""免申即享 confirmed, by page or by program: a case opened, filled from the registers, and handed in."""

from datetime import datetime

from identity.actor import Actor
from portal.dependencies import Transactions
from portal.resources import Resources
from services.applications import queries
from services.applications.commands import gathering, submitting
from services.applications.errors import AnswersWrong, Incomplete
from services.applications.rules import State
from services.applications.unasked import commands


async def confirm(
    transactions: Transactions, resources: Resources, actor: Actor, code: str, *, at: datetime
) -> tuple[str, bool]:
    """The case's number, and whether it is handed in: what a register did not say just now stays for the person.

    The draft is committed before the registers are asked (decision 0001); twice is once. Raises as
    `unasked.commands.confirm` does.
    """
    async with transactions() as session:
        number = await commands.confirm(session, actor, code, at=at)
    await gathering.gather(resources.sessions, resources.hub, number, at=at)
    async with transactions() as session:
        application = await queries.get(session, actor, number)
        if application.state is not State.DRAFT:
            return number, True
        try:
            await submitting.submit(session, actor, number, key=f"benefit-{number}", at=at)
        except (AnswersWrong, Incomplete):
            return number, False
    return number, True
