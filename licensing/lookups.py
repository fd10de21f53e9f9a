"""The keyed hashes by which holders not registered yet are found, so that they can be made anew with another key."""

from sqlmodel import SQLModel

from identity.models import ID_NUMBER
from licensing.importing import models
from storage.resealing import Lookup

AWAITED = SQLModel.metadata.tables[str(models.AwaitedHolder.__tablename__)]

LOOKUPS = (Lookup(AWAITED.c.id_index, AWAITED.c.id_number, ID_NUMBER),)
