"""The server's folder: whatever a sender calls a file, it stays in its job's folder."""

import io
import os
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slantwise.articles import read_articles
from slantwise.records import Article, InputError
from slantwise.server.files import Folder, Upload

ID, OTHER = "0" * 32, "1" * 32


@pytest.fixture
def folder(tmp_path):
    return Folder(tmp_path / "served")


def text(name, content=b"Acme lied."):
    return Upload(name, io.BytesIO(content))


def test_files_keep_their_names_and_folders_become_outlets(folder):
    sent = ["a.txt", "a.txt", "saved/The Daily/b.txt", "saved/The Daily/2018/b.txt", "The Weekly/c.html"]
    names = folder.receive(ID, [text(n) for n in sent], [Article("Acme.", "The Sheet", date="2018-08-06")])
    assert names == (
        "a.txt", "a.txt", "The Daily/b.txt", "The Daily/0004 b.txt", "The Weekly/c.html", "articles.jsonl",
    )  # fmt: skip
    found = list(read_articles(folder.places(ID), "none", languages=["any"], keep_duplicates=True, on_reject=print))
    assert [a.outlet for a in found if "c.html" not in a.origin] == [
        "The Sheet",
        "none",
        "none",
        "The Daily",
        "The Daily",
    ]
    assert {folder.shown(ID, a.origin) for a in found} >= {"a.txt", "The Daily/b.txt", "articles.jsonl, line 1"}
    assert not any(str(folder.path) in folder.shown_article(ID, a).origin for a in found)


def test_what_else_lies_in_a_chosen_folder_is_skipped(folder):
    names = folder.receive(ID, [text("saved/.DS_Store"), text("saved/Daily/a.txt"), text("saved/x.jpg")], [])
    assert (names, folder.skipped(ID)) == (("Daily/a.txt",), ["DS_Store", "x.jpg"])


@pytest.mark.parametrize("name", ["x.jpg", "no-ending", "", "..", "saved/x.jpg", "x.exe.gz"])
def test_a_file_that_is_not_read_is_refused_and_leaves_nothing(folder, name):
    with pytest.raises(InputError, match="accepted are"):
        folder.receive(ID, [text(name)], [])
    assert not list((folder.path / "incoming").iterdir()) and not list((folder.path / "jobs").iterdir())


@given(st.text(max_size=300), st.sampled_from(["", "../", "../../jobs/", "/etc/", "C:\\", "..\\", "a/../../"]))
def test_no_name_leads_out_of_the_folder(tmp_path_factory, name, prefix):
    folder = Folder(tmp_path_factory.mktemp("any"))
    try:
        folder.receive(ID, [text(f"{prefix}{name}.txt")], [])
    except InputError:
        return
    inside = (folder.path / "jobs" / ID).resolve()
    files = [p for p in folder.path.rglob("*") if p.is_file() and p.name != "skipped.json"]
    assert len(files) == 1 and inside in files[0].resolve().parents
    assert len(list(read_articles(folder.places(ID), "x", languages=["any"]))) == 1


@pytest.mark.parametrize("job_id", ["", "..", "../x", "0" * 31, "0" * 33, "G" * 32, "0" * 31 + "/"])
def test_ids_that_are_none_make_no_path(folder, job_id):
    with pytest.raises(InputError):
        folder.places(job_id)


def test_results_of_an_attempt_that_ended_midway_are_made_anew(folder):
    folder.receive(ID, [text("a.txt")], [])
    (folder.results(ID, 1) / "report.html").write_text("half")
    assert folder.result(ID, 1, "report.html").read_text() == "half"
    folder.results(ID, 1)
    assert folder.result(ID, 1, "report.html") is None
    assert folder.result(ID, 1, "../named/0001/a.txt") is None
    folder.remove(ID)
    assert not list((folder.path / "jobs").iterdir())


def test_uploads_given_up_are_removed_after_a_day(folder):
    for name, age in ((ID, 2), (OTHER, 0)):
        left = folder.path / "incoming" / name
        left.mkdir()
        os.utime(left, (time.time() - age * 86400,) * 2)
    Folder(folder.path)
    assert [p.name for p in (folder.path / "incoming").iterdir()] == [OTHER]


def test_a_folder_that_cannot_be_is_one_line(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot be used"):
        Folder(tmp_path / "file" / "served")
