"""A small judge of JSON Schema 2020-12: the keywords that `services.catalogue.schema` writes, and no others."""

import re

TYPES = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
}
SILENT = {"$schema", "title", "description", "format", "x-when", "x-source", "then"}


def violations(schema, value, path="$"):
    """Every place where `value` breaks `schema`."""
    found = []
    for keyword, wanted in schema.items():
        if keyword not in SILENT:
            found += RULES[keyword](schema, wanted, value, path)
    return found


def _type(_, wanted, value, path):
    names = wanted if isinstance(wanted, list) else [wanted]
    fits = any(
        isinstance(value, TYPES[name]) and (name == "boolean") is isinstance(value, bool) for name in names
    )
    return [] if fits else [f"{path}: type"]


def _if(schema, wanted, value, path):
    return [] if violations(wanted, value) else violations(schema["then"], value, path)


def _on(kind, test):
    return lambda _, wanted, value, path: (
        [f"{path}: {wanted}"] if isinstance(value, kind) and not test(wanted, value) else []
    )


RULES = {
    "type": _type,
    "if": _if,
    "enum": lambda _, wanted, value, path: [] if value in wanted else [f"{path}: enum"],
    "required": _on(dict, lambda wanted, value: set(wanted) <= set(value)),
    "additionalProperties": lambda schema, _, value, path: [
        f"{path}.{key}: unknown" for key in value if key not in schema["properties"]
    ],
    "properties": lambda _, wanted, value, path: [
        one for key in wanted if key in value for one in violations(wanted[key], value[key], f"{path}.{key}")
    ],
    "items": lambda _, wanted, value, path: [one for item in value for one in violations(wanted, item, path)],
    "minItems": _on(list, lambda wanted, value: len(value) >= wanted),
    "maxItems": _on(list, lambda wanted, value: len(value) <= wanted),
    "uniqueItems": _on(list, lambda _, value: len(set(value)) == len(value)),
    "contains": _on(list, lambda wanted, value: any(not violations(wanted, one) for one in value)),
    "pattern": _on(str, re.search),
    "minLength": _on(str, lambda wanted, value: len(value) >= wanted),
    "maxLength": _on(str, lambda wanted, value: len(value) <= wanted),
    "minimum": _on((int, float), lambda wanted, value: value >= wanted),
    "maximum": _on((int, float), lambda wanted, value: value <= wanted),
    "allOf": lambda _, wanted, value, path: [one for part in wanted for one in violations(part, value, path)],
    "anyOf": lambda _, wanted, value, path: (
        [] if any(not violations(part, value) for part in wanted) else [f"{path}: anyOf"]
    ),
    "not": lambda _, wanted, value, path: [] if violations(wanted, value) else [f"{path}: not"],
}
