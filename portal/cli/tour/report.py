"""What the tour prints: one line a step, for people or for programs."""

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass

from portal.cli.tour.errors import TourError

WIDEST = 34


@dataclass
class Report:
    """Tells each step as it ends; `failed` once one did not hold."""

    as_json: bool = False
    failed: bool = False

    def step(self, name: str, doing: Callable[[], str]) -> None:
        """Do a step and tell how it went; what it gives back is the detail. Raises what it raises."""
        try:
            detail = doing()
        except TourError as exc:
            self.tell(name, exc.sentence, ok=False)
            raise
        self.tell(name, detail)

    def tell(self, name: str, detail: str, *, ok: bool = True) -> None:
        self.failed = self.failed or not ok
        if self.as_json:
            line = json.dumps({"step": name, "ok": ok, "detail": detail}, ensure_ascii=False)
        else:
            line = f"{'✓' if ok else '✗'} {name:<{WIDEST}} {detail}".rstrip()
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
