"""The limits of the city as configured beside this module: how long departments have, and on which basis."""

from functools import lru_cache
from importlib.resources import files

import msgspec
import yaml

from services.sharing.contracts.rules import Limit
from services.sharing.rules import ShareType

TICKET = "ticket"


@lru_cache(maxsize=1)
def limits() -> dict[str, Limit]:
    """Every limit by its name. Raises msgspec.ValidationError for a file that is not of this form."""
    text = files("services.sharing.contracts").joinpath("limits.yaml").read_text(encoding="utf-8")
    return msgspec.convert(yaml.safe_load(text), dict[str, Limit])


def answering(share_type: ShareType) -> Limit:
    """How long a provider has to answer who asks for a contract."""
    return limits()["asked-unconditional" if share_type is ShareType.UNCONDITIONAL else "asked-conditional"]


def checking() -> Limit:
    """How long a department has to look into a ticket (校核)."""
    return limits()[TICKET]
