"""The window's routes, for portal/doors.py."""

from collections.abc import Sequence

from litestar.types import ControllerRouterHandler

from portal.window import (
    assisted_materials,
    assisting,
    batching,
    charging,
    collecting,
    comparing,
    copying,
    correcting,
    desk_deeds,
    doing,
    identity,
    looking,
    paper_form,
    phrasing,
    queueing,
    receiving_for_others,
    second_look,
    verifying,
    views,
)

WINDOW_DOORS: Sequence[ControllerRouterHandler] = (
    queueing.QueuePages,
    views.QueueViews,
    batching.BatchPages,
    phrasing.PhrasePages,
    assisting.AssistedPages,
    assisted_materials.AssistedMaterials,
    collecting.HandOutPages,
    charging.FeePages,
    identity.IdentityPages,
    looking.CasePages,
    paper_form.PaperForms,
    desk_deeds.DeskDeeds,
    comparing.ComparingPages,
    copying.Copies,
    assisted_materials.SignaturePages,
    doing.DeedPages,
    correcting.CorrectionQueue,
    verifying.VerificationQueue,
    second_look.SecondLookQueue,
    second_look.AskedAtTheCounter,
    receiving_for_others.ReceivedForOthers,
    receiving_for_others.PaperArrivals,
)
