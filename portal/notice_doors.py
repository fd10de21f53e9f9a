"""The doors by which codes and notices leave, as the operator set them up."""

from identity.means.notice import Doors, NoticeDoor, SmsDoor, SmtpDoor
from identity.means.rules import Channel
from portal.settings import Settings


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


def notice_channels(settings: Settings) -> frozenset[Channel]:
    """What the pages may offer: what is set up, and in a demonstration everything (its mailbox shows it)."""
    return frozenset(Channel) if settings.demo else frozenset(notice_doors(settings))
