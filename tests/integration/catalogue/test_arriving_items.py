"""Items that arrive in files: tables with their cells, packages with their signatures, YAML with its lines."""

import io
import zipfile
from datetime import UTC, datetime

import openpyxl
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.catalogue import commands, rules
from services.catalogue.maintenance import packages, table
from services.catalogue.maintenance.arriving import from_bytes, from_yaml
from services.catalogue.maintenance.errors import PackageRefused, TableUnreadable
from services.catalogue.maintenance.merging import merged
from services.catalogue.writing import to_yaml
from storage.signed_notes import Signer

NOW = datetime(2026, 11, 22, 1, 30, tzinfo=UTC)
ITEMS = commands.shipped()
CARD = next(item for item in ITEMS if item.code == "senior-card")
ROW = {
    "事项名称": "示例养老服务补贴",
    "实施编码": "11520100MADEM003813520511009000",
    "事项类型": "行政给付",
    "行使层级": "市级",
    "实施主体代码": "11520100MADEM00381",
    "设定依据": "《老年人权益保障法》第三十三条：对经济困难的老年人给予补贴",
    "受理条件": "年满八十周岁\n户籍在本市",
    "法定办结时限": "20",
    "承诺办结时限": "10个工作日",
    "是否收费": "否",
    "服务对象": "自然人",
    "办理形式": "窗口、电脑端",
    "咨询电话": "0851-0000 0301",
    "申请材料": "银行卡\n委托书",
}


def book(*rows, header=None, above=()):
    made = openpyxl.Workbook()
    names = header or [column.name for column in table.COLUMNS]
    for line in above:
        made.active.append(line)
    made.active.append(names)
    for row in rows:
        made.active.append([row.get(name) for name in names])
    output = io.BytesIO()
    made.save(output)
    return output.getvalue()


def test_a_row_becomes_a_definition_with_its_elements():
    (one,) = table.read_table(book(ROW))
    assert one.mistakes == ()
    assert one.code == "item-520511009000"
    said = one.definition
    assert said["name"] == {"zh": "示例养老服务补贴"}
    assert (said["item_type"], said["level"], said["ways"]) == ("05", "3", ["window", "computer"])
    assert said["basis"][0]["article"]["zh"] == "第三十三条"
    assert [condition["key"] for condition in said["conditions"]] == ["condition-1", "condition-2"]
    assert (said["statutory_limit"], said["promised_limit"]) == ({"days": 20}, {"days": 10})
    assert (said["fee"], said["audiences"]) == ({"charged": False}, ["person"])
    assert [material["name"]["zh"] for material in said["materials"]] == ["银行卡", "委托书"]


@pytest.mark.parametrize(
    ("typed", "fen"), [("80", 8000), ("80.5", 8050), ("80.05 元", 8005), ("0.10", 10), ("", None)]
)
def test_what_is_charged_is_typed_in_yuan_and_kept_in_fen(typed, fen):
    (one,) = table.read_table(book(ROW | {"是否收费": "是", "收费金额": typed}))
    assert one.mistakes == ()
    assert one.definition["fee"].get("amount") == fen


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("事项类型", "行政什么"),
        ("行使层级", "9"),
        ("实施主体代码", "11520100MADEM00382"),
        ("设定依据", "有关规定"),
        ("法定办结时限", "很快"),
        ("是否收费", "也许"),
        ("收费金额", "八十元"),
        ("收费金额", "80.505"),
        ("服务对象", "自然人、外星人"),
        ("咨询电话", "问门卫"),
        ("基本编码", "5205"),
        ("事项名称", ""),
        ("实施编码", ""),
        ("网址代码", "Capital Letters"),
    ],
)
def test_every_mistake_is_told_with_its_cell_and_the_row_is_not_taken(name, typed):
    names = [column.name for column in table.COLUMNS]
    wrong, right = table.read_table(book(ROW | {name: typed}, ROW | {"网址代码": "another"}))
    letter = openpyxl.utils.get_column_letter(names.index(name) + 1)
    assert [told.place for told in wrong.mistakes] == [f"{letter}2"] or name == "实施编码"
    assert wrong.definition is None
    assert (right.mistakes, right.code) == ((), "another")


def test_the_same_code_twice_is_told_at_the_second():
    first, second = table.read_table(book(ROW, ROW))
    assert first.mistakes == ()
    assert "第 2 行" in second.mistakes[0].words.zh


def test_a_title_above_and_unknown_columns_and_empty_rows_do_not_matter():
    content = book(ROW, {}, header=["序号", *ROW], above=[["示例市实施清单"], []])
    (one,) = table.read_table(content)
    assert (one.place, one.mistakes) == ("4", ())


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "not-a-table"),
        (b"PK\x03\x04 nothing", "not-a-table"),
        (book({}, header=["姓名", "年龄"]), "no-columns"),
    ],
)
def test_what_is_no_table_is_refused(content, why):
    with pytest.raises(TableUnreadable) as told:
        table.read_table(content)
    assert told.value.why == why


def test_a_table_changes_only_what_it_states():
    base = rules.builtins(CARD)
    said = {"name": {"zh": CARD.name.zh}, "promised_limit": {"days": 2}, "aliases": ["老年证"]}
    found = merged(base, said)
    assert found["name"] == base["name"]
    assert found["promised_limit"] == base["promised_limit"] | {"days": 2}
    assert found["aliases"] == ["老年证"]
    assert found["materials"] == base["materials"]
    renamed = merged(
        base,
        {"name": {"zh": "新名称"}, "conditions": [{"key": "x", "text": {"zh": "年满六十周岁。", "en": ""}}]},
    )
    assert renamed["name"] == {"zh": "新名称", "en": ""}
    assert renamed["conditions"] == [base["conditions"][0]]


SIGNER = Signer("test.example/items", Ed25519PrivateKey.generate())
OTHER = Signer("other.example/items", Ed25519PrivateKey.generate())


def package():
    return packages.pack(ITEMS[:3], SIGNER, at=NOW)


def repacked(change):
    """The package with its files changed by `change(files)`."""
    with zipfile.ZipFile(io.BytesIO(package())) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    change(files)
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return output.getvalue()


def test_a_package_brings_the_same_items_to_another_portal():
    arrived = packages.unpack(package(), [OTHER.verifier, SIGNER.verifier])
    assert [one.definition for one in arrived] == [
        rules.builtins(item) for item in sorted(ITEMS[:3], key=lambda item: item.code)
    ]


FIRST = f"items/{min(item.code for item in ITEMS[:3])}.yaml"


@pytest.mark.parametrize(
    ("change", "why", "name"),
    [
        (lambda files: files.update({FIRST: files[FIRST] + b"#"}), "changed", FIRST),
        (lambda files: files.pop(FIRST), "missing", FIRST),
        (lambda files: files.update({"items/x.yaml": b"code: x"}), "added", "items/x.yaml"),
        (lambda files: files.pop("manifest.txt"), "no-manifest", ""),
        (
            lambda files: files.update(
                {"manifest.txt": files["manifest.txt"].replace(b"made 2026", b"made 2027")}
            ),
            "not-trusted",
            "",
        ),
        (
            lambda files: files.update({"manifest.txt": OTHER.sign("yiwang items 1\nmade now\n").encode()}),
            "not-trusted",
            "",
        ),
        (
            lambda files: files.update({"manifest.txt": SIGNER.sign("something else\nmade now\n").encode()}),
            "format",
            "something else",
        ),
    ],
)
def test_tampering_is_named(change, why, name):
    with pytest.raises(PackageRefused) as told:
        packages.unpack(repacked(change), [SIGNER.verifier])
    assert (told.value.why, told.value.name) == (why, name)
    assert packages.WHY[why].zh


def test_what_is_no_package_is_refused():
    with pytest.raises(PackageRefused) as told:
        packages.unpack(b"something", [SIGNER.verifier])
    assert told.value.why == "not-a-package"
    with pytest.raises(PackageRefused):
        packages.trusted_keys(["no key"])
    assert packages.trusted_keys([str(SIGNER.verifier)]) == [SIGNER.verifier]


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.code)
def test_what_is_written_as_yaml_is_read_as_the_same(item):
    arrived = from_yaml(to_yaml(item), "x.yaml")
    assert arrived.definition == rules.builtins(item)


def test_yaml_that_cannot_be_read_says_where():
    arrived = from_bytes(b"code: [", "bad.yaml")
    assert arrived.definition is None
    assert arrived.mistakes[0].place.startswith("bad.yaml:")
    assert from_bytes(b"\xff\xfe\x00", "bytes.yaml").mistakes
