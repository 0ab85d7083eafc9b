"""The pages as they are used: in a browser, against a running server, by keyboard, on a phone, without scripts."""

import json
import re
import shutil
import threading
import time
from pathlib import Path

import pytest
from conftest import judgement

CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None
)
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium is installed; on Debian: apt-get install chromium"),
]
sync_api = pytest.importorskip("playwright.sync_api", reason="needs playwright, from the extra 'dev'")
pytest.importorskip("fastapi", reason="needs the extra 'serve'")
uvicorn = pytest.importorskip("uvicorn", reason="needs the extra 'serve'")

from slantwise.server import Settings, create_app  # noqa: E402 where the extra is installed

TOKEN = "a-token-of-our-own"
TEXT = (
    "Acme and its kettles\n\nAcme lied, the office said on Monday. Rain fell. “We help,” said Acme. Acme sells kettles.\n\n"
    "Acme knew of it for months. Acme’s newer kettles are better than most. Nobody else makes them."
)
HOSTILE = (
    "Acme wrote <script>document.title='taken'</script> and <img src=x onerror=\"document.title='taken'\"> on a wall. "
    "Acme \0 \u202ehelps, it says. Acme " + "x" * 1_000_000
)


class LengthJudge:
    """Judges by the number of letters, so that every stance, strength and voice occurs; waits where it is told to."""

    name = "stub"
    shares = None

    def __init__(self):
        self.free = threading.Event()
        self.free.set()

    def predict(self, sentences, target, context=None, spans=None):
        self.free.wait(30)
        return [judgement((len(s) % 21 - 10) / 10, len(s) % 3) for s in sentences]


JUDGE = LengthJudge()


def serving(folder, **settings):
    """A server on a free port, in a thread, and its address."""
    app = create_app(Settings(folder=folder, max_body=4 * 2**20, **settings), JUDGE)
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(30)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    yield from serving(tmp_path_factory.mktemp("served"))


@pytest.fixture(scope="module")
def locked(tmp_path_factory):
    yield from serving(tmp_path_factory.mktemp("locked"), tokens=(TOKEN,))


@pytest.fixture(scope="module")
def browser():
    with sync_api.sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield found
        found.close()


@pytest.fixture(scope="module")
def articles(tmp_path_factory):
    """A folder of two outlets, with a file that cannot be used."""
    folder = tmp_path_factory.mktemp("chosen") / "saved"
    for outlet, times in (("Morning Post", 3), ("<b>Evening", 2)):
        (folder / outlet).mkdir(parents=True)
        for i in range(times):
            (folder / outlet / f"{i}.txt").write_text(f"Acme {'x' * i}\n\n{TEXT} Acme sold {i} of them.")
    (folder / "Morning Post" / "empty.txt").write_text(" ")
    return folder


def opened(browser, width=1280, height=900, scheme="light", **settings):
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme, **settings)
    context.set_default_timeout(60_000)  # the gate may run beside a training
    page = context.new_page()
    page.complaints = []
    page.on("console", lambda m: page.complaints.append(m.text) if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    return page


@pytest.fixture(params=[(1280, 900, "light"), (390, 844, "dark")], ids=["desk, light", "phone, dark"])
def page(request, browser):
    found = opened(browser, *request.param)
    yield found
    assert found.complaints == []
    found.context.close()


@pytest.fixture
def desk(browser):
    found = opened(browser)
    yield found
    assert found.complaints == []
    found.context.close()


def fits(page):
    return page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def serious(page):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe-playwright-python, from 'dev'")
    found = axe.Axe().run(page).response["violations"]
    return [f"{v['id']}: {v['nodes'][0]['html'][:200]}" for v in found if v["impact"] in ("serious", "critical")]


def serious_in_both(page):
    """The same in each colour scheme."""
    found = []
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)
        found += serious(page)
    return found


def judge(page, server, text=TEXT, target="Acme"):
    page.goto(server)
    page.fill("#text", text)
    page.fill("#target", target)
    page.evaluate("window.here = true")
    page.click("#judge .primary")
    page.wait_for_selector("#found :is(h2, .problem)")


def score(page, server, articles, **filled):
    page.goto(f"{server}/upload")
    page.set_input_files("#folder", articles)
    page.fill("#target", "Acme")
    for name, value in filled.items():
        page.fill(f"#{name}", value)
    page.click("#upload .primary")
    page.wait_for_url("**/results/*")


def test_a_text_is_judged_without_a_reload(page, server):
    judge(page, server)
    assert page.evaluate("window.here")
    assert page.evaluate("document.activeElement.id") == "found-head"
    assert "5 of 7 sentences" in page.inner_text(".figures")
    sentence = page.locator(".article .s").first
    sentence.scroll_into_view_if_needed()
    sentence.click(position={"x": 6, "y": 8})
    assert re.search(r"Score [+−]\d\.\d\d", page.inner_text("#tip"))
    page.keyboard.press("Escape")
    assert page.is_hidden("#tip")
    sentence.focus()
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement === document.querySelectorAll('.article .s')[1]")
    assert page.is_visible("#tip")
    page.click("text=The probabilities as a table")
    head = page.locator("#found th", has_text="score")
    head.locator("button").click()
    scores = page.evaluate("[...document.querySelectorAll('.sentences td:last-child')].map(c => +c.dataset.value)")
    assert scores == sorted(scores)
    assert len(set(scores)) > 2
    assert fits(page)
    assert serious(page) == []


def test_mistakes_are_told_and_mended(desk, server):
    judge(desk, server, " ")
    assert "there is no text to judge" in desk.inner_text(".problem")
    desk.complaints = [c for c in desk.complaints if "422" not in c]
    assert serious_in_both(desk) == []
    desk.fill("#text", TEXT)
    desk.click("#judge .primary")
    desk.wait_for_selector(".article")
    assert desk.locator(".problem").count() == 0


def test_hostile_text_is_text(page, server):
    page.goto(server)
    page.evaluate("text => { document.getElementById('text').value = text; }", HOSTILE)
    page.fill("#target", "Acme")
    page.click("#judge .primary")
    page.wait_for_selector(".article")
    text = page.inner_text(".article")
    assert "<script>document.title='taken'</script>" in text
    assert "<img src=x onerror=" in text
    assert "⟨U+202E⟩helps" in text
    assert "␀" in text
    assert "more characters)" in text
    assert page.locator("#found :is(img, script)").count() == 0
    assert "taken" not in page.title()
    assert fits(page)


def test_a_folder_is_scored_followed_read_sorted_and_deleted(page, server, articles):
    JUDGE.free.clear()
    try:
        score(page, server, articles)
        page.wait_for_selector("progress")
        assert page.evaluate("window.here = true")
        assert serious(page) == []
    finally:
        JUDGE.free.set()
    page.wait_for_selector("text=Open the report")
    assert page.evaluate("window.here")
    assert "done" in page.title()
    assert page.text_content("#said") == "done"
    rows = page.locator("#found table.sorted tbody th")
    assert sorted(rows.all_inner_texts()) == ["Morning Post", "_b_Evening"]
    assert "empty.txt" in page.inner_text(".words")
    page.locator("th", has_text="articles").locator("button").click()
    assert rows.first.inner_text() == "_b_Evening"
    assert fits(page)
    assert serious(page) == []
    address = page.url
    page.click("text=Open the report")
    page.wait_for_selector("html[data-ready]")
    assert page.evaluate("origin") == "null"
    page.select_option("#f-outlet", label="Morning Post")
    assert page.locator(".article").count() == 3
    with page.expect_download() as kept:
        page.click("#save")
    assert Path(kept.value.path()).read_text(encoding="utf-8-sig").count("Morning Post,") > 5
    page.goto(f"{server}/results")
    assert fits(page)
    assert serious(page) == []
    with page.expect_download() as kept:
        page.locator(f"a[href='{address.removeprefix(server)}/slants.json']").click()
    assert len(json.loads(Path(kept.value.path()).read_text())["outlets"]) == 2
    before = page.locator(".jobs tbody tr").count()
    page.locator(f"a[href='{address.removeprefix(server)}/delete']").click()
    assert serious(page) == []
    page.click("text=Delete for good")
    page.wait_for_selector("text=The result is deleted.")
    assert page.locator(".jobs tbody tr").count() == before - 1


def test_a_job_that_fails_says_why(desk, server, articles):
    desk.goto(f"{server}/upload")
    desk.set_input_files("#files", articles / "Morning Post" / "0.txt")
    desk.fill("#target", "Bitkettle")
    desk.fill("#outlet", "Post")
    desk.click("#upload .primary")
    desk.wait_for_selector(".problem")
    assert "no article has a sentence about Bitkettle" in desk.inner_text(".problem")
    assert serious_in_both(desk) == []


def test_an_upload_without_articles_or_with_too_many_says_so(desk, server, articles):
    desk.goto(f"{server}/upload")
    assert serious_in_both(desk) == []
    desk.evaluate("document.getElementById('upload').dataset.mostFiles = 1")
    desk.set_input_files("#folder", articles)
    desk.fill("#target", "Acme")
    desk.click("#upload .primary")
    assert "these are 6 files, 0.0 MB; at most 1 and 256 MB are taken" in desk.inner_text(".problem")
    desk.goto(f"{server}/upload")
    desk.fill("#target", "Acme")
    desk.click("#upload .primary")
    desk.wait_for_selector(".problem")
    assert desk.input_value("#target") == "Acme"
    desk.complaints = [c for c in desk.complaints if "422" not in c]


def test_the_keyboard_alone_judges_a_text(desk, server):
    desk.goto(server)
    desk.keyboard.press("Tab")
    assert desk.evaluate("document.activeElement.textContent") == "Skip to the content"
    desk.keyboard.press("Enter")
    seen = []
    for _ in range(8):
        desk.keyboard.press("Tab")
        seen.append(desk.evaluate("document.activeElement.id || document.activeElement.textContent"))
        if seen[-1] == "text":
            desk.keyboard.insert_text(TEXT)
        if seen[-1] == "target":
            desk.keyboard.insert_text("Acme")
        if seen[-1] == "Judge the text":
            break
    assert seen == ["text", "Fill in an example", "address", "target", "aliases", "Judge the text"]
    desk.keyboard.press("Enter")
    desk.wait_for_selector(".article")
    for _ in range(12):
        desk.keyboard.press("Tab")
        if desk.evaluate("document.activeElement.matches('.s')"):
            break
    assert desk.is_visible("#tip")


def test_without_scripts_all_of_it_works(browser, server, articles):
    page = opened(browser, java_script_enabled=False)
    page.goto(f"{server}/?example=1")
    page.click("#judge .primary")
    page.wait_for_selector(".article")
    assert page.locator(".article .s").count() > 4
    page.click("text=The probabilities as a table")
    assert page.locator(".sentences tbody tr").count() == page.locator(".article .s").count()
    JUDGE.free.clear()
    try:
        score(page, server, articles)
        page.wait_for_selector("progress")
    finally:
        JUDGE.free.set()
    page.wait_for_selector("text=Open the report")  # the page asks again by itself
    page.click("text=Delete…")
    page.click("text=Delete for good")
    page.wait_for_selector("text=The result is deleted.")
    assert page.complaints == []
    page.context.close()


def test_a_token_is_asked_for_and_kept_from_scripts(desk, locked):
    desk.goto(locked)
    assert desk.url.endswith("/login")
    assert serious_in_both(desk) == []
    desk.fill("#token", "not the token")
    desk.click(".primary")
    desk.wait_for_selector(".problem")
    desk.complaints = [c for c in desk.complaints if "401" not in c]
    desk.fill("#token", TOKEN)
    desk.keyboard.press("Enter")
    desk.wait_for_selector("#judge")
    assert desk.evaluate("document.cookie") == ""
    judge(desk, locked)
    assert desk.locator(".article").count() == 1
    desk.click("text=Sign out")
    desk.wait_for_selector("#token")
    desk.goto(f"{locked}/results")
    assert desk.url.endswith("/login")


def test_report_and_pages_show_an_article_alike(browser, server, tmp_path):
    """The report's script and the pages' template write the same elements."""
    title, _, text = TEXT.partition("\n\n")
    (tmp_path / "a.jsonl").write_text(json.dumps({"title": title, "text": text, "outlet": "Post"}))
    page = opened(browser)
    score(page, server, tmp_path)
    page.click("text=Open the report")
    page.wait_for_selector("html[data-ready]")
    spaces = ".replace(/\\s+/g, ' ').replace(/ (?=<|$)/g, '')"
    found = {part: f"document.querySelector('.article.group {part}').innerHTML{spaces}" for part in ("h3", ".text")}
    of_report = {part: page.evaluate(script) for part, script in found.items()}
    judge(page, server)
    assert {part: page.evaluate(script) for part, script in found.items()} == of_report
    page.context.close()
