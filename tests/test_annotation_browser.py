"""The page of a check in an installed Chromium: wide and narrow, light and dark, without network or script."""

import shutil

import pytest
from test_annotation_checking import ACME, FACTS, WordJudge, gold, news  # noqa: F401

from slantwise.annotation.checking import check
from slantwise.report.check import write_check

CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None
)
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium is installed; on Debian: apt-get install chromium"),
]
sync_api = pytest.importorskip("playwright.sync_api", reason="needs playwright, from the extra 'dev'")


@pytest.fixture
def file(gold, tmp_path):  # noqa: F811
    path = tmp_path / "check.html"
    write_check(check(news(), gold, ACME, WordJudge()), FACTS, path)
    return path


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")], ids=["desk, light", "phone, dark"])
def test_the_page_fits_and_axe_finds_no_serious_fault(file, width, scheme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe-playwright-python, from 'dev'")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, offline=True, bypass_csp=False
        )
        context.set_default_timeout(120_000)
        page = context.new_page()
        complaints = []
        page.on("console", lambda m: complaints.append(m.text) if m.type in ("error", "warning") else None)
        page.goto(file.as_uri())
        assert page.title() == "How right the model is toward Acme"
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert page.locator("figure svg:visible").count() == 2
        assert page.inner_text("blockquote >> nth=0").count("labelled neutral, ") == 1
        assert page.locator("#worst b, #worst script").count() == 0
        assert complaints == []
        context.close()
        # axe is run by a script, which the page itself would not let in.
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, offline=True, bypass_csp=True
        )
        page = context.new_page()
        page.goto(file.as_uri())
        found = axe.Axe().run(page).response["violations"]
        browser.close()
    assert [f"{v['id']}: {v['nodes'][0]['html'][:200]}" for v in found if v["impact"] in ("serious", "critical")] == []
