"""Why someone could not be recognised, enrolled or allowed.

NumberWrong            a number that cannot be what it claims to be (also a ValueError: forms show it)
IdentityError
├── PasswordsBusy        too many passwords are being checked at this moment
├── PasswordWeak         shorter than the rule, the person's own number or name, or everybody's password
├── SessionUnknown       no such session of this person
├── PartyNotYours        the actor does not represent this party, or no more
├── RolesIncompatible    no role of staff, or more than one of the three administrators (三员分立)
├── AbsenceUnknown       no such leave, or none of yours to end
├── AbsenceRefused       leave that cannot be entered as it stands
├── DepartmentUnknown    no department with this code
├── OrganisationUnknown  no organisation with this credit code
├── PersonUnknown        no such person
├── LoginTaken           somebody else signs in by this name
├── TooYoung             an account for a child under 14 exists only through its guardian
├── SigningKeyMissing    no key to sign with for this purpose
└── TokenRefused         a token or signed message that is not ours, not for us, or not now

A sign-in that does not succeed is no exception: `commands.sign_in` answers with a value, so that the failure
it counted is committed.
"""


class NumberWrong(ValueError):
    """`kind` names the number, `why` what is wrong with it; the number itself is never carried along."""

    def __init__(self, kind: str, why: str) -> None:
        super().__init__(f"{kind} refused: {why}")
        self.kind = kind
        self.why = why


class IdentityError(Exception):
    """Base of everything this package refuses on purpose."""


class PasswordsBusy(IdentityError):
    """More sign-ins at once than the pool may take; the same request is welcome in a moment."""


class PasswordWeak(IdentityError):
    """`why`: "short" | "long" | "own" (the account, number, phone or name) | "common"."""

    def __init__(self, why: str) -> None:
        super().__init__(f"password refused: {why}")
        self.why = why


class SessionUnknown(IdentityError):
    def __init__(self) -> None:
        super().__init__("no such session")


class PartyNotYours(IdentityError):
    def __init__(self, party: str) -> None:
        super().__init__(f"not represented: {party}")
        self.party = party


class RolesIncompatible(IdentityError):
    def __init__(self, roles: frozenset[str]) -> None:
        super().__init__(f"roles that one person may not hold together: {', '.join(sorted(roles))}")
        self.roles = roles


class AbsenceUnknown(IdentityError):
    def __init__(self) -> None:
        super().__init__("no such leave")


class AbsenceRefused(IdentityError):
    """`field` of the form and `why`.

    "person": "no-post". "last_day": "order" | "past" | "long" | "overlap". "roles": "missing" | "not-lent".
    "substitute": "oneself" | "no-post" | "department" | "roles" | "scope" | "absent".
    """

    def __init__(self, field: str, why: str) -> None:
        super().__init__(f"leave refused: {field}: {why}")
        self.field = field
        self.why = why


class DepartmentUnknown(IdentityError):
    def __init__(self, code: str) -> None:
        super().__init__(f"no department {code}")
        self.code = code


class OrganisationUnknown(IdentityError):
    def __init__(self, credit_code: str) -> None:
        super().__init__(f"no organisation {credit_code}")
        self.credit_code = credit_code


class PersonUnknown(IdentityError):
    def __init__(self) -> None:
        super().__init__("no such person")


class LoginTaken(IdentityError):
    def __init__(self, login: str) -> None:
        super().__init__(f"login name taken: {login}")
        self.login = login


class TooYoung(IdentityError):
    def __init__(self) -> None:
        super().__init__("under 14: only through a guardian")


class SigningKeyMissing(IdentityError):
    def __init__(self, purpose: str) -> None:
        super().__init__(f"no signing key for {purpose}")
        self.purpose = purpose


class TokenRefused(IdentityError):
    """`why`: "malformed" | "algorithm" | "header" | "key" | "signature" | "claims" | "audience" | "issuer" | "time"."""

    def __init__(self, why: str) -> None:
        super().__init__(f"token refused: {why}")
        self.why = why
