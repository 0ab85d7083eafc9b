"""Saved pages, WARC and feeds, from bytes made here."""

import gzip
import io

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from slantwise.articles import read_articles
from slantwise.articles.pages import decoded_page, join_entries, page_draft

PARAGRAPHS = [
    "Acme has told the harbour town that its new plant will open in spring, a year later than it had promised in public.",
    "The mayor said on Tuesday that the delay had cost the town two hundred jobs, and that nobody had told her the reason.",
    "Acme denies that it hid the delay. A spokesman said that the letters had gone out in time and that the jobs would come.",
    "Workers at the gate told a different story: most of them learned of it from the radio, and some from their landlords.",
]


def page(title="Acme plant is late again", paragraphs=PARAGRAPHS, head="", body=""):
    text = "".join(f"<p>{p}</p>" for p in paragraphs)
    return (
        f"<!DOCTYPE html><html lang='en'><head><meta charset='utf-8'><title>{title}</title>{head}</head><body>"
        f"<nav><ul><li><a href='/a'>Home</a></li><li><a href='/b'>Sport</a></li></ul></nav>"
        f"<article><h1>{title}</h1>{text}</article>{body}<footer>All rights reserved.</footer></body></html>"
    ).encode()


def read(*paths, **options):
    rejected = []
    return list(read_articles(paths, on_reject=lambda r: rejected.append(str(r)), **options)), rejected


def test_a_saved_page_with_what_it_says_of_itself(tmp_path):
    head = (
        "<meta property='og:site_name' content='The Harbour Post'>"
        "<meta property='article:published_time' content='2021-03-04T05:06:07Z'>"
        "<link rel='canonical' href='https://www.harbour-post.example/plant-late'>"
    )
    (tmp_path / "a.html").write_bytes(page(head=head))
    ((article,), rejected) = read(tmp_path / "a.html")
    assert rejected == []
    assert article.title == "Acme plant is late again"
    assert article.date == "2021-03-04"
    assert article.outlet == "harbour-post.example"
    assert all(p in article.text for p in PARAGRAPHS)
    assert "Sport" not in article.text
    assert "rights reserved" not in article.text


def test_outlet_of_a_page_is_its_folder_before_its_address_and_its_name_last(tmp_path):
    (tmp_path / "Folder Daily").mkdir()
    (tmp_path / "Folder Daily" / "a.htm").write_bytes(page(head="<link rel='canonical' href='https://x.example/a'>"))
    (tmp_path / "b.html.gz").write_bytes(
        gzip.compress(page("Another", PARAGRAPHS[::-1], "<meta property='og:site_name' content='Site Name'>"))
    )
    assert [a.outlet for a in read(tmp_path)[0]] == ["Folder Daily", "Site Name"]


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b" ", "the file is empty"),
        (b"<html><body><nav>Home</nav></body></html>", "no article is found in the page"),
        (b"<div>" * 100_000, "a.html: "),
    ],
)
def test_a_page_without_an_article_is_rejected(tmp_path, content, complaint):
    (tmp_path / "a.html").write_bytes(content)
    (tmp_path / "b.html").write_bytes(page())
    articles, rejected = read(tmp_path, outlet="A")
    assert [a.title for a in articles] == ["Acme plant is late again"]
    assert len(rejected) == 1
    assert complaint in rejected[0]


def test_the_entries_of_a_live_blog_are_one_article_and_teasers_none():
    from lxml import html

    entries = "".join(
        f"<article><time>9.0{i}</time><div class='entry-text'><p>{p}</p></div><a class='share'>Share this</a></article>"
        for i, p in enumerate(PARAGRAPHS)
    )
    live = f"<html><body><h1>Live</h1><div class='live'>{entries}</div></body></html>"
    assert all(p in page_draft(live.encode(), "a").text for p in PARAGRAPHS)
    teasers = "".join(
        f"<article><h3><a href='/{i}'>Story</a></h3><p>{p}</p></article>" for i, p in enumerate(PARAGRAPHS)
    )
    tree = html.fromstring(f"<div>{teasers}</div>")
    join_entries(tree)
    assert len(tree.findall("article")) == len(PARAGRAPHS)


@pytest.mark.parametrize(
    ("data", "content_type"),
    [
        ("café".encode(), ""),
        ("café".encode("utf-8-sig"), "text/html; charset=latin-1"),
        ("café".encode("utf-16"), ""),
        ("café".encode("latin-1"), "text/html; charset=ISO-8859-1"),
        ("<meta charset=iso-8859-15>café".encode("iso-8859-15"), ""),
        ("café".encode("cp1252"), "text/html; charset=nonsense"),
        ("café".encode(), "text/html; charset=utf-16"),
    ],
)
def test_encodings(data, content_type):
    assert decoded_page(data, content_type).endswith("café")


def warc(*records, packed=True):
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=packed)
    writer.write_record(writer.create_warcinfo_record("a.warc.gz", {"software": "a test"}))
    for url, body, options in records:
        headers = [("Content-Type", options.get("type", "text/html; charset=utf-8")), *options.get("headers", [])]
        http = StatusAndHeaders(options.get("status", "200 OK"), headers, protocol="HTTP/1.1")
        kind = options.get("kind", "response")
        writer.write_record(writer.create_warc_record(url, kind, payload=io.BytesIO(body), http_headers=http))
    return out.getvalue()


@pytest.mark.parametrize("name", ["a.warc.gz", "a.warc"])
def test_warc(tmp_path, name):
    other = page("Acme pays its workers", ["Acme paid them. " + p for p in PARAGRAPHS[:3]])
    (tmp_path / name).write_bytes(
        warc(
            ("https://www.harbour-post.example/late", page(), {}),
            ("https://harbour-post.example/robots.txt", b"User-agent: *", {"type": "text/plain"}),
            ("https://harbour-post.example/gone", b"gone", {"status": "404 Not Found"}),
            ("https://harbour-post.example/empty", b"<html></html>", {}),
            ("https://harbour-post.example/broken", b"\x1f\x8bnot gzip", {"headers": [("Content-Encoding", "gzip")]}),
            ("https://valley.example/pays", gzip.compress(other), {"headers": [("Content-Encoding", "gzip")]}),
            packed=name.endswith("gz"),
        )
    )
    articles, rejected = read(tmp_path / name)
    assert [(a.title, a.outlet, a.url) for a in articles] == [
        ("Acme plant is late again", "harbour-post.example", "https://www.harbour-post.example/late"),
        ("Acme pays its workers", "valley.example", "https://valley.example/pays"),
    ]
    assert articles[0].origin == f"{tmp_path / name}, record 2 (https://www.harbour-post.example/late)"
    assert ["harbour-post.example/empty" in rejected[0], "harbour-post.example/broken" in rejected[1]] == [True] * 2
    assert len(rejected) == 2


def test_a_page_that_unpacks_without_end_is_cut_short(tmp_path, monkeypatch):
    monkeypatch.setattr("slantwise.articles.archives.LARGEST", 2**16)
    bomb = gzip.compress(b"<p>" * 2**20)
    (tmp_path / "a.warc.gz").write_bytes(
        warc(
            ("https://a.example/x", bomb, {"headers": [("Content-Encoding", "gzip")]}),
            ("https://a.example/y", page(), {}),
        )
    )
    articles, rejected = read(tmp_path / "a.warc.gz")
    assert [a.url for a in articles] == ["https://a.example/y"]
    assert "too much for one article" in rejected[0]


def test_a_cut_warc_keeps_what_came_before(tmp_path):
    data = warc(("https://a.example/x", page(), {}), ("https://a.example/y", page(paragraphs=PARAGRAPHS[::-1]), {}))
    (tmp_path / "a.warc.gz").write_bytes(data[:-200])
    articles, rejected = read(tmp_path / "a.warc.gz")
    assert [a.url for a in articles] == ["https://a.example/x"]
    assert len(rejected) == 1
    (tmp_path / "b.warc").write_bytes(b"<html>This is a page.</html>")
    assert "not WARC" in read(tmp_path / "b.warc")[1][0]


LONG = " ".join(f"{p} That is what number {i} of the neighbours remembers of it." for i, p in enumerate(PARAGRAPHS * 2))
RSS = f"""<?xml version="1.0"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>Harbour Feed</title>
<item><title>Whole</title><link>https://www.harbour-post.example/1</link><pubDate>Mon, 06 Aug 2018 12:00:00 +0200</pubDate>
<content:encoded><![CDATA[<p>{LONG}</p>]]></content:encoded></item>
<item><title>Teaser</title><link>https://www.harbour-post.example/2</link><description>Acme …</description></item>
<item><title>Nothing</title></item>
</channel></rss>"""
ATOM = f"""<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>Valley</title>
<entry><title>Whole</title><updated>2018-08-06T12:00:00Z</updated><content type="html">&lt;p&gt;{LONG}&lt;/p&gt;</content></entry></feed>"""


def test_rss(tmp_path):
    (tmp_path / "a.rss").write_text(RSS)
    articles, rejected = read(tmp_path)
    assert [(a.title, a.outlet, a.date) for a in articles] == [
        ("Whole", "harbour-post.example", "2018-08-06T10:00:00+00:00")
    ]
    assert articles[0].text.startswith(PARAGRAPHS[0])
    assert "a.rss, entry 2: carries no whole article; it is fetched only when the feed itself is named" in rejected[0]
    assert "a.rss, entry 3: carries no whole article and no address of one" in rejected[1]


def test_atom_and_no_feed_at_all(tmp_path):
    (tmp_path / "a.xml").write_text(ATOM)
    assert [(a.title, a.outlet, a.date) for a in read(tmp_path)[0]] == [
        ("Whole", "Valley", "2018-08-06T12:00:00+00:00")
    ]
    (tmp_path / "a.xml").write_text("<?xml version='1.0'?><note>no feed</note>")
    assert "neither RSS nor Atom" in read(tmp_path)[1][0]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_that_swell_are_refused(tmp_path, encoding):
    lines = ["<!ENTITY a0 'ha'>", *(f"<!ENTITY a{i + 1} '{f'&a{i};' * 10}'>" for i in range(9))]
    bomb = f"<?xml version='1.0' encoding='{encoding}'?><!DOCTYPE rss [{''.join(lines)}]><rss version='2.0'><channel><title>&a9;</title></channel></rss>"
    (tmp_path / "a.rss").write_bytes(bomb.encode(encoding))
    (tmp_path / "b.rss").write_bytes(b"<!DOCTYPE r [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><rss version='2.0'><channel><title>&x;</title></channel></rss>")  # fmt: skip
    articles, rejected = read(tmp_path)
    assert articles == []
    assert ["declares entities" in r for r in rejected] == [True, True]
