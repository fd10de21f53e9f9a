"""The own-data extract on paper: what stands in the record, in words."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from licensing import types
from licensing.forms import Block, Grid, Line
from licensing.own_data import OwnData
from portal.citizen import telling
from portal.citizen.own_record import OwnRecord
from portal.language import gettext as _
from portal.language import pick
from portal.templating import day, moment
from portal.words import word

LOOKS: Mapping[str, str] = {
    "case viewed": "查看办件",
    "case record verified": "核验办件记录",
    "evidence exported": "导出证据",
    "number unmasked": "查看完整号码",
}


def paper(record: OwnRecord, uses: Sequence[Any], *, keeper: str, at: datetime) -> OwnData:
    """`uses` as `data_uses` tells them."""
    return OwnData(
        name=record.profile.name,
        keeper=keeper,
        identifier=f"own-data-{record.profile.person_id}-{at:%Y%m%d%H%M%S}",
        at=at,
        blocks=[
            _person(record),
            _cases(record),
            _licences(record),
            _looked(record),
            _used(uses),
            _allowed(record),
        ],
    )


def _person(record: OwnRecord) -> Block:
    one = record.profile
    return Block(
        _("个人信息"),
        [
            Line(_("姓名"), one.name),
            Line(_("身份证号码"), one.id_number),
            Line(_("手机号码"), one.phone or "—"),
            Line(_("电子邮箱"), one.email or "—"),
            Line(_("实名等级"), word(one.level, "real_name")),
        ],
    )


def _cases(record: OwnRecord) -> Block:
    rows = [
        [one.number, pick(one.item_name), telling.state(one.state)[0], day(one.submitted_at)]
        for one in record.cases
    ]
    return _block(_("办件"), [_("办件编号"), _("事项"), _("状态"), _("提交日期")], rows)


def _licences(record: OwnRecord) -> Block:
    rows = [
        [
            pick(types.get(one.type_code, one.type_version).name),
            one.number,
            one.issuer_name,
            day(one.valid_from),
        ]
        for one in record.licences
    ]
    return _block(_("电子证照"), [_("证照"), _("证照编号"), _("发证机关"), _("有效期起")], rows)


def _looked(record: OwnRecord) -> Block:
    rows = [[moment(one.at), one.by, telling.said(LOOKS, one.deed), one.subject] for one in record.looks]
    return _block(_("谁看过我的办件"), [_("时间"), _("谁"), _("做了什么"), _("办件")], rows)


def _used(uses: Sequence[Any]) -> Block:
    rows = [[moment(one["at"]), one["who"], one["register"], one["purpose"]] for one in uses]
    return _block(_("谁用过我的数据"), [_("时间"), _("谁用的"), _("从哪里"), _("为什么")], rows)


def _allowed(record: OwnRecord) -> Block:
    rows = [[pick(one.name), _("、").join(one.scopes), moment(one.given_at)] for one in record.consents]
    rows += [
        [f"{one.agent} → {one.principal}", _("、").join(one.items), moment(one.valid_from)]
        for one in (*record.acting, *record.given)
    ]
    return _block(_("授权和委托"), [_("谁"), _("范围"), _("从什么时候起")], rows)


def _block(title: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Block:
    if not rows:
        return Block(title, [Line(_("记录"), _("没有"))])
    return Block(title, [Grid(title, heads, rows)])
