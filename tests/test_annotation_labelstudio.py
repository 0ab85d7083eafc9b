"""There and back through a real Label Studio: configuration and tasks in, annotations, both exports out.

Label Studio wants other versions of what slantwise runs on, so it lives in an environment of its own:

    python3 -m venv DIR && DIR/bin/pip install label-studio
    SLANTWISE_LABEL_STUDIO=DIR python -m pytest tests/test_annotation_labelstudio.py
"""

import json
import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from conftest import judgement

from slantwise.annotation.agreement import agreement, settle
from slantwise.annotation.reading import read_answers, read_items
from slantwise.annotation.sampling import draw_sample
from slantwise.annotation.writing import CONFIGURATION, TASKS, write_sample
from slantwise.records import Article
from slantwise.targets import Target

WHERE = os.environ.get("SLANTWISE_LABEL_STUDIO")
SERVER = Path(WHERE or "nowhere") / "bin" / "label-studio"
TOKEN = "0123456789abcdef0123456789abcdef01234567"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not SERVER.exists(),
        reason="needs Label Studio in an environment of its own: set SLANTWISE_LABEL_STUDIO to its folder",
    ),
]


class LengthJudge:
    def predict(self, sentences, target, context):
        return [judgement((len(s) % 21 - 10) / 10, len(s) % 3, 0.9) for s in sentences]


@pytest.fixture(scope="module")
def ask(tmp_path_factory):
    """A function that asks the server; it starts with an empty database and ends with the tests."""
    folder = tmp_path_factory.mktemp("label-studio")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = {
        "LABEL_STUDIO_BASE_DATA_DIR": str(folder),
        "LABEL_STUDIO_ENABLE_LEGACY_API_TOKEN": "true",
        "COLLECT_ANALYTICS": "false",
        "LATEST_VERSION_CHECK": "false",
        "SENTRY_DSN": "",
        "FRONTEND_SENTRY_DSN": "",
    }
    who = ["--username", "anna@example.org", "--password", "only-for-this-test-1", "--user-token", TOKEN]
    command = [str(SERVER), "start", "--no-browser", "--port", str(port), "--data-dir", str(folder), *who]
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    with (folder / "log").open("w") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log, env=inherited | settings)

    def asked(method, path, body=None):
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}{path}",
            None if body is None else json.dumps(body).encode(),
            {"Authorization": f"Token {TOKEN}", "Content-Type": "application/json"},
            method=method,
        )
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return json.loads(answer.read() or "null")
        except urllib.error.HTTPError as problem:
            raise AssertionError(f"{method} {path}: {problem.code} {problem.read()[:500]}") from None

    try:
        for _ in range(600):
            if server.poll() is not None:
                raise AssertionError((folder / "log").read_text()[-2000:])
            try:
                asked("GET", "/api/projects/")
                break
            except (OSError, AssertionError):
                time.sleep(1)
        yield asked
    finally:
        server.terminate()
        server.wait(60)


def test_there_and_back(ask, tmp_path):
    text = "Acme lied to its users. It helps them now, Acme said. The weather was fine. Acme was fined again."
    articles = [
        Article(f"{text} Acme & Söhne paid fee {n}.", f"Paper {n % 2}", f"<b>Title</b> & {n}", url=f"u:{n}")
        for n in range(4)
    ]
    sample = draw_sample(articles, Target("Acme"), LengthJudge(), number=8, active=True, seed=3)
    write_sample(sample, tmp_path, blind=False, facts={"target": "Acme", "model": "stub"})

    project = ask("POST", "/api/projects/", {"title": "Acme", "label_config": (tmp_path / CONFIGURATION).read_text()})
    tasks = json.loads((tmp_path / TASKS).read_text())
    told = ask("POST", f"/api/projects/{project['id']}/import?return_task_ids=true", tasks)
    assert (told["task_count"], told["prediction_count"]) == (8, 8)
    stances = ["accusatory", "neutral", "defending"]
    wanted = {}
    for number, task in enumerate(told["task_ids"]):
        name = ask("GET", f"/api/tasks/{task}/")["data"]["item"]
        wanted[name] = (stances[number % 3], "other", number % 2 == 0)
        chosen = {"stance": stances[number % 3], "voice": "other", "about": "yes" if number % 2 == 0 else "no"}
        result = [
            {"from_name": k, "to_name": "sentence", "type": "choices", "value": {"choices": [v]}}
            for k, v in chosen.items()
        ]
        # The last is skipped, as a labeller may do.
        skipped = number == 7
        ask("POST", f"/api/tasks/{task}/annotations/", {"result": result, "was_cancelled": skipped})
        if skipped:
            del wanted[name]

    found = {}
    for kind in ("JSON", "JSON_MIN"):
        export = ask("GET", f"/api/projects/{project['id']}/export?exportType={kind}&download_all_tasks=true")
        path = tmp_path / f"{kind}.json"
        path.write_text(json.dumps(export))
        found[kind] = read_answers([path])
        assert found[kind].problems == []
        said = {a.item.item: (a.stance, a.voice, a.about) for a in found[kind].answers}
        assert said == wanted
        assert {a.labeller for a in found[kind].answers} == {found["JSON"].answers[0].labeller}
    assert found["JSON"].unanswered == 1
    items = read_items(tmp_path)
    assert all(a.item == items[a.item.item] for read in found.values() for a in read.answers)
    assert len(settle(found["JSON"].answers)) == 7
    assert agreement(found["JSON"].answers) is None
