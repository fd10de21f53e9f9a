"""Why words cannot become an alias (AliasWrong)."""

from services.catalogue.errors import CatalogueError


class AliasWrong(CatalogueError):
    """`why` is empty, long or number (it may be somebody's)."""

    def __init__(self, why: str) -> None:
        super().__init__(f"not an alias: {why}")
        self.why = why
