"""The pages as HTTP has them: what they say, escape, refuse and let in. The browser's part is in the next module."""

import csv
import io
import re
import time

import pytest
from conftest import judgement

pytest.importorskip("fastapi", reason="needs the extra 'serve'")

from fastapi.testclient import TestClient

from slantwise.records import InputError, Part
from slantwise.report.reading import shown_article
from slantwise.server import Settings, create_app, pages, reading, views

TOKEN = "a-token-of-our-own"
NASTY = "<script>alert(1)</script>\0\u202e\" onmouseover='x' {{ 7*7 }}"


class LengthJudge:
    """Judges by the number of letters, so that every stance, strength and voice occurs."""

    name = "stub <b>"
    shares = None

    def predict(self, sentences, target, context=None, spans=None):
        return [judgement((len(s) % 21 - 10) / 10, len(s) % 3) for s in sentences]


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    app = create_app(Settings(folder=tmp_path_factory.mktemp("served"), max_sentences=50), LengthJudge())
    with TestClient(app, base_url="http://localhost") as found:
        yield found


def judged(client, text, target="Acme", **more):
    fields = {"text": text, "target": target, "aliases": "", "address": ""} | more
    return client.post("/", files={name: (None, value) for name, value in fields.items()})


def scored(client, *files, **fields):
    """The page of a job that has ended."""
    sent = client.post(
        "/upload", data={"target": "Acme"} | fields, files=[("files", f) for f in files], follow_redirects=False
    )
    assert sent.status_code == 303, sent.text
    for _ in range(200):
        found = client.get(sent.headers["location"])
        if "data-poll" not in found.text:
            return found
        time.sleep(0.05)
    raise AssertionError("the job does not end")


@pytest.mark.parametrize("address", ["/", "/upload", "/results", "/login", "/results/0", "/results/0/delete"])
def test_every_page_has_a_strict_policy_and_nothing_inline_or_from_elsewhere(client, address):
    found = client.get(address)
    policy = found.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert found.headers["x-content-type-options"] == "nosniff"
    assert found.headers["referrer-policy"] in ("same-origin", "no-referrer")
    assert not re.findall(r"\s(?:style|on[a-z]+)=[\"']", found.text)
    assert not re.findall(r"<script>|<style>", found.text)
    links = re.findall(r'\b(?:href|src|action)="([^"]*)"', found.text)
    assert links
    assert all(link.startswith(("/", "#")) and not link.startswith("//") for link in links)
    for static in (link for link in links if link.startswith("/static/")):
        kept = client.get(static)
        assert kept.status_code == 200
        assert "immutable" in kept.headers["cache-control"]
    assert "stub &lt;b&gt;" in found.text


def test_a_text_is_judged_and_summed_up(client):
    text = "Acme and its kettles\n\nAcme lied. Rain fell. Acme helps us all. Acme sells. Acme buys it. Acme, we hear, is big."
    found = judged(client, text)
    assert found.status_code == 200
    assert "One text says little." in found.text
    assert re.search(r"about.*Acme.*5 of 6 sentences", found.text, re.DOTALL | re.IGNORECASE)
    assert '<span class="gap">Rain fell.</span>' in found.text
    assert "Acme and its kettles</span>" in re.search(r"<h3>(.*?)</h3>", found.text, re.DOTALL)[1]
    assert found.text.count('class="s ') == 6
    assert re.search(r'name="target" value="Acme"', found.text)


def test_too_little_is_not_called_a_slant(client):
    found = judged(client, "Acme lied. Acme lied again. Rain fell all day.").text
    assert "Too little is said about Acme" in found
    assert "none: 2 sentences of at least 5" in found
    assert "Nothing is said about <bdi>Acme</bdi>" in judged(client, "Rain fell on the town. Nobody minded.").text


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"text": "  "}, "there is no text to judge"),
        ({"text": "Acme lied.", "target": " "}, "there is no company"),
        ({"text": "Acme lied.", "address": "https://a.test/"}, "there are both a text and an address"),
        ({"text": "", "address": "file:///etc/passwd"}, "is not one of a web page"),
        ({"text": "", "address": "http://127.0.0.1:1/"}, "127.0.0.1"),
        ({"text": "Acme lied. " * 60}, "has 60 sentences; at most 50"),
        ({"text": "Die Firma Acme hat gelogen, und niemand wollte davon etwas wissen. " * 5}, "another language (de)"),
    ],
)
def test_what_cannot_be_judged_is_said_and_what_was_filled_in_stays(client, fields, said):
    found = judged(client, **fields)
    assert found.status_code == 422
    assert said in re.search(r'role="alert"[^>]*>(.*?)</div>', found.text, re.DOTALL)[1].replace("&#39;", "'")
    assert fields["text"].strip() in found.text


def test_text_from_outside_is_text(client):
    text = f"Acme {NASTY} lied to all of us. Acme is {'x' * 100_000} here."
    found = judged(client, text, f"Acme {NASTY}", aliases="Acme").text
    body = found.replace("&#34;", '"').replace("&#39;", "'")
    assert "<script>alert" not in found
    assert "&lt;script&gt;alert(1)&lt;/script&gt;␀⟨U+202E⟩\" onmouseover='x' {{ 7*7 }}" in body
    assert "more characters)" in found
    assert "\u202e" not in found.split('id="found"')[1]


def test_a_job_is_followed_to_its_report_and_deleted(client):
    text = b"Acme lied. Acme helps. Acme is big. It sells things, Acme does. Acme."
    found = scored(client, ("news/Daily/a.txt", text), ("news/Daily/<b>.txt", b"Nothing is here."))
    assert "Open the report" in found.text
    assert "no sentence is about Acme" in found.text
    assert "<b>.txt" not in found.text
    address = re.search(r'href="(/results/[0-9a-f]+)/report"', found.text)[1]
    report = client.get(f"{address}/report")
    assert "sandbox" in report.headers["content-security-policy"]
    assert "allow-same-origin" not in report.headers["content-security-policy"]
    assert "How 1 outlet leans toward" in report.text
    (row,) = csv.DictReader(io.StringIO(client.get(f"{address}/slants.csv").text.removeprefix("\ufeff")))
    (outlet,) = client.get(f"{address}/slants.json").json()["outlets"]
    assert row["outlet"] == outlet["outlet"] == "Daily"
    assert float(row["slant"]) == outlet["slant"]
    assert float(row["shares_neutral"]) == outlet["shares"]["neutral"]
    assert client.get(f"{address}/rejects.jsonl").text.count("\n") == 1
    assert address in client.get("/results").text
    assert "There is no way back" in client.get(f"{address}/delete").text
    assert address in client.get("/results").text
    assert "The result is deleted." in client.post(f"{address}/delete").text
    for gone in ("", "/report", "/slants.csv", "/delete"):
        assert client.get(address + gone).status_code == 404


def test_a_job_that_fails_says_why(client):
    found = scored(client, ("Daily/a.txt", b"Rain fell."))
    assert "no article has a sentence about Acme" in found.text
    assert "Try again" in found.text


def test_an_upload_without_articles_says_so(client):
    found = client.post("/upload", data={"target": "Acme", "matched": "1"})
    assert found.status_code == 422
    assert "there are no articles" in found.text
    assert re.search(r'name="matched" value="1" checked', found.text)
    found = client.post("/upload", data={"target": "Acme"}, files=[("files", ("a.exe", b"x"))])
    assert (found.status_code, "a.exe" in found.text) == (422, True)


@pytest.mark.parametrize("address", ["/", "/upload", "/login", "/logout", "/results/0/delete"])
def test_other_sites_send_nothing(client, address):
    assert client.post(address, headers={"Origin": "http://other.test"}).status_code == 403


def test_with_tokens_the_pages_ask_for_one(tmp_path):
    app = create_app(Settings(folder=tmp_path, tokens=(TOKEN,)), LengthJudge())
    with TestClient(app, base_url="http://localhost") as client:
        for address in ("/", "/upload", "/results", "/results/0/report"):
            asked = client.get(address, headers={"Accept": "text/html"}, follow_redirects=False)
            assert (asked.status_code, asked.headers["location"]) == (303, "/login")
        assert judged(client, "Acme lied.").status_code == 401
        wrong = client.post("/login", data={"token": "wrong"})
        assert (wrong.status_code, "not known here" in wrong.text) == (401, True)
        right = client.post("/login", data={"token": TOKEN}, follow_redirects=False)
        cookie = right.headers["set-cookie"]
        assert all(part in cookie for part in ("HttpOnly", "SameSite=strict", "Path=/"))
        assert "Sign out" in client.get("/").text
        assert judged(client, "Acme lied.").status_code == 200
        client.post("/logout")
        assert client.get("/", follow_redirects=False).status_code == 401


def test_pasted_texts_have_their_headline_for_a_title():
    found = reading.pasted("Acme and its kettles\r\n\r\nAcme lied, said a judge. It did.")
    assert (found.title, found.text.strip()) == ("Acme and its kettles", "Acme lied, said a judge. It did.")
    assert reading.pasted("Acme lied, said a judge. It did.").title == ""
    with pytest.raises(InputError, match="there is no text"):
        reading.pasted("\r\n")


@pytest.mark.parametrize(
    ("score", "strength"), [(-1, 4), (-0.76, 4), (-0.75, 3), (0.6, 3), (0.51, 3), (0.49, 0), (0.1, 0), (0, 0)]
)
def test_the_stronger_the_stance_the_stronger_the_mark(score, strength):
    assert views.strength(judgement(score)) == strength


def test_csv_has_no_formulas():
    found = views.as_csv({"outlets": [{"outlet": "=1+1", "shrunk": None, "ranks": [1, 2], "shares": {"neutral": 0.5}}]})
    assert found == "outlet,shrunk,ranks,shares_neutral\n'=1+1,,1 2,0.5\n"


def test_the_example_is_one():
    article = reading.pasted(pages._EXAMPLE["text"])
    target = reading.Target.of("Acme", ("Jane Roe",))
    found = reading.read(article, target, LengthJudge(), 50)
    assert article.title.startswith("Acme recalls")
    assert found.slant.enough
    assert found.shown.titled
    assert [s.part for s in reading.split_article(article, target)].count(Part.HEADLINE) == 1
    assert shown_article(0, article, [], 0.0).sentences == []
