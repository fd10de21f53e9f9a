"""What the template of a guide needs: one page for the public and for the official who is still writing the item."""

from typing import Any

from services.catalogue.definition import ItemDefinition
from services.catalogue.factsheet import factsheet


def guide_context(definition: ItemDefinition, version: int) -> dict[str, Any]:
    return {"definition": definition, "version": version, "factsheet": factsheet(definition)}
