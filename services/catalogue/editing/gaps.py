"""A definition with its gaps filled, so that an unfinished item can be shown as people will see it. Pure.

What is missing or cannot be read stands there as a mark (`GAP`), as the least value, or not at all where it is optional.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
from msgspec import inspect

from services.catalogue.conditions import Expression
from services.catalogue.definition import ItemDefinition
from services.catalogue.editing.places import Definition
from services.catalogue.form import Page, Pair

GAP = Pair("（还没有填写）", "(not yet written)")


def filled(definition: Definition) -> ItemDefinition:
    """The item as far as it is written; total."""
    found: ItemDefinition = _filled(definition, inspect.type_info(ItemDefinition))
    return found


def filled_page(page: Mapping[str, Any]) -> Page:
    """One page of a form as far as it is written; total."""
    found: Page = _filled(page, inspect.type_info(Page))
    return found


def _filled(thing: Any, wanted: Any) -> Any:
    if isinstance(wanted, inspect.StructType):
        return _struct(thing, wanted)
    if isinstance(wanted, inspect.UnionType):
        return _optional(thing, wanted)
    if isinstance(wanted, inspect.VarTupleType):
        listed = thing if isinstance(thing, list | tuple) else ()
        return tuple(_filled(one, wanted.item_type) for one in listed)
    try:
        return msgspec.convert(thing, _python(wanted))
    except (msgspec.ValidationError, ValueError, TypeError):
        return _least(wanted)


def _struct(thing: Any, wanted: Any) -> Any:
    if wanted.cls is Pair:
        return _pair(thing)
    if wanted.cls is Expression:
        return _condition(thing)
    given = thing if isinstance(thing, Mapping) else {}
    values = {}
    for one in wanted.fields:
        if given.get(one.encode_name) is not None:
            values[one.name] = _filled(given[one.encode_name], one.type)
        elif one.required:
            values[one.name] = _filled(None, one.type)
    return wanted.cls(**values)


def _pair(thing: Any) -> Pair:
    given = thing if isinstance(thing, Mapping) else {}
    chinese, english = (str(given.get(language) or "").strip() for language in ("zh", "en"))
    return Pair(chinese or english or GAP.zh, english or chinese or GAP.en)


def _condition(thing: Any) -> Expression:
    try:
        return msgspec.convert(thing, Expression)
    except (msgspec.ValidationError, RecursionError):
        return Expression(always=True)


def _optional(thing: Any, wanted: Any) -> Any:
    kinds = [one for one in wanted.types if not isinstance(one, inspect.NoneType)]
    if thing is None or len(kinds) != 1:
        return thing
    return _filled(thing, kinds[0])


PYTHON: Mapping[type, Any] = {
    inspect.StrType: str,
    inspect.IntType: int,
    inspect.BoolType: bool,
    inspect.DecimalType: Decimal,
    inspect.DateType: date,
}


def _python(wanted: Any) -> Any:
    """The type that msgspec described."""
    if isinstance(wanted, inspect.EnumType | inspect.CustomType):
        return wanted.cls
    if isinstance(wanted, inspect.DictType):
        return dict[str, Any]
    return PYTHON.get(type(wanted), Any)


LEAST: Mapping[type, Any] = {inspect.StrType: "", inspect.IntType: 0, inspect.BoolType: False}


def _least(wanted: Any) -> Any:
    if isinstance(wanted, inspect.EnumType):
        return next(iter(wanted.cls))
    return {} if isinstance(wanted, inspect.DictType) else LEAST.get(type(wanted))
