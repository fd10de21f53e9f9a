"""What the rest of the house knows and an item may name: the licence types; contracts of the hub come later."""

from licensing import types
from services.catalogue.lint import Known


def known() -> Known:
    """For the lint, before anything is submitted or published."""
    return Known(
        licences={slug: {field.key for field in one.fields} for slug, one in types.load_types().items()}
    )
