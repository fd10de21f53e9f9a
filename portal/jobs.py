"""The work of a worker process: every task with what it stands on."""

from collections.abc import Sequence
from functools import partial

from identity import tasks as identity
from identity.openid import tasks as openid
from licensing import tasks as licensing
from licensing.importing import tasks as existing_licences
from licensing.tasks import ISSUE
from portal import register_checks
from portal.notice_doors import message_doors, notice_channels, notice_doors
from portal.resources import Resources
from portal.supervision.exporting import WORDINGS
from portal.supervision.reporting import reader
from services.applications import tasks as applications
from services.applications.arriving import tasks as arriving
from services.applications.bundling.queries import REDATE, RELEASE
from services.applications.bundling.submitting import PRINT as PRINT_BUNDLE
from services.applications.commands.papers import PRINT
from services.applications.commands.starting import GATHER
from services.applications.instant import tasks as instant
from services.applications.lapsing import tasks as lapsing
from services.applications.unasked import tasks as unasked
from services.catalogue import tasks as catalogue
from services.catalogue.maintenance import tasks as maintenance
from services.catalogue.maintenance.importing import IMPORT
from services.catalogue.maintenance.standing import END
from services.notices import tasks as notices
from services.oversight import tasks as oversight
from services.oversight import usage
from services.oversight.boarding import tasks as boarding
from services.oversight.checks import tasks as checks
from services.oversight.exports import tasks as exports
from services.oversight.indicators import tasks as indicators
from services.oversight.measures import tasks as measures
from services.oversight.reports import tasks as reports
from services.oversight.warnings import tasks as warnings
from storage import checkpoints
from storage.database import Sessions
from storage.queue import Job, Loop
from storage.signed_notes import Signer

SWEEP, CHECK = "oversight.sweep", "ledger.check"
SEQUENCE_SECONDS = 1.0
PLACE_SECONDS = 0.25
"""An entry is provable within a second of its deed: waiting, numbering and signing together."""
BOARD_SECONDS = 0.4
"""Deed, leaf, steps, board: together less than the two seconds a board may be behind."""
NOTICE_TRIES = 20


def loops(resources: Resources) -> Sequence[Loop]:
    """What a worker looks after all the time: the ledger's tree grows within a second of the deed."""
    sequence = partial(oversight.sequence, sessions=resources.sessions, signer=log_signer(resources))
    follow = partial(notices.follow, sessions=resources.sessions)
    step = partial(checks.follow, sessions=resources.sessions)
    board = partial(boarding.follow, sessions=resources.sessions)
    return (
        Loop("ledger.sequence", sequence, PLACE_SECONDS),
        Loop("notices.follow", follow, SEQUENCE_SECONDS),
        Loop("oversight.follow", step, BOARD_SECONDS),
        Loop("oversight.board", board, BOARD_SECONDS),
    )


def log_signer(resources: Resources) -> Signer:
    """The key with which this portal signs the checkpoints of its ledger."""
    return checkpoints.log_key(resources.settings.keys, resources.settings.public_url)


def jobs(resources: Resources) -> Sequence[Job]:
    """Everything a worker knows to do, bound to this process's resources."""
    sessions, objects, sealer = resources.sessions, resources.objects, resources.sealer
    public_url = resources.settings.public_url
    return (
        *_people(resources),
        *_licences(sessions),
        *openid_jobs(resources),
        *_oversight(resources),
        Job(lapsing.LAPSE, partial(lapsing.lapse, sessions=sessions), every="* * * * *"),
        Job(catalogue.FILE, partial(catalogue.file_outstanding, sessions=sessions), every="*/5 * * * *"),
        Job(END, partial(maintenance.end_item, sessions=sessions)),
        Job(IMPORT, partial(maintenance.take_in_file, sessions=sessions)),
        *_modes(resources),
        Job(GATHER, partial(applications.gather, sessions=sessions, hub=resources.hub)),
        Job(
            applications.TELL_CLOSED,
            partial(applications.tell_closed, sessions=sessions, hub=resources.hub),
            every="* * * * *",
        ),
        *_bundles(resources),
        *_messages(resources),
        *_uploads(resources),
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


def _oversight(resources: Resources) -> Sequence[Job]:
    """What is watched, warned of, counted and proved; the great counts while nobody works."""
    sessions = resources.sessions
    return (
        Job(SWEEP, partial(oversight.sweep, sessions=sessions), every="* * * * *"),
        Job(warnings.WARN, partial(warnings.warn, sessions=sessions), every="* * * * *"),
        Job(checks.QUEUES, partial(checks.hold_queues, sessions=sessions), every="30 19 * * *"),  # 03:30
        Job(checks.RUNNING, partial(checks.hold_running, sessions=sessions), every="12 * * * *"),
        Job(
            exports.EXPORT,
            partial(exports.write, sessions=sessions, objects=resources.objects, wordings=WORDINGS),
        ),
        Job(
            exports.FORGET,
            partial(exports.forget, sessions=sessions, objects=resources.objects),
            every="45 19 * * *",  # 03:45 in Shanghai
        ),
        Job(
            reports.REPORT,
            partial(
                reports.make,
                sessions=sessions,
                objects=resources.objects,
                reading=reader(keeper=resources.settings.operator, sample=resources.settings.demo),
            ),
            every="50 19 * * *",  # 03:50 in Shanghai, after the days were proved
        ),
        Job(indicators.PROVE, partial(indicators.prove, sessions=sessions), every="40 18 * * *"),  # 02:40
        Job(
            measures.COUNT,
            partial(measures.count, sessions=sessions),
            every="35 19 * * *",  # 03:35 in Shanghai
        ),
        Job(usage.USAGE, partial(oversight.count_usage, sessions=sessions), every="*/10 * * * *"),
        Job(
            CHECK,
            partial(oversight.check_ledger, sessions=sessions, signer=log_signer(resources)),
            every="20 19 * * *",  # 03:20 in Shanghai
        ),
    )


def _licences(sessions: Sessions) -> Sequence[Job]:
    """What becomes of licences as time passes."""
    over = partial(licensing.expire_licences, sessions=sessions)
    soon = partial(licensing.remind_holders, sessions=sessions)
    return (
        Job(licensing.EXPIRE, over, every="10 16 * * *"),  # 00:10 in Shanghai
        Job(licensing.REMIND, soon, every="20 1 * * *"),  # 09:20 in Shanghai: nobody is woken
        Job(existing_licences.IMPORT, partial(existing_licences.take_in_file, sessions=sessions)),
        Job(
            existing_licences.HAND_OVER,
            partial(existing_licences.hand_over, sessions=sessions),
            every="* * * * *",
        ),
    )


def _people(resources: Resources) -> Sequence[Job]:
    """What is done for accounts, their notices and their mandates."""
    sessions = resources.sessions
    return (
        Job(identity.SWEEP, partial(identity.sweep, sessions=sessions), every="17 * * * *"),
        Job(
            identity.DELIVER,
            partial(
                identity.deliver,
                sessions=sessions,
                doors=notice_doors(resources.settings),
                keep=resources.settings.demo,
            ),
            attempts=NOTICE_TRIES,
        ),
        Job(
            identity.CHECK_REPRESENTATIVES,
            partial(
                identity.check_representatives,
                ask=partial(register_checks.check_representatives, sessions=sessions, hub=resources.hub),
            ),
            every="50 19 * * *",  # 03:50 in Shanghai
        ),
        Job(
            identity.REMIND,
            partial(identity.remind_of_mandates, sessions=sessions),
            every="5 1 * * *",  # 09:05 in Shanghai: nobody is woken
        ),
    )


def _modes(resources: Resources) -> Sequence[Job]:
    """Cases that rules may decide, and benefits that are offered before anybody asks."""
    sessions = resources.sessions
    return (
        Job(instant.DECIDE, partial(instant.decide, sessions=sessions)),
        Job(
            unasked.LOOK,
            partial(unasked.look, sessions=sessions, hub=resources.hub),
            every="30 0 * * *",  # 08:30 in Shanghai: whoever is told something is awake
        ),
    )


def _bundles(resources: Resources) -> Sequence[Job]:
    """What several cases filled in as one need: the receipt, letting held parts go on, and the joint date."""
    release = partial(applications.release, sessions=resources.sessions, hub=resources.hub)
    receipt = partial(
        applications.print_bundle_receipt,
        sessions=resources.sessions,
        objects=resources.objects,
        sealer=resources.sealer,
        public_url=resources.settings.public_url,
    )
    redate = partial(applications.redate, sessions=resources.sessions)
    return (Job(RELEASE, release), Job(PRINT_BUNDLE, receipt), Job(REDATE, redate))


def _uploads(resources: Resources) -> Sequence[Job]:
    """Files that wait for the scanner, and those nobody went on with."""
    sessions = resources.sessions
    scan = partial(arriving.scan, sessions=sessions, objects=resources.objects)
    return (
        Job(arriving.SCAN, scan),
        Job(arriving.SWEEP, partial(arriving.sweep, sessions=sessions), every="37 * * * *"),
        Job(
            arriving.SWEEP_OBJECTS,
            partial(arriving.sweep_objects, sessions=sessions, objects=resources.objects),
            every="40 19 * * *",  # 03:40 in Shanghai
        ),
    )


def _messages(resources: Resources) -> Sequence[Job]:
    """Telling applicants what happens to their cases."""
    sessions, ways = resources.sessions, notice_channels(resources.settings)
    doors = message_doors(resources.settings, sessions)
    return (
        Job(notices.TELL, partial(notices.tell, sessions=sessions, open_ways=ways)),
        Job(notices.DISPATCH, partial(notices.dispatch, sessions=sessions, doors=doors)),
        Job(
            notices.REMIND,
            partial(notices.remind, sessions=sessions, open_ways=ways),
            every="10 1 * * *",  # 09:10 in Shanghai: nobody is woken
        ),
    )


def openid_jobs(resources: Resources) -> Sequence[Job]:
    """What is done for the systems that sign people in here."""
    sessions, issuer = resources.sessions, resources.settings.public_url
    return (
        Job(
            openid.TELL_LOGOUT,
            partial(openid.tell_logout, sessions=sessions, issuer=issuer),
            attempts=openid.ATTEMPTS,
        ),
        Job(openid.ROTATE, partial(openid.rotate, sessions=sessions), every="40 18 1 * *"),
        Job(openid.SWEEP, partial(openid.sweep, sessions=sessions), every="27 * * * *"),
    )
