"""Three thousand more items, made of words that real catalogues are made of, so that searches have competition."""

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import msgspec
import sqlalchemy as sa

from services.catalogue import commands, rules
from services.catalogue.definition import Department, ItemDefinition, Pair
from services.catalogue.finding import filing
from services.catalogue.models import ItemState, ItemVersion
from storage.database import Session

SUBJECTS = [
    "医疗机构执业",
    "药品零售",
    "药品批发",
    "医疗器械经营",
    "护士执业",
    "乡村医生",
    "旅行社",
    "民办学校",
    "民办职业培训学校",
    "幼儿园办园",
    "危险化学品经营",
    "烟草专卖零售",
    "出版物零售",
    "印刷企业",
    "机动车驾驶证",
    "机动车行驶证",
    "机动车检验",
    "普通护照",
    "港澳通行证",
    "户口迁移",
    "户口簿",
    "结婚",
    "离婚",
    "收养",
    "残疾人证",
    "社会保障卡",
    "医保关系",
    "生育津贴",
    "生育保险",
    "工伤",
    "住房公积金贷款",
    "公租房",
    "土地使用权抵押",
    "房屋租赁",
    "商品房预售",
    "物业服务企业",
    "食品生产",
    "食品小作坊",
    "食品添加剂生产",
    "特种设备使用",
    "道路旅客运输",
    "出租汽车车辆",
    "网络货运",
    "船舶营运",
    "港口经营",
    "养老机构",
    "高龄津贴",
    "老年食堂补贴",
    "失业人员培训",
    "就业困难人员",
    "劳务派遣",
    "教师资格",
    "律师执业",
    "公证员",
    "会计师事务所",
    "建筑业企业资质",
    "施工图审查",
    "建设工程消防设计",
    "建设工程规划",
    "城市道路挖掘",
    "临时占用道路",
    "大型群众性活动",
    "娱乐场所",
    "互联网上网服务场所",
    "电影放映",
    "消毒产品生产",
    "饮用水供应",
    "放射诊疗",
    "母婴保健技术",
    "计划生育家庭奖励",
    "出生医学证明",
    "预防接种",
    "农药经营",
    "种子生产",
    "兽药经营",
    "动物防疫条件",
    "渔业捕捞",
    "林木采伐",
    "取水",
    "排污",
    "危险废物经营",
    "税务登记",
    "发票领用",
    "企业名称",
    "外商投资企业",
    "合伙企业清算",
]
ACTIONS = [
    "许可",
    "核发",
    "变更登记",
    "延续",
    "注销",
    "补办",
    "换证",
    "备案",
    "审批",
    "年度检验",
    "资格认定",
    "信息变更",
    "补贴申领",
    "证明开具",
    "登记",
    "撤销",
    "复核",
    "遗失补领",
    "首次申请",
    "转移接续",
    "费用减免",
    "期限延长",
    "检查",
    "验收",
    "评定",
    "认证",
    "鉴定",
    "预约",
    "设立",
    "名称核准",
    "场所变更",
    "法定代表人变更",
    "经营范围变更",
    "人员备案",
    "停业",
    "恢复",
    "终止",
    "公示",
    "信用修复",
    "档案查询",
]
DEPARTMENTS = [
    "卫生健康委员会",
    "市场监督管理局",
    "公安局",
    "人力资源和社会保障局",
    "交通运输局",
    "住房和城乡建设局",
    "民政局",
    "农业农村局",
]
THEMES = ("papers", "family", "profession", "construction", "hr")
HOW_MANY = 3_000
AT_ONCE = 250


def crowd() -> Iterator[ItemDefinition]:
    """Plausible items, each different; small, since only their names, materials and departments matter here."""
    model = next(item for item in commands.shipped() if item.code == "senior-card")
    page = model.form.sections[0].pages[0]
    section = msgspec.structs.replace(model.form.sections[0], pages=(page,))
    form = msgspec.structs.replace(model.form, sections=(section,))
    pairs = itertools.islice(itertools.product(ACTIONS, SUBJECTS), HOW_MANY)
    for number, (action, subject) in enumerate(pairs):
        department = f"示例市{DEPARTMENTS[number % len(DEPARTMENTS)]}"
        yield msgspec.structs.replace(
            model,
            code=f"crowd-{number:04}",
            name=Pair(f"{subject}{action}", f"{subject} {action}"),
            short_name=Pair(f"{subject}{action}", f"{subject} {action}"),
            summary=Pair(f"办理{subject}{action}，由{department}受理。", "Sample."),
            aliases=(f"办{subject}{action}", f"{action}{subject}"),
            materials=model.materials[:1],
            themes=(THEMES[number % len(THEMES)],),
            department=Department(f"11520100MADEM9{number % 1000:04}"[:18], Pair(department, department)),
            form=form,
            faq=(),
        )


async def fill(session: Session) -> int:
    """Publish them all at once, as if two days ago; how many there are."""
    at = datetime.now(UTC) - timedelta(days=2)
    items = list(crowd())
    for start in range(0, len(items), AT_ONCE):
        some = items[start : start + AT_ONCE]
        await session.execute(sa.insert(ItemVersion), [_row(item, at) for item in some])
        await filing.write(session, [filing.item_filed(item, 1) for item in some])
    return len(items)


def _row(item: ItemDefinition, at: datetime) -> dict[str, object]:
    return {
        "code": item.code,
        "version": 1,
        "definition": msgspec.json.decode(rules.encoded(item)),
        "state": ItemState.PUBLISHED,
        "effective_on": at.date(),
        "digest": rules.digest(item),
        "published_at": at,
    }
