"""The regions an address may name: GB/T 2260 codes of the districts of the city the portal serves.

These are the sample city's districts (示例): the codes are valid, the names are made up.
"""

from services.catalogue.form import Pair

REGIONS: dict[str, Pair] = {
    "520102": Pair("南区", "South District"),
    "520103": Pair("北区", "North District"),
    "520115": Pair("湖区", "Lake District"),
    "520181": Pair("山区", "Hill District"),
}


def region_in(text: str) -> tuple[str, str]:
    """(code, rest) of a written address: the first region named in it and what follows; ("", text) if none."""
    found = [(text.find(name.zh), code) for code, name in REGIONS.items() if name.zh in text]
    if not found:
        return "", text
    position, code = min(found)
    return code, text[position + len(REGIONS[code].zh) :].strip()
