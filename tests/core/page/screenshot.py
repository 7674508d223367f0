"""Make docs/page.png, the picture in the README: python -m tests.core.page.screenshot"""

from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import FloatRect

from api.core.cli.embedded import AUDIENCE
from api.core.issuer import EmbeddedIssuer
from tests.core.page.browsing import launched
from tests.core.page.explorer import SCOPED, Explorer
from tests.core.support.server import ROOT, Server

PICTURE = ROOT / "docs/page.png"
WIDTH = 1280


def main() -> None:
    with (
        TemporaryDirectory() as directory,
        Server(Path(directory), "run", "--no-reload", manage=(str(ROOT / "manage.py"),)) as server,
        launched() as browser,
    ):
        issuer = EmbeddedIssuer(
            Path(directory) / "instance/issuer", f"{server.url}/issuer/", AUDIENCE
        )
        page = browser.new_page(viewport={"width": WIDTH, "height": 900})
        docs = Explorer(page, server.url)
        docs.paste(issuer.mint("read:messages"))
        docs.call(SCOPED)
        for heading in page.locator(f".opblock-tag:not([data-tag='{SCOPED.split('/')[0]}'])").all():
            heading.click()
        page.mouse.move(0, 0)
        page.evaluate("scrollTo(0, 0)")
        body = docs.operation(SCOPED).locator(".live-responses-table .highlight-code")
        height = body.evaluate("element => element.getBoundingClientRect().bottom") + 8
        PICTURE.parent.mkdir(exist_ok=True)
        clip = FloatRect(x=0, y=0, width=WIDTH, height=height)
        page.screenshot(path=PICTURE, full_page=True, clip=clip, animations="disabled")


if __name__ == "__main__":
    main()
