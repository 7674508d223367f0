"""What the pages show before any operation is called."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from api.core.cli.openapi import example_app
from api.core.documents import problem_catalogue
from tests.core.demo import application
from tests.core.page.browsing import watch
from tests.core.page.explorer import PRIVATE, Explorer
from tests.core.support.server import Server

pytestmark = pytest.mark.needs("chromium")


def test_home(page: Page, server: Server) -> None:
    """The address that `run` prints leads to the page."""
    page.goto(server.url)
    expect(page).to_have_url(f"{server.url}/docs")
    expect(page).to_have_title("Demo")


def test_operations(docs: Explorer, server: Server) -> None:
    """Every operation is shown below its tag, and each guarded one has a lock."""
    document = docs.page.request.get(f"{server.url}/openapi.json").json()
    members = [member for path in document["paths"].values() for member in path.values()]
    operations = [member for member in members if "operationId" in member]
    shown = docs.page.locator(".opblock-tag-section").evaluate_all(
        """sections => sections.flatMap(section => {
          const tag = section.querySelector(".opblock-tag").dataset.tag;
          return [...section.querySelectorAll(".opblock")].map(operation =>
            [tag, operation.id, operation.querySelector(".authorization__btn") !== null]);
        })"""
    )
    assert sorted(shown) == sorted(
        [tag, f"operations-{tag}-{entry['operationId']}", bool(entry["security"])]
        for entry in operations
        for tag in entry["tags"]
    )


def test_phone(docs: Explorer) -> None:
    """On a phone nothing has to be scrolled sideways, even if everything is open."""
    docs.page.set_viewport_size({"width": 390, "height": 844})
    assert width(docs.page) == 390
    docs.call(PRIVATE)
    for summary in docs.page.locator(".opblock:not(.is-open) .opblock-summary-control").all()[::-1]:
        summary.click()
    expect(docs.page.locator(".opblock:not(.is-open)")).to_have_count(0)
    assert width(docs.page) == 390


def test_dialog_on_phone(docs: Explorer) -> None:
    """The Authorize dialog fits on a phone, and a long token has room."""
    docs.page.set_viewport_size({"width": 390, "height": 844})
    with docs.authorizing() as dialog:
        content = dialog.locator(".modal-ux-content")
        assert content.evaluate("box => box.scrollWidth <= box.clientWidth")
        field = docs.scheme(dialog, "bearerAuth").locator("input").bounding_box()
        assert field is not None
        assert field["width"] > 300


@pytest.mark.parametrize("viewport", [390, 1280])
def test_problems(page: Page, server: Server, viewport: int) -> None:
    """/problems has a section for each problem type of the API, and fits every screen."""
    page.set_viewport_size({"width": viewport, "height": 844})
    problems: Any = problem_catalogue(example_app(application))
    for problem in problems:
        page.goto(server.url + problem.type())
        section = page.locator("section:target")
        expect(section.get_by_role("heading")).to_have_text(f"{problem.status} · {problem.title}")
        expect(section).to_be_in_viewport()
    assert width(page) == viewport


def test_policy(browser: Browser, server: Server) -> None:
    """An injected script does not run, and the console of the page reports it."""
    context = browser.new_context()
    complaints = watch(context)
    docs = Explorer(context.new_page(), server.url)
    docs.page.evaluate(
        """() => {
          const script = document.createElement("script");
          script.textContent = "window.smuggled = true";
          document.body.append(script);
        }"""
    )
    assert docs.page.evaluate("window.smuggled") is None
    context.close()
    [complaint] = complaints
    assert "Content Security Policy" in complaint


def width(page: Page) -> int:
    """How wide the page is, what lies beyond the screen's edge included."""
    width_in_pixels: int = page.evaluate("document.documentElement.scrollWidth")
    return width_in_pixels
