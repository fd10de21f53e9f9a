"""What was typed for an earlier version of an item and has no place in the present form: kept beside the answers
under `left:` while the draft is a draft. Pure."""

from collections.abc import Mapping

LEFT = "left:"
Typed = Mapping[str, str | list[str]]


def left_in(answers: Typed) -> dict[str, str | list[str]]:
    """What has no place any more, by its old names."""
    return {name.removeprefix(LEFT): text for name, text in answers.items() if name.startswith(LEFT)}


def without_left(answers: Typed) -> dict[str, str | list[str]]:
    """The answers to the present form alone."""
    return {name: text for name, text in answers.items() if not name.startswith(LEFT)}


def put_aside(left: Typed) -> dict[str, str | list[str]]:
    """The same under the names by which it is kept."""
    return {f"{LEFT}{name}": text for name, text in left.items()}
