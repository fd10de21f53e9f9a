"""Rules on materials: named one by one, asked for by law, never asked for when the state holds them."""

import re
from collections.abc import Iterator

from services.catalogue.codes import Source
from services.catalogue.conditions import keys
from services.catalogue.definition import ItemDefinition, Material
from services.catalogue.lint.elements import SLUG
from services.catalogue.lint.known import (
    SHARED_ALREADY,
    Finding,
    Known,
    fact_is_had,
    finding,
    is_fact,
    repeated,
)

NO_CATCH_ALL = "行政许可法 第30条"
CATCH_ALL = re.compile(
    r"其[他它].{0,10}(材料|文件|资料|证明|证件)"
    r"|(相关|有关|必要|所需|需要的?)(的)?(证明)?(材料|文件|资料)"
    r"|等(相关|有关)?(材料|文件|资料)$"
    r"|\b(other|further|additional|any) (\w+ )?(documents?|materials?|evidence|papers)\b"
    r"|\b(relevant|related|necessary) (documents?|materials?|papers)\b",
    re.IGNORECASE,
)
# What registers and licence libraries hold everywhere (names as they stand in guides, with who holds them).
SUPPLIED = {
    r"居民身份证|^身份证|身份证明": "population",
    r"户口簿|户口本|户籍证明": "population",
    r"营业执照|法人登记证书": "business-register",
    r"社会?保(险|障)?.{0,6}(参保|缴费).{0,6}(证明|记录|凭证)|参保证明|缴费证明": "social-insurance",
    r"不动产权证|房产证|房屋所有权证": "real-estate",
    r"结婚证|离婚证|婚姻.{0,4}证明": "marriage",
    r"驾驶证|行驶证": "driving",
    r"毕业证|学位证|学历证|学籍证明": "education",
    r"无犯罪记录": "public-security",
    r"出生医学证明|出生证": "birth",
    r"残疾人证|残疾证": "disability",
}
NEEDED = {
    Source.LICENCE: ("licence_type",),
    Source.HUB: ("resource", "fields"),
    Source.COMMITMENT: ("commitment",),
    Source.UPLOAD: (),
}
POSSIBLE = {
    Source.LICENCE: {"licence_type", "resource", "fields", "fills"},
    Source.HUB: {"resource", "fields", "fills"},
    Source.COMMITMENT: {"commitment"},
    Source.UPLOAD: set[str](),
}


def findings(item: ItemDefinition, known: Known) -> Iterator[Finding]:
    yield from repeated([material.code for material in item.materials], "materials")
    for index, material in enumerate(item.materials):
        path = f"materials[{index}]"
        for rule in (named, supplied, sourced, sized):
            yield from rule(material, path)
        yield from filled(item, material, path)
        yield from referred(item, material, path)
        yield from looked_up(material, path, known)


def named(material: Material, path: str) -> Iterator[Finding]:
    if not SLUG.fullmatch(material.code):
        yield finding(f"{path}.code", "code-shape", value=material.code, wanted="lower-case-words")
    for language in ("zh", "en"):
        name = getattr(material.name, language)
        if CATCH_ALL.search(name):
            yield finding(f"{path}.name", "catch-all", name=name, law=NO_CATCH_ALL)


def supplied(material: Material, path: str) -> Iterator[Finding]:
    """国务院令716 第7条: what sharing can give may not be asked of the applicant."""
    if material.spared:
        return
    for pattern, holder in SUPPLIED.items():
        if re.search(pattern, material.name.zh):
            yield finding(
                f"{path}.source", "can-be-supplied", name=material.name.zh, by=holder, law=SHARED_ALREADY
            )


def sourced(material: Material, path: str) -> Iterator[Finding]:
    given = {
        name
        for name in ("licence_type", "resource", "fields", "fills", "commitment")
        if getattr(material, name)
    }
    for key in NEEDED[material.source]:
        if key not in given:
            yield finding(path, "source-incomplete", source=material.source.value, key=key)
    for key in sorted(given - POSSIBLE[material.source]):
        yield finding(f"{path}.{key}", "source-excess", source=material.source.value, key=key)


def sized(material: Material, path: str) -> Iterator[Finding]:
    for name, most in (("max_mb", 50), ("max_files", 20)):
        if not 1 <= getattr(material, name) <= most:
            yield finding(f"{path}.{name}", "out-of-range", min=1, max=most)
    if not material.formats:
        yield finding(f"{path}.formats", "none", law=NO_CATCH_ALL)


def filled(item: ItemDefinition, material: Material, path: str) -> Iterator[Finding]:
    for name, key in material.fills.items():
        if item.form.question(key) is None:
            yield finding(f"{path}.fills.{name}", "unknown-reference", value=key)
        if name not in material.fields:
            yield finding(f"{path}.fills.{name}", "unknown-reference", value=name)


def referred(item: ItemDefinition, material: Material, path: str) -> Iterator[Finding]:
    for key in keys(material.ask_when):
        if not (fact_is_had(item, key) if is_fact(key) else item.form.question(key)):
            yield finding(f"{path}.ask_when", "unknown-reference", value=key)


def looked_up(material: Material, path: str, known: Known) -> Iterator[Finding]:
    if known.licences is not None and material.licence_type not in {None, *known.licences}:
        yield finding(f"{path}.licence_type", "unknown-reference", value=str(material.licence_type))
    if known.resources is None or material.resource is None:
        return
    if material.resource not in known.resources:
        yield finding(f"{path}.resource", "unknown-reference", value=material.resource)
        return
    for name in material.fields:
        if name not in known.resources[material.resource]:
            yield finding(f"{path}.fields", "unknown-reference", value=f"{material.resource}.{name}")
