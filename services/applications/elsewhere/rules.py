"""Which window may receive what another authority decides. No database, no clock."""

from services.catalogue.definition import Department, ItemDefinition

SEND = "send-papers"
SIGN_FOR = "sign-for-papers"
MOST_SHEETS = 5_000


def receiver(definition: ItemDefinition, departments: frozenset[str]) -> Department | None:
    """The body whose window this is, where the item may be received there; none where it may not."""
    return next((one for one in definition.received_at if one.code in departments), None)
