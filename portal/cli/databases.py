"""What the databases and the data folder need before any part can start."""

from identity import breached
from portal.settings import Settings
from storage import migrating


def prepare(settings: Settings) -> None:
    """Bring the databases of portal and hub to the structure this version needs, and list the common passwords."""
    migrating.upgrade(settings.owner_url, application_url=settings.application_url)
    if settings.hub_owner_url != settings.owner_url:
        migrating.upgrade(settings.hub_owner_url, application_url=settings.hub_application_url)
    if not settings.known_passwords.exists():
        breached.build(settings.known_passwords)
