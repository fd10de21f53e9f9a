"""What can go wrong where things are kept.

StorageError
├── DatabaseUnfit      the server is not one the portal can trust with its data
├── DatabaseAway       a statement could not be run: the server refused, hung or went away
├── ServerNotStarted   the embedded PostgreSQL did not come up
├── SecretUnreadable   a sealed value does not open with any key of the ring
├── RingMissing        no key ring was installed in this process
├── KeyUnusable        a key of the ring cannot be used or taken away like this
├── LedgerBroken       an entry does not follow from the one before it
├── WorkbookUnreadable a spreadsheet that arrived is none, is broken, too large, or has not the columns wanted
└── ObjectError
    ├── ObjectNotFound     no such digest in the store
    ├── ObjectDamaged      what was read is not what was written
    └── StoreUnavailable   the store refused, hung or went away, within a bounded time
"""


class StorageError(Exception):
    """Base of everything this package raises on purpose."""


class DatabaseUnfit(StorageError):
    def __init__(self, why: str, found: str) -> None:
        super().__init__(f"database unfit ({why}): {found}")
        self.why = why
        self.found = found


class DatabaseAway(StorageError, ConnectionError):
    """`why` names the driver's error, never its text: that quotes the values of a statement."""

    def __init__(self, why: str) -> None:
        super().__init__(f"database away ({why})")
        self.why = why


class ServerNotStarted(StorageError):
    def __init__(self, log_tail: str) -> None:
        super().__init__(f"PostgreSQL did not start: {log_tail}")
        self.log_tail = log_tail


class SecretUnreadable(StorageError):
    def __init__(self, purpose: str) -> None:
        super().__init__(f"a sealed value for {purpose} does not open")
        self.purpose = purpose


class RingMissing(StorageError):
    def __init__(self) -> None:
        super().__init__("no key ring installed in this process")


class KeyUnusable(StorageError):
    """`why`: unknown, current (it seals), changing (an earlier change is not finished), in-use (rows need it)."""

    def __init__(self, why: str, name: str) -> None:
        super().__init__(f"key {name} ({why})")
        self.why = why
        self.name = name


class LedgerBroken(StorageError):
    def __init__(self, chain: str, position: int, why: str) -> None:
        super().__init__(f"ledger {chain} breaks at entry {position}: {why}")
        self.chain = chain
        self.position = position
        self.why = why


class ObjectError(StorageError):
    """Base of what the object store refuses or cannot do."""


class ObjectNotFound(ObjectError):
    def __init__(self, digest: str) -> None:
        super().__init__(f"no object {digest}")
        self.digest = digest


class ObjectDamaged(ObjectError):
    def __init__(self, digest: str) -> None:
        super().__init__(f"object {digest} is not what was written")
        self.digest = digest


class StoreUnavailable(ObjectError):
    def __init__(self, why: str) -> None:
        super().__init__(f"object store unavailable: {why}")
        self.why = why


class WorkbookUnreadable(StorageError):
    """`why`: "too-large", "not-a-table" or "no-columns"."""

    def __init__(self, why: str) -> None:
        super().__init__(f"workbook unreadable ({why})")
        self.why = why
