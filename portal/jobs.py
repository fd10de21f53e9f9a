"""The work of a worker process: every task with what it stands on."""

from collections.abc import Sequence
from functools import partial

from identity import tasks as identity
from licensing.tasks import ISSUE
from portal.resources import Resources
from services.applications import tasks as applications
from services.applications.commands.papers import PRINT
from services.applications.commands.starting import GATHER
from storage.queue import Job


def jobs(resources: Resources) -> Sequence[Job]:
    """Everything a worker knows to do, bound to this process's resources."""
    sessions, objects, sealer = resources.sessions, resources.objects, resources.sealer
    public_url = resources.settings.public_url
    return (
        Job(identity.SWEEP, partial(identity.sweep, sessions=sessions), every="17 * * * *"),
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
