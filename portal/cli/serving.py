"""Serving an application by name, with nothing loaded but the server: the application loads in its own processes.

`python -m portal.cli.serving MODULE:FACTORY HOST PORT PROCESSES` is how the demonstration starts its parts: the
process that only watches over the web processes need not know the whole portal.
"""

import sys

from granian import Granian
from granian.constants import Interfaces

WEB = "portal.cli.loading:web"
HUB = "portal.cli.loading:hub"


def serve(target: str, port: int, *, host: str = "127.0.0.1", processes: int = 1) -> None:
    """Serve the application that the factory `module:function` makes, until told to stop."""
    Granian(
        target,
        factory=True,
        interface=Interfaces.ASGI,
        address=host,
        port=port,
        workers=processes,
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=15,
        log_access=False,
    ).serve()


if __name__ == "__main__":
    serve(sys.argv[1], int(sys.argv[3]), host=sys.argv[2], processes=int(sys.argv[4]))
