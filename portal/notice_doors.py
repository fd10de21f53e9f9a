"""The doors by which codes and notices leave, as the operator set them up."""

from collections.abc import Mapping

from identity.means.notice import Doors, NoticeDoor, SmsDoor, SmtpDoor
from identity.means.rules import Channel
from portal.settings import Settings
from services.notices.tasks import SampleMailbox
from storage.database import Sessions


def notice_doors(settings: Settings) -> Doors:
    """Mail and short messages, where a server for them is set."""
    doors: dict[Channel, NoticeDoor] = {}
    if settings.smtp_host:
        doors[Channel.EMAIL] = SmtpDoor(
            settings.smtp_host,
            settings.smtp_port,
            settings.smtp_sender,
            settings.smtp_user,
            settings.smtp_password.get_secret_value(),
            settings.smtp_security,
        )
    if settings.sms_url:
        doors[Channel.SMS] = SmsDoor(settings.sms_url, settings.sms_key.get_secret_value())
    return doors


def message_doors(settings: Settings, sessions: Sessions) -> Doors:
    """The same for messages about cases; in a demonstration its mailbox stands for what is not set up."""
    samples: Mapping[Channel, NoticeDoor] = {one: SampleMailbox(one, sessions) for one in Channel}
    return {**(samples if settings.demo else {}), **notice_doors(settings)}


def notice_channels(settings: Settings) -> frozenset[Channel]:
    """What the pages may offer: what is set up, and in a demonstration everything (its mailbox shows it)."""
    return frozenset(Channel) if settings.demo else frozenset(notice_doors(settings))
