"""The passwords everybody tries first, made by rule: keyboard walks, dates, pinyin, years, doubled and dressed-up words.

Nothing is copied from a published list. `candidates` yields the same texts every time, half a million or so.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import product


def _split(text: str) -> tuple[str, ...]:
    return tuple(text.split())


WORDS = _split(
    "password passwd passw0rd p@ssword p@ssw0rd pa55word secret letmein welcome login admin administrator root test guest user "
    "master changeme default hello iloveyou loveyou sunshine princess dragon monkey shadow superman batman football "
    "baseball basketball michael jordan jessica charlie freedom whatever trustno1 computer internet google baidu "
    "taobao alibaba tencent weixin wechat qq163 huawei xiaomi china zhongguo beijing shanghai guangzhou shenzhen "
    "guiyang guizhou chongqing chengdu tianjin wuhan nanjing hangzhou xian kunming woaini woaiwo nihao nimen "
    "laopo laogong baobao baobei mama baba wode zhangsan lisi wangwu yiwang zhengwu shenfen shehui fuwu mima "
    "caonima nidaye shabi diyi tianxia zhifubao gongshang jianshe nongye youzheng yinhang zhengfu renmin gongan"
)
SURNAMES = _split(
    "wang li zhang liu chen yang zhao huang zhou wu xu sun hu zhu gao lin he guo ma luo liang song zheng xie han "
    "tang feng yu dong xiao cheng cao yuan deng xu fu shen zeng peng lv su lu jiang cai jia ding wei xue ye yan"
)
GIVEN = _split(
    "wei fang na min jing li qiang lei jun yang yong yan jie juan tao ming chao xia ping gang hua hui jian ying "
    "bin bo dan hong jia lin mei ning peng qing rui shan ting xin xue yi yu zhi zi"
)
ROWS = (
    "1234567890",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "0987654321",
    "poiuytrewq",
    "lkjhgfdsa",
    "mnbvcxz",
)
COLUMNS = (
    "1qaz",
    "2wsx",
    "3edc",
    "4rfv",
    "5tgb",
    "6yhn",
    "7ujm",
    "8ik",
    "9ol",
    "qaz",
    "wsx",
    "edc",
    "rfv",
    "tgb",
)
TAILS = _split(
    "1 12 123 1234 12345 123456 0 00 01 007 11 111 1111 21 22 222 520 521 1314 5201314 168 188 66 666 6666 88 888 "
    "8888 99 999 9999 000 0000 ! !! @ . # @123 !@# #123 !123 abc aa qq"
)
FIRST_YEAR, LAST_YEAR = 1940, 2030
BORN = slice(10, 75)
"""The years that people put behind their name."""
SHORTEST = 8


def candidates() -> Iterator[str]:
    """Every text once or more, folded to small letters; those shorter than the rule allows are left out."""
    for text in _all():
        if len(text) >= SHORTEST:
            yield text


def _all() -> Iterator[str]:
    yield from _digits()
    yield from _dates()
    yield from _walks()
    yield from _words()
    yield from _names()


def _digits() -> Iterator[str]:
    """One digit repeated, short groups repeated, and runs up and down from every digit."""
    for length in range(SHORTEST, 17):
        for size in (1, 2, 3):
            yield from (((f"{group:0{size}}") * length)[:length] for group in range(10**size))
        for start in range(10):
            yield "".join(str((start + step) % 10) for step in range(length))
            yield "".join(str((start - step) % 10) for step in range(length))
    lucky = (
        "520",
        "521",
        "1314",
        "5201314",
        "168",
        "147",
        "258",
        "369",
        "159",
        "357",
        "789",
        "456",
        "123",
        "666",
        "888",
    )
    yield from ("".join(parts) for parts in product(lucky, repeat=2))
    yield from ("".join(parts) for parts in product(lucky, repeat=3))


def _dates() -> Iterator[str]:
    """Every day somebody alive may be born on or married, written the four usual ways, alone or dressed."""
    day = date(FIRST_YEAR, 1, 1)
    while day.year <= LAST_YEAR:
        yield from (f"{day:%Y%m%d}", f"{day:%d%m%Y}", f"{day:%m%d%Y}", f"{day:%Y-%m-%d}")
        for head in ("a", "q", "aa", "qq", "wo"):
            yield f"{head}{day:%Y%m%d}"
        day += timedelta(days=1)


def _walks() -> Iterator[str]:
    """Fingers along rows and columns of the keyboard, forth, back, and twice."""
    steps = [
        row[start:end] for row in ROWS for start in range(len(row)) for end in range(start + 3, len(row) + 1)
    ]
    steps += [*COLUMNS, *(text[::-1] for text in COLUMNS)]
    yield from steps
    for first, second in product(steps, repeat=2):
        yield first + second
    short = [
        *COLUMNS,
        *(text[::-1] for text in COLUMNS),
        "123",
        "1234",
        "qwe",
        "asd",
        "zxc",
        "qwer",
        "asdf",
        "zxcv",
    ]
    yield from ("".join(parts) for parts in product(short, repeat=3))


def _words() -> Iterator[str]:
    years = [str(year) for year in range(FIRST_YEAR, LAST_YEAR + 1)]
    for word in WORDS:
        for tail in ("", *TAILS, *years):
            yield word + tail
            yield tail + word
        yield word + word
    yield from (first + second for first, second in product(WORDS, repeat=2))
    for surname, given in product(SURNAMES, GIVEN):
        yield from (surname + given + tail for tail in ("", *TAILS, *years[BORN]))


def _names() -> Iterator[str]:
    """A surname or initials before a run of digits."""
    runs = (
        "123456",
        "1234567",
        "12345678",
        "123456789",
        "123123",
        "112233",
        "654321",
        "888888",
        "666666",
        "5201314",
    )
    for surname, run in product((*SURNAMES, *"abcdefghijklmnopqrstuvwxyz"), runs):
        yield surname + run
        yield run + surname
