"""What a process of the portal stands on, opened once from the settings and closed at its end."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from sqlalchemy.ext.asyncio import AsyncEngine

from identity import breached, keys, tokens
from identity.keys import Keys
from identity.tokens import Signer, Verifier
from licensing import status
from licensing.authority import Authority, load_passphrase, open_authority
from licensing.sealing import Sealer, SoftwareSealer, Stamping
from portal.settings import Settings
from services.applications.arriving import scanning
from services.sharing.client import HubClient, Timeouts
from storage import cipher
from storage.database import Sessions, open_engine, open_sessions, require_fit
from storage.objects import ObjectStore
from storage.stores import open_store

HUB_PURPOSE = "hub-portal"
"""The portal's key towards the hub, kept with its other signing keys."""
HUB_KEYS = "hub-keys.json"
"""The hub's public keys as they were handed over to the portal, in the keys folder."""


@dataclass(frozen=True)
class Resources:
    """`access` are the keys of API tokens; `roots` the certificates by which our own licences are verified."""

    settings: Settings
    engine: AsyncEngine
    sessions: Sessions
    objects: ObjectStore
    hub: HubClient
    access: Keys
    sealer: Sealer
    roots: tuple[x509.Certificate, ...] = field(default=())


@asynccontextmanager
async def open_resources(settings: Settings) -> AsyncIterator[Resources]:
    """Everything a web or worker process needs. Raises DatabaseUnfit, SigningKeyMissing before `migrate` and `seed`."""
    cipher.follow(settings.keys / "ring.json")
    breached.install(settings.known_passwords)
    scanning.install(scanning.open_scanner(settings.scanner))
    engine = open_engine(settings.application_url, pool_size=settings.pool_size)
    sessions = open_sessions(engine)
    now = datetime.now(UTC)
    async with sessions() as session, session.begin():
        await require_fit(session)
        access = await keys.ensure(session, keys.ACCESS, at=now)
        own = await keys.ensure(session, HUB_PURPOSE, at=now)
        await keys.ensure(session, status.KEYS, at=now)
    hub = hub_client(settings, own.signer)
    sealer = SoftwareSealer(authority_of(settings, at=now), stamping_of(settings))
    try:
        yield Resources(
            settings=settings,
            engine=engine,
            sessions=sessions,
            objects=objects_of(settings),
            hub=hub,
            access=access,
            sealer=sealer,
            roots=tuple(sealer.roots()),
        )
    finally:
        await hub.close()
        await engine.dispose()


def authority_of(settings: Settings, *, at: datetime) -> Authority:
    """The seals' keys in the data folder, behind the passphrase kept beside them."""
    return open_authority(settings.keys / "seals", load_passphrase(settings.keys / "seals.passphrase"), at)


def stamping_of(settings: Settings) -> Stamping | None:
    """The time-stamp authority that was configured. Raises OSError or ValueError for files that cannot be read."""
    if not settings.tsa_url:
        return None
    path = settings.tsa_certificates
    known = x509.load_pem_x509_certificates(path.read_bytes()) if path else []
    revoked = [settings.tsa_revocations.read_bytes()] if settings.tsa_revocations else []
    return Stamping(settings.tsa_url, [each.public_bytes(Encoding.DER) for each in known], revoked)


def objects_of(settings: Settings) -> ObjectStore:
    return open_store(
        folder=settings.data.resolve() / "objects",
        endpoint=settings.s3_endpoint,
        access_key=settings.s3_access_key,
        secret_key=settings.s3_secret_key.get_secret_value(),
        bucket=settings.s3_bucket,
        region=settings.s3_region,
        secure=settings.s3_secure,
    )


def hub_client(settings: Settings, key: Signer, **more: Any) -> HubClient:
    """The portal's way to its hub; `more` goes to the client."""
    return HubClient(
        settings.hub_url,
        consumer=settings.party,
        key=key,
        hub_keys=hub_keys(settings),
        timeouts=Timeouts(total=settings.hub_seconds),
        **more,
    )


def hub_keys(settings: Settings) -> Mapping[str, Verifier]:
    """The hub's public keys handed over at set-up; none before, and then no answer of a hub is believed."""
    path = settings.keys / HUB_KEYS
    if not path.exists():
        return {}
    known = (tokens.verifier(public) for public in json.loads(path.read_text())["keys"])
    return {each.kid: each for each in known}
