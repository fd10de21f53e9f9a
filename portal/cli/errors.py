"""What the command line tells in one sentence.

CommandError
├── PartNotReady      a process of the demonstration did not come up
├── PortTaken         another program listens there
├── NoDemonstration   what is meant for a demonstration finds none
├── PackageMissing    a system package is not installed and cannot be installed from here
├── FileUnusable      a file named on the command line cannot be read or is not what it should be
├── KeyRefused        a key of the ring cannot be used or put away like this
├── SealUnknown       no such department, or it has no such seal
├── KeyInUse          rows still need the key
├── DepartmentUnfit   a department cannot be entered like this
├── AccountUnfit      an account that cannot be given a post
└── NotProven         what was to be verified is not whole
"""


class CommandError(Exception):
    """`sentence` is shown as it is, with exit code 1."""

    sentence = "The command could not be done."


class PartNotReady(CommandError):
    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.sentence = f"{name} did not start; its log in the data folder says why."


class PortTaken(CommandError):
    def __init__(self, port: int) -> None:
        super().__init__(str(port))
        self.sentence = f"Port {port} is used by another program; choose one with --port."


class NoDemonstration(CommandError):
    def __init__(self, folder: str) -> None:
        super().__init__(folder)
        self.sentence = f"{folder} holds no demonstration: start one with `yiwang demo`, or name its folder in YIWANG_DATA."


class PackageMissing(CommandError):
    def __init__(self, package: str) -> None:
        super().__init__(package)
        self.sentence = f"System package missing; install it with: apt-get install {package}"


class FileUnusable(CommandError):
    def __init__(self, path: str, why: str) -> None:
        super().__init__(path)
        self.sentence = f"{path}: {why}"


class NotProven(CommandError):
    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class KeyRefused(CommandError):
    def __init__(self, why: str, name: str) -> None:
        super().__init__(name)
        self.sentence = {
            "unknown": f"There is no {name} in the ring.",
            "current": f"{name} is the key that seals: rotate or use another one first.",
            "changing": "The look-up key is being changed: finish with `reencrypt` and `retire lookups`.",
        }[why]


class SealUnknown(CommandError):
    def __init__(self, department: str, name: str = "") -> None:
        super().__init__(department)
        self.sentence = (
            f"Department {department} has no seal {name}."
            if name
            else f"There is no department {department}."
        )


class KeyInUse(CommandError):
    def __init__(self, name: str, rows: int) -> None:
        super().__init__(name)
        self.sentence = (
            f"{rows} rows still need {name}: run `yiwang keys reencrypt` first. Nothing was changed."
        )


class DepartmentUnfit(CommandError):
    def __init__(self, code: str, why: str) -> None:
        super().__init__(code)
        self.sentence = f"{code} {why} Nothing was changed."


class AccountUnfit(CommandError):
    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.sentence = f"{why} Nothing was changed."
