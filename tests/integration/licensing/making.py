"""A worker of its own process that makes licences one after another, to be killed: `python -m … URL FOLDER`."""

import asyncio
import sys
from pathlib import Path

import sqlalchemy as sa

from licensing import tasks
from licensing.authority import open_authority
from licensing.models import Licence
from licensing.rules import State
from licensing.sealing import SoftwareSealer
from storage import cipher, folder_store
from storage.database import open_engine, open_sessions
from tests.support.licences import AT

PASSPHRASE = b"only for tests"
PAUSE = 0.05


async def make(url: str, folder: Path) -> None:
    """Make what is intended until nobody intends anything for a while and the file `done` is there."""
    cipher.install(cipher.load_ring(folder / "ring.json"))
    engine = open_engine(url, pool_size=2)
    sessions = open_sessions(engine)
    sealer = SoftwareSealer(open_authority(folder / "seals", PASSPHRASE, AT))
    objects = folder_store.open(folder / "objects")
    while True:
        async with sessions() as session, session.begin():
            found = list(await session.scalars(sa.select(Licence.id).where(Licence.state == State.INTENDED)))
        if not found and (folder / "done").exists():
            break
        for number in found:
            await tasks.issue_licence(
                str(number),
                sessions=sessions,
                objects=objects,
                sealer=sealer,
                public_url="https://city.example",
            )
        await asyncio.sleep(PAUSE)
    await engine.dispose()


if __name__ == "__main__":
    asyncio.run(make(sys.argv[1], Path(sys.argv[2])))
