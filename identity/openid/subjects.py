"""Names for people and sessions that are good in one sector only (pairwise, OpenID Connect Core 1.0, 8.1).

HMAC-SHA-256 with the index key of the ring, which never rotates by itself: two departments that compare notes find
nothing in common, and nobody without the ring can tell whose a name is.
"""

from uuid import UUID

from storage.cipher import ring


def subject(person_id: UUID, sector: str) -> str:
    """`sub`: 64 hex digits, the same for ever within a sector."""
    return ring().index(f"{sector}\0{person_id}", "openid.sub")


def remote_session(session_id: UUID, sector: str) -> str:
    """`sid` (Back-Channel Logout 1.0, 2.1)."""
    return ring().index(f"{sector}\0{session_id}", "openid.sid")[:32]
