"""The report as it is used: opened from its file in a browser, filtered, sorted, by keyboard, on a phone."""

import shutil
from pathlib import Path

import pytest
from conftest import judgement

from slantwise.corpus import carried_articles
from slantwise.pipeline import score_outlets
from slantwise.records import Article
from slantwise.report import Facts, Reporting
from slantwise.targets import Target

CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None
)
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium is installed; on Debian: apt-get install chromium"),
]
sync_api = pytest.importorskip("playwright.sync_api", reason="needs playwright, from the extra 'dev'")

FACEBOOK = Target("Facebook", ("Zuckerberg",))
JUDGED: list[int] = []


class LengthJudge:
    """Judges by the number of letters, so that every stance, strength and voice occurs."""

    def predict(self, sentences, target, context):
        return [judgement((len(s) % 21 - 10) / 10, len(s) % 3) for s in sentences]


def hostile():
    yield Article(
        'Facebook lied, the regulator said, and wrote <script src="//x.example/a.js"> below its long report on Monday. '
        "Facebook \0 \u202ehelps, it says.",
        "<b>Bold</b>",
        title='Facebook lied <script>document.title="taken"</script>',
        date="2018-03-01",
    )
    yield Article(
        "Facebook " + "x" * 1_000_000, "<b>Bold</b>", title="<img src=x onerror=alert(1)>", url="javascript:alert(1)"
    )


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("report") / "slant.html"
    report = Reporting(path)

    def judged(article, pairs):
        JUDGED.append(len(pairs))
        report.add(article, pairs)

    slants = score_outlets(
        [*carried_articles(FACEBOOK), *hostile()],
        FACEBOOK,
        LengthJudge(),
        on_skip=report.noting(str),
        on_judged=judged,
    )
    report.write(slants, Facts("Facebook", "stub", "mean score"))
    return path


@pytest.fixture(scope="module")
def browser():
    with sync_api.sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield found
        found.close()


@pytest.fixture(params=[(1280, 900, "light"), (390, 844, "dark")], ids=["desk, light", "phone, dark"])
def page(request, browser, file):
    width, height, scheme = request.param
    with browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme, offline=True) as context:
        context.set_default_timeout(120_000)  # the gate may run beside a training
        found = context.new_page()
        complaints = []
        found.on(
            "console", lambda message: complaints.append(message.text) if message.type in ("error", "warning") else None
        )
        found.on("pageerror", lambda error: complaints.append(str(error)))
        found.goto(file.as_uri())
        found.wait_for_selector("html[data-ready]")
        yield found
        assert complaints == []


def test_it_reads_filters_and_sorts(page):
    assert page.title() == "Slant toward Facebook"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    total = page.locator(".article").count()
    assert total == 10
    page.fill("#f-search", "messenger")
    assert 0 < page.locator(".article").count() <= total
    assert page.locator("mark").first.inner_text().lower() == "messenger"
    page.fill("#f-search", "")
    page.select_option("#f-outlet", label="Bitkettle")
    assert page.locator(".article").count() == 1
    page.uncheck("input[name=stance][value='1']")
    assert page.locator("#article-list .s.neutral:not(.off)").count() == 0
    page.fill("#f-search", "no such words")
    assert page.inner_text("#found").startswith("0 articles of ")
    head = page.locator("#outlets th", has_text="sentences")
    numbers = "[...document.querySelectorAll('#outlets tbody td:last-child')].map(c => +c.dataset.value)"
    head.locator("button").click()
    assert page.evaluate(numbers) == sorted(page.evaluate(numbers))
    assert head.get_attribute("aria-sort") == "ascending"
    head.locator("button").click()
    assert page.evaluate(numbers) == sorted(page.evaluate(numbers), reverse=True)


def test_pages_of_articles_turn(page):
    first = page.locator(".article h3").first.inner_text()
    page.click("#next")
    assert page.inner_text("#page") == "Page 2 of 2"
    assert page.locator(".article h3").first.inner_text() != first
    assert page.is_disabled("#next")


def test_a_sentence_tells_its_probabilities_by_pointing_and_by_keyboard(page):
    sentence = page.locator("#article-list .s").first
    sentence.scroll_into_view_if_needed()
    sentence.click(position={"x": 6, "y": 8})
    assert "Score" in page.inner_text("#tip")
    assert "%" in page.inner_text("#tip")
    box = page.locator("#tip").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= page.viewport_size["width"]
    page.keyboard.press("Escape")
    assert page.is_hidden("#tip")
    sentence.focus()
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement === document.querySelectorAll('#article-list .s')[1]")
    assert page.is_visible("#tip")
    page.keyboard.press("Tab")
    assert not page.evaluate("document.activeElement.closest('.article') === document.querySelector('.article')")


def test_the_keyboard_alone_reaches_everything_in_order(page):
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    assert page.locator(".skip").bounding_box()["width"] > 50
    seen = []
    for _ in range(60):
        page.keyboard.press("Tab")
        seen.append(page.evaluate("(document.activeElement.closest('section') || {}).id || ''"))
        if seen[-1] == "articles":
            break
    order = [s for i, s in enumerate(seen) if s and s not in seen[:i]]
    assert order == ["outlets", "made-of", "strongest", "articles"] or order == [
        "outlets",
        "made-of",
        "time",
        "strongest",
        "articles",
    ]


def test_hostile_text_is_text(page):
    page.select_option("#f-outlet", label="<b>Bold</b>")
    text = page.inner_text("#article-list")
    assert '<script>document.title="taken"</script>' in text
    assert '<script src="//x.example/a.js">' in text
    assert "␀" in text
    assert "⟨U+202E⟩" in text
    assert "<img src=x onerror=alert(1)>" in text
    assert "more characters)" in text
    assert page.locator("#article-list img, #article-list b, #article-list script").count() == 0
    assert page.locator("#article-list a").count() == 0
    assert page.title() == "Slant toward Facebook"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_figures_can_be_kept(page):
    with page.expect_download() as outlets:
        page.click("text=Outlets (CSV)")
    with page.expect_download() as sentences:
        page.click("#save")
    assert Path(outlets.value.path()).read_text(encoding="utf-8-sig").startswith("outlet,period,slant,low,high")
    lines = Path(sentences.value.path()).read_text(encoding="utf-8-sig").splitlines()
    assert lines[0].startswith("outlet,title,date,url,part,sentence,stance")
    assert len(lines) == 1 + sum(JUDGED)


def test_accessibility_finds_no_serious_fault(page):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe-playwright-python, from 'dev'")
    page.locator("#article-list .s").first.focus()
    found = axe.Axe().run(page).response["violations"]
    serious = [f"{v['id']}: {v['nodes'][0]['html'][:200]}" for v in found if v["impact"] in ("serious", "critical")]
    assert serious == []
