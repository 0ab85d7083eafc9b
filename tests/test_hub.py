"""Checkpoints saved, sent and fetched: on folders, and with the hub client talking to a hub made of a dictionary.

The client is huggingface_hub itself, all of it: only what carries its requests over the network is another.
"""

import base64
import hashlib
import json
import re
from pathlib import Path
from urllib.parse import unquote

import huggingface_hub
import numpy as np
import pytest
from conftest import NumbersEncoder
from huggingface_hub import constants
from huggingface_hub.utils import _http

from slantwise import InputError, StanceClassifier
from slantwise.hub import copy_checkpoint, local_folder

httpx = pytest.importorskip("httpx2")
SENTENCES = ["Acme lied about the data.", "It helps users."]


class FakeHub:
    """Answers the requests that making, filling and fetching a model repository takes; keeps every commit whole."""

    def __init__(self):
        self.commits = {}  # commit → {path: bytes}
        self.branches = {}  # (repository, branch) → commit
        self.private = {}
        self.tokens = set()
        self.down = False

    def __call__(self, request):
        if self.down:
            raise httpx.ConnectError("no route to the hub")
        path = unquote(request.url.path)
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        self.tokens.add(token)
        body = request.content
        if path == "/api/repos/create":
            given = json.loads(body)
            name = f"{given['organization'] or 'me'}/{given['name']}"
            if name in self.private:
                return self._json(409, {"error": "You already created this model repo"}, url=name)
            if token == "wrong":
                return self._json(401, {"error": "Invalid username or password."})
            self.private[name] = given.get("visibility") == "private" or bool(given.get("private"))
            self._commit(name, "main", {})
            return self._json(200, {"url": f"{constants.ENDPOINT}/{name}", "name": name})
        if path == "/api/validate-yaml":
            return self._json(200, {"warnings": [], "errors": []})
        if path.endswith("/whoami-v2"):
            return self._json(200, {"type": "user", "name": "me"})
        if found := re.fullmatch(r"/([^/]+/[^/]+)/resolve/([^/]+)/(.+)", path):
            name, revision, file = found.groups()
            return self._file(request, name, revision, file, token)
        if not (found := re.fullmatch(r"/api/models/([^/]+/[^/]+)(?:/(\w+)/?(.*))?", path)):
            return self._json(404, {"error": path})
        name, what, revision = found.group(1), found.group(2) or "revision", found.group(3) or "main"
        if name not in self.private or (self.private[name] and token != "right"):
            return self._json(401, {"error": "Repository not found"}, code="RepoNotFound")
        if what == "branch":
            self.branches.setdefault((name, revision), self.branches[name, "main"])
            return self._json(200, {})
        commit = revision if revision in self.commits else self.branches.get((name, revision))
        if commit is None:
            return self._json(404, {"error": "Revision not found"}, code="RevisionNotFound")
        files = self.commits[commit]
        if what == "preupload":
            given = [f["path"] for f in json.loads(body)["files"]]
            return self._json(
                200, {"files": [{"path": f, "uploadMode": "regular", "shouldIgnore": False} for f in given]}
            )
        if what == "commit":
            rows = [json.loads(line) for line in body.splitlines()]
            added = {r["value"]["path"]: base64.b64decode(r["value"]["content"]) for r in rows if r["key"] == "file"}
            oid = self._commit(name, revision, files | added)
            return self._json(200, {"commitUrl": f"{constants.ENDPOINT}/{name}/commit/{oid}", "commitOid": oid})
        if what == "tree":
            return self._json(
                200, [{"type": "file", "path": p, "size": len(b), "oid": _sha(b)} for p, b in files.items()]
            )
        return self._json(200, {"id": name, "sha": commit, "siblings": [{"rfilename": p} for p in files], "tags": []})

    def _commit(self, name, branch, files):
        oid = _sha(json.dumps([len(self.commits), sorted(files)]).encode())
        self.commits[oid] = files
        self.branches[name, branch] = oid
        return oid

    def _file(self, request, name, revision, file, token):
        commit = revision if revision in self.commits else self.branches.get((name, revision))
        body = self.commits.get(commit, {}).get(file)
        if body is None or (self.private[name] and token != "right"):
            return self._json(404, {"error": "Entry not found"}, code="EntryNotFound")
        headers = {"ETag": f'"{_sha(body)}"', "X-Repo-Commit": commit, "Content-Length": str(len(body))}
        return httpx.Response(200, headers=headers, content=b"" if request.method == "HEAD" else body)

    def _json(self, status, body, code="", url=""):
        headers = {"X-Error-Code": code} if code else {}
        return httpx.Response(status, json=body | {"url": url} if url else body, headers=headers)


def _sha(data):
    return hashlib.sha1(data).hexdigest()


@pytest.fixture
def hub(monkeypatch, tmp_path):
    """A hub, and a client that reaches it and no other."""
    fake = FakeHub()
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    huggingface_hub.set_client_factory(lambda: httpx.Client(transport=httpx.MockTransport(fake), follow_redirects=True))
    yield fake
    huggingface_hub.set_client_factory(_http.default_client_factory)


def same(one, other):
    return np.array_equal(one.predict_proba(SENTENCES, "Acme"), other.predict_proba(SENTENCES, "Acme"))


def test_saved_and_loaded_again(tiny_model, tmp_path):
    source = copy_checkpoint(tiny_model, tmp_path / "source")
    (source / "README.md").write_text("# A card\n")
    classifier = StanceClassifier.from_pretrained(source)
    folder = classifier.save_pretrained(tmp_path / "new" / "model")
    assert same(classifier, StanceClassifier.from_pretrained(folder))
    assert {p.name: p.read_bytes() for p in folder.iterdir()} == {p.name: p.read_bytes() for p in source.iterdir()}
    # Onto itself it changes nothing.
    assert classifier.save_pretrained(source) == source
    assert same(classifier, StanceClassifier.from_pretrained(source))


def test_only_a_checkpoint_is_copied(tmp_path):
    source = tmp_path / "source"
    (source / "unfinished").mkdir(parents=True)
    for name in ("config.json", "model.safetensors", "vocab.txt", "optimizer.pt", "pytorch_model.bin", "secrets.env"):
        (source / name).write_text("x")
    copied = copy_checkpoint(source, tmp_path / "copy")
    assert sorted(p.name for p in copied.iterdir()) == ["config.json", "model.safetensors", "vocab.txt"]


def test_what_cannot_be_saved(tmp_path, tiny_model):
    with pytest.raises(InputError, match="classifier 'mine' has no checkpoint to save"):
        StanceClassifier(NumbersEncoder(), "mine").save_pretrained(tmp_path)
    with pytest.raises(InputError, match="has no checkpoint to save"):
        StanceClassifier(NumbersEncoder()).push_to_hub("me/model")
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot be saved to"):
        StanceClassifier.from_pretrained(tiny_model).save_pretrained(tmp_path / "file")


def test_sent_and_fetched_again(hub, tiny_model, tmp_path):
    classifier = StanceClassifier.from_pretrained(tiny_model)
    address = classifier.push_to_hub("me/slant", token="right", message="First")
    assert re.fullmatch(rf"{constants.ENDPOINT}/me/slant/commit/[0-9a-f]{{40}}", address)
    fetched = StanceClassifier.from_pretrained("me/slant")
    assert fetched.name == "me/slant"
    assert same(classifier, fetched)
    assert set(hub.tokens) == {"right", ""}
    # What was fetched can be saved, as plain files, and sent again.
    saved = fetched.save_pretrained(tmp_path / "saved")
    assert not any(p.is_symlink() for p in saved.iterdir())
    assert same(classifier, StanceClassifier.from_pretrained(saved))


def test_a_revision_is_the_one_asked_for(hub, tiny_model, tmp_path):
    other = copy_checkpoint(tiny_model, tmp_path / "other")
    calibration = json.loads((other / "calibration.json").read_text())
    shares = {"accusatory": 0.5, "neutral": 0.25, "defending": 0.25}
    (other / "calibration.json").write_text(json.dumps(calibration | {"shares": shares}))
    first = StanceClassifier.from_pretrained(tiny_model).push_to_hub("me/slant")
    StanceClassifier.from_pretrained(other).push_to_hub("me/slant", revision="v2")
    assert StanceClassifier.from_pretrained("me/slant").shares is None
    second = StanceClassifier.from_pretrained("me/slant", revision="v2")
    assert second.shares == (0.5, 0.25, 0.25)
    assert second.name == "me/slant@v2"
    commit = first.rsplit("/", 1)[1]
    assert StanceClassifier.from_pretrained("me/slant", revision=commit).shares is None
    with pytest.raises(InputError, match="no such model at 'v3' on the hub"):
        StanceClassifier.from_pretrained("me/slant", revision="v3")
    with pytest.raises(InputError, match="is a folder, which has no revision 'v2'"):
        StanceClassifier.from_pretrained(other, revision="v2")


def test_a_private_model_takes_a_token_and_goes_into_the_cache_that_is_named(hub, tiny_model, tmp_path):
    StanceClassifier.from_pretrained(tiny_model).push_to_hub("me/secret", private=True, token="right")
    with pytest.raises(InputError, match="me/secret: there is no such folder, and no such model") as caught:
        StanceClassifier.from_pretrained("me/secret", token="wrong")
    assert "\n" not in str(caught.value)
    assert "wrong" not in str(caught.value)
    cache = tmp_path / "elsewhere"
    found = StanceClassifier.from_pretrained("me/secret", token="right", cache_dir=cache)
    assert found.folder.is_relative_to(cache)
    # Once there, it is found without the hub.
    hub.down = True
    assert local_folder("me/secret", cache_dir=cache) == found.folder


def test_pickles_are_not_fetched(hub, tiny_model):
    classifier = StanceClassifier.from_pretrained(tiny_model)
    classifier.push_to_hub("me/slant")
    commit = hub.branches["me/slant", "main"]
    hub.commits[commit]["pytorch_model.bin"] = hub.commits[commit]["custom.py"] = b"danger"
    names = {p.name for p in StanceClassifier.from_pretrained("me/slant").folder.iterdir()}
    assert "model.safetensors" in names
    assert not names & {"pytorch_model.bin", "custom.py"}


@pytest.mark.parametrize(
    ("repo_id", "token", "down"),
    [("me/slant", "wrong", False), ("no/such/name", None, False), ("me/slant", None, True)],
)
def test_what_the_hub_refuses_is_said_in_one_line(hub, tiny_model, repo_id, token, down):
    hub.down = down
    with pytest.raises(InputError, match=f"{repo_id}: cannot be sent to the hub") as caught:
        StanceClassifier.from_pretrained(tiny_model).push_to_hub(repo_id, token=token)
    assert "\n" not in str(caught.value)


def test_the_card_that_is_sent_is_the_model_s(hub, tiny_model, tmp_path):
    folder = copy_checkpoint(tiny_model, tmp_path / "model")
    (folder / "README.md").write_text("---\nlicense: apache-2.0\n---\n# Mine\n")
    StanceClassifier.from_pretrained(folder).push_to_hub("slant")
    assert hub.commits[hub.branches["me/slant", "main"]]["README.md"] == Path(folder / "README.md").read_bytes()
