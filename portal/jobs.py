"""The work of a worker process: every task with what it stands on."""

from collections.abc import Sequence
from functools import partial

from identity import tasks as identity
from licensing.tasks import ISSUE
from portal.resources import Resources
from services.applications import tasks as applications
from services.applications.commands.papers import PRINT
from services.applications.commands.starting import GATHER
from services.oversight import tasks as oversight
from storage import checkpoints
from storage.queue import Job, Loop
from storage.signed_notes import Signer

SWEEP, CHECK = "oversight.sweep", "ledger.check"
SEQUENCE_SECONDS = 1.0


def loops(resources: Resources) -> Sequence[Loop]:
    """What a worker looks after all the time: the ledger's tree grows within a second of the deed."""
    sequence = partial(oversight.sequence, sessions=resources.sessions, signer=log_signer(resources))
    return (Loop("ledger.sequence", sequence, SEQUENCE_SECONDS),)


def log_signer(resources: Resources) -> Signer:
    """The key with which this portal signs the checkpoints of its ledger."""
    return checkpoints.log_key(resources.settings.keys, resources.settings.public_url)


def jobs(resources: Resources) -> Sequence[Job]:
    """Everything a worker knows to do, bound to this process's resources."""
    sessions, objects, sealer = resources.sessions, resources.objects, resources.sealer
    public_url = resources.settings.public_url
    return (
        Job(identity.SWEEP, partial(identity.sweep, sessions=sessions), every="17 * * * *"),
        Job(SWEEP, partial(oversight.sweep, sessions=sessions), every="* * * * *"),
        Job(
            CHECK,
            partial(oversight.check_ledger, sessions=sessions, signer=log_signer(resources)),
            every="20 19 * * *",  # 03:20 in Shanghai
        ),
        Job(GATHER, partial(applications.gather, sessions=sessions, hub=resources.hub)),
        Job(
            PRINT,
            partial(
                applications.print_paper,
                sessions=sessions,
                objects=objects,
                sealer=sealer,
                public_url=public_url,
            ),
        ),
        Job(
            ISSUE,
            partial(
                applications.issue_licence,
                sessions=sessions,
                objects=objects,
                sealer=sealer,
                public_url=public_url,
            ),
        ),
    )
