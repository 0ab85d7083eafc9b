"""The Dockerfile and compose.yaml: linted, at one with the specification and with the command they start."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from compose_spec import PyCompose

from slantwise.cli import main
from slantwise.cli.serving import DATABASE_VARIABLE
from slantwise.server.settings import TOKENS_VARIABLE

ROOT = Path(__file__).parent.parent
DOCKERFILE = (ROOT / "Dockerfile").read_text()
COMPOSE = (ROOT / "compose.yaml").read_text()


def test_the_dockerfile_has_no_lint():
    hadolint = shutil.which("hadolint") or str(Path(sys.executable).parent / "hadolint")
    found = subprocess.run([hadolint, ROOT / "Dockerfile"], capture_output=True, text=True)
    assert found.returncode == 0, found.stdout + found.stderr


def test_the_linter_finds_faults(tmp_path):
    (tmp_path / "Dockerfile").write_text("FROM python\nRUN cd /tmp\nENTRYPOINT python\n")
    hadolint = shutil.which("hadolint") or str(Path(sys.executable).parent / "hadolint")
    assert subprocess.run([hadolint, tmp_path / "Dockerfile"], capture_output=True).returncode == 1


def test_the_image_runs_without_rights_and_says_whether_it_is_well():
    last = DOCKERFILE.rsplit("FROM ", 1)[1]
    assert re.search(r"^USER 10001$", last, re.M) and "HEALTHCHECK" in last and "/healthz" in last
    assert "--no-tokens" not in DOCKERFILE


def test_the_image_starts_a_command_there_is(capsys):
    words = re.search(r"^ENTRYPOINT \[(.*)\]$", DOCKERFILE, re.M)[1].replace('"', "").split(", ")
    assert words[:2] == ["slantwise", "serve"]
    with pytest.raises(SystemExit):
        main(["serve", "--help"])
    shown = capsys.readouterr().out
    assert all(word in shown for word in words if word.startswith("--"))


def test_what_the_image_copies_is_there_and_not_ignored():
    ignored = (ROOT / ".dockerignore").read_text().split()
    for line in re.findall(r"^COPY (?!--from)(.*)$", DOCKERFILE, re.M):
        for name in line.split()[:-1]:
            assert (ROOT / name).exists() and f"!{name}" in ignored, name


def test_compose_is_to_the_specification():
    PyCompose.from_yaml(COMPOSE).validate()
    with pytest.raises(ValueError, match="portz"):
        PyCompose.from_yaml(COMPOSE.replace("    ports:", "    portz:"))


def test_compose_asks_for_its_secrets_and_opens_nothing_to_others():
    services = yaml.safe_load(COMPOSE)["services"]
    environment = services["server"]["environment"]
    assert environment.keys() == {TOKENS_VARIABLE, DATABASE_VARIABLE}
    secrets = [*environment.values(), services["database"]["environment"]["POSTGRES_PASSWORD"]]
    assert all(":?" in value for value in secrets)
    assert all(port.startswith("127.0.0.1:") for port in services["server"]["ports"])
    assert "ports" not in services["database"]
    assert services["server"]["depends_on"]["database"]["condition"] == "service_healthy"
