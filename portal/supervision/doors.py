"""The pages of supervisors."""

from collections.abc import Sequence

from litestar.types import ControllerRouterHandler

from portal.supervision import (
    answering,
    boarding,
    by_rules,
    carding,
    disciplining,
    exporting,
    indicating,
    joint,
    looking,
    measuring,
    ordering,
    processing,
    proving,
    reporting,
    ruling,
    scoring,
    warning_pages,
    watching,
)

SUPERVISION_DOORS: Sequence[ControllerRouterHandler] = (
    boarding.BoardPages,
    watching.WatchingPages,
    looking.LookingPages,
    carding.CardPages,
    exporting.ExportPages,
    reporting.ReportPages,
    by_rules.ByRulesPages,
    joint.JointPages,
    ordering.OrderPages,
    answering.AnsweringPages,
    proving.LedgerPages,
    measuring.MeasurePages,
    measuring.OwnProfile,
    ruling.RulePages,
    scoring.ScorePages,
    disciplining.DisciplinePages,
    indicating.IndicatorPages,
    indicating.Performance,
    processing.ProcessPages,
    warning_pages.WarningPages,
    warning_pages.OwnWarnings,
)
