"""The pages of supervisors."""

from collections.abc import Sequence

from litestar.types import ControllerRouterHandler

from portal.supervision import (
    answering,
    by_rules,
    carding,
    indicating,
    joint,
    looking,
    measuring,
    ordering,
    processing,
    proving,
    ruling,
    warning_pages,
    watching,
)

SUPERVISION_DOORS: Sequence[ControllerRouterHandler] = (
    watching.WatchingPages,
    looking.LookingPages,
    carding.CardPages,
    by_rules.ByRulesPages,
    joint.JointPages,
    ordering.OrderPages,
    answering.AnsweringPages,
    proving.LedgerPages,
    measuring.MeasurePages,
    measuring.OwnProfile,
    ruling.RulePages,
    indicating.IndicatorPages,
    indicating.Performance,
    processing.ProcessPages,
    warning_pages.WarningPages,
    warning_pages.OwnWarnings,
)
