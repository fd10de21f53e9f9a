"""The keyed hashes people are found by, so that they can be made anew with another look-up key.

Hashes whose text is kept nowhere cannot be: codes, start codes, challenges and the charges of a network or an account
live a day at most, and are compared by both keys while the key is changed. Failures of one pair of account and origin
are counted anew from then on; what the whole account and the network are charged with stays.
"""

import sqlalchemy as sa
from sqlmodel import SQLModel

from identity.mandates import models as mandates
from identity.means import models as means
from identity.means.rules import Channel
from identity.models import EMAIL, ID_NUMBER, PHONE
from storage.resealing import Lookup

PERSON = SQLModel.metadata.tables["person"]
REQUEST = SQLModel.metadata.tables[str(mandates.MandateRequest.__tablename__)]
CONTACT = SQLModel.metadata.tables[str(means.ProvenContact.__tablename__)]


def _contact(channel: Channel, source: str, purpose: str) -> Lookup:
    held = sa.and_(PERSON.c.id == CONTACT.c.person_id, CONTACT.c.channel == channel)
    return Lookup(CONTACT.c.address_index, PERSON.c[source], purpose, on=held, read=str.lower)


LOOKUPS = (
    Lookup(PERSON.c.id_index, PERSON.c.id_number, ID_NUMBER, read=lambda text: text or None),
    Lookup(PERSON.c.phone_index, PERSON.c.phone, PHONE),
    _contact(Channel.SMS, "phone", PHONE),
    _contact(Channel.EMAIL, "email", EMAIL),
    Lookup(REQUEST.c.other_index, REQUEST.c.other, ID_NUMBER, read=lambda other: other["id_number"]),
)
