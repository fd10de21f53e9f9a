"""`python -m tests.browser.pictures`: the pictures of the README, made anew from a running demonstration."""

import subprocess
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from portal.cli.demo import people
from tests.browser.applying import act_for, apply, fill_in, start
from tests.browser.conftest import CHROMIUM, FLAGS
from tests.browser.handling import take_and_accept
from tests.browser.visiting import PHONE, Visitor, sign_in, visiting
from tests.faults.walking import walk
from tests.support.demonstration import ROOT, Demonstration, demonstrating
from tests.support.sample_answers import ANSWERS

FOLDER = ROOT / "docs" / "pictures"
WIDTH, LARGEST = 1200, 290_000
TALLEST = 1100
SHOP, FOOD = "individual-registration", "food-business"


def main() -> None:
    """Walk a tour, leave some work undone, and take seven pictures."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with demonstrating() as demo, TemporaryDirectory() as folder, sync_playwright() as playwright:
        tour = walk(demo, Path(folder))
        tour.wait()
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        take_public(browser, demo)
        take_applicants(browser, demo, Path(folder))
        take_officials(browser, demo)
        keep("licence", page_of(tour.file(".pdf")))
        browser.close()


def take_public(browser: Browser, demo: Demonstration) -> None:
    with visiting(browser, demo.url) as visitor:
        shot(visitor, "home", "/")
        shot(visitor, "guide", f"/items/{FOOD}")
    with visiting(browser, demo.url, viewport=PHONE, device_scale_factor=2) as visitor:
        shot(visitor, "phone", "/")


def take_applicants(browser: Browser, demo: Demonstration, folder: Path) -> None:
    with visiting(browser, demo.url) as visitor:
        sign_in(visitor, people.person("person-c").phone)
        for _ in range(3):
            apply(visitor, SHOP, ANSWERS[SHOP], folder)
    with visiting(browser, demo.url) as visitor:
        sign_in(visitor, people.person("person-a").phone)
        act_for(visitor, people.firm("firm-restaurant").name)
        apply(visitor, FOOD, ANSWERS[FOOD], folder)
        start(visitor, FOOD)
        case = visitor.path
        fill_in(visitor, ANSWERS[FOOD])
        shot(visitor, "tasks", case)


def take_officials(browser: Browser, demo: Demonstration) -> None:
    with visiting(browser, demo.url) as visitor:
        sign_in(visitor, "market-window")
        visitor.go("/window")
        links = visitor.page.locator("main a[href^='/window/cases/']")
        addresses = list(dict.fromkeys(links.evaluate_all("all => all.map(one => one.pathname)")))
        take_and_accept(visitor, addresses[-1].rpartition("/")[2])
        shot(visitor, "window", addresses[0])
    with visiting(browser, demo.url) as visitor:
        sign_in(visitor, "supervisor-1")
        shot(visitor, "board", "/supervision")


def shot(visitor: Visitor, name: str, path: str) -> None:
    visitor.go(path)
    keep(name, visitor.page.screenshot(full_page=True))


def page_of(licence: Path) -> bytes:
    """The first page of a PDF as poppler draws it."""
    command = ["pdftoppm", "-png", "-r", "110", "-singlefile", str(licence)]
    return subprocess.run(command, capture_output=True, check=True).stdout


def keep(name: str, picture: bytes) -> None:
    """As WebP of at most 1,200 pixels, cut where it gets long, and small enough to be committed."""
    with Image.open(BytesIO(picture)) as whole:
        image = whole.convert("RGB")
    if image.width > WIDTH:
        image = image.resize((WIDTH, round(image.height * WIDTH / image.width)), Image.Resampling.LANCZOS)
    if name != "licence":
        image = image.crop((0, 0, image.width, min(image.height, round(image.width * TALLEST / WIDTH * 1.2))))
    for quality in (86, 76, 66, 50):
        content = BytesIO()
        image.save(content, "WEBP", quality=quality, method=6)
        if content.tell() <= LARGEST:
            break
    (FOLDER / f"{name}.webp").write_bytes(content.getvalue())


if __name__ == "__main__":
    main()
