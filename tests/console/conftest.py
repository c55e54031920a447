"""One `darkroom serve` and one headless Chromium for the whole run, a user for every test."""

import os
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright
from running import ROOT, Service

# Seconds for whatever a click brings about, and for an export, on the slowest machine we
# test on.
STEP_LIMIT, EXPORT_LIMIT = 30, 120
SHOTS = ROOT / "target/console"
SCENE = (ROOT / "events/scenes/hello-world.editor-state.json").read_text()


@pytest.fixture(scope="session")
def service(tmp_path_factory):
    service = Service(tmp_path_factory.mktemp("data"))
    yield service
    service.stop()


@pytest.fixture(scope="session")
def chromium():
    program = os.environ.get("DARKROOM_CHROMIUM", "chromium")
    found = shutil.which(program)
    assert found, f"there is no {program}; `cargo xtask test --only fidelity` installs it"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


class Console:
    """The page as somebody sees it, and what it must never do."""

    def __init__(self, context, service, key):
        self.context, self.service, self.key = context, service, key
        self.wrong = []
        self.requests = []

    def open(self, address="/#key={key}"):
        self.page = page = self.context.new_page()
        page.set_default_timeout(STEP_LIMIT * 1000)
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.on("console", self._said)
        page.on("request", lambda request: self.requests.append(request.url))
        page.goto(self.service.url + address.format(key=self.key))
        return page

    def _said(self, message):
        # Refusals of the service are said there, too; they are looked at on the page.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.wrong.append(message.text)

    def paste(self, text):
        """Replaces the whole text as a paste does."""
        self.page.focus("#editor")
        self.page.keyboard.press("Control+A")
        self.page.keyboard.insert_text(text)

    def clear(self):
        """Removes the whole text by the keyboard."""
        self.page.focus("#editor")
        self.page.keyboard.press("Control+A")
        self.page.keyboard.press("Delete")

    def frame(self, number):
        """Waits until the frame is shown and nothing newer is on its way."""
        self.page.wait_for_selector(f"#stage:not(.waiting) #frame[data-frame='{number}']")

    def shoot(self, name):
        SHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SHOTS / f"{name}.png", full_page=True)


@pytest.fixture
def console(service, chromium):
    context = chromium.new_context(
        viewport={"width": 1360, "height": 900}, color_scheme="light", locale="en-GB"
    )
    console = Console(context, service, service.new_key()["apiKey"])
    yield console
    context.close()
    assert console.wrong == [], "errors of the page, or breaches of its policy"
    service_and_stack = ("http://127.0.0.1:", "blob:http://127.0.0.1:", "data:")
    strange = [url for url in console.requests if not url.startswith(service_and_stack)]
    assert strange == [], "the page asks elsewhere"
