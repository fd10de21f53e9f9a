import pytest

from licensing import printing, types
from licensing.errors import TypeUnknown, TypeUnsound
from licensing.numbering import MAKERS
from tests.support import licences as builders

SLUGS = sorted(types.load_types())


def test_twelve_types_are_shipped_and_say_that_they_are_samples():
    assert sorted(builders.FIELDS) == SLUGS
    assert len(SLUGS) == 12
    assert all(each.sample and each.basis for each in types.load_types().values())


def test_a_type_is_found_by_slug_and_by_national_code():
    for slug in SLUGS:
        assert types.get(types.get(slug).code) is types.get(slug)
    with pytest.raises(TypeUnknown):
        types.get("no-such-type")


def wide(field: types.Field) -> str | list[str]:
    if field.kind is not types.FieldKind.TEXT:
        return "" if field.kind is types.FieldKind.PICTURE else "2026-11-21"
    options = list(field.options)
    return options[-1] if options else "龘" * field.max


@pytest.mark.parametrize("slug", SLUGS)
def test_the_longest_values_still_fit_the_page(slug, tmp_path):
    fields = {field.key: wide(field) for field in types.get(slug).fields}
    told = builders.elements(slug, holder="龘" * 30, **fields)
    pdf = printing.print_document(builders.sheet(slug, told=told))
    path = tmp_path / "wide.pdf"
    path.write_bytes(pdf)
    assert f"Pages:           {2 if slug in builders.CARDS else 1}\n" in builders.tool("pdfinfo", str(path))
    shown = sum(len(told[field.element]) for field in types.get(slug).fields if "龘" in told[field.element])
    assert builders.text_of(pdf, tmp_path).count("龘") >= min(shown, 30)


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("element: KZ_ZH,", "element: ZH,", "KZ_"),
        ("maker: credit-code", "maker: magic", "maker"),
        ("template: individual-business-licence", "template: nowhere", "template"),
        ("name_field: trade_name", "name_field: nowhere", "not defined"),
        ("code_is_number: true", "code_is_number: false", "comes from nowhere"),
        ("key: kind,", "key: operator,", "twice"),
        ("code: 11520100MADEM00119002", "code: X15", "21 characters"),
        ("seal: 登记专用章", "stamp: 登记专用章", "stamp"),
        ("sample: true", "sample: [", "expected"),
    ],
)
def test_a_definition_that_contradicts_itself_is_refused_with_its_reason(tmp_path, old, new, why):
    text = (types.FOLDER / "individual-business-licence.yaml").read_text()
    assert old in text
    path = tmp_path / "type.yaml"
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(TypeUnsound) as caught:
        types.read(path)
    assert why in caught.value.why


def test_two_types_of_one_code_are_refused(tmp_path, monkeypatch):
    text = (types.FOLDER / "senior-card.yaml").read_text()
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text(text)
    monkeypatch.setattr(types, "FOLDER", tmp_path)
    types.shipped.cache_clear()
    try:
        with pytest.raises(TypeUnsound):
            types.shipped()
    finally:
        monkeypatch.undo()
        types.shipped.cache_clear()


def test_every_number_maker_is_used_by_some_type():
    assert {each.number.maker for each in types.load_types().values()} == set(MAKERS)
