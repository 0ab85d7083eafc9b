"""The OpenAPI says what the server does: requests made up from it find no error of the server's, nor an answer it hides."""

import json
import tempfile
import threading
from pathlib import Path

import pytest
import schemathesis
import uvicorn
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from serving import StubClassifier, free_port, serving, until

from slantwise.server import Settings, create_app

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("served"), fetch=False, max_jobs=100_000, job_workers=1) as client:
        yield client


@pytest.fixture(scope="module")
def address(client):
    """The same application on a real port, without a second start of it."""
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(client.app, port=port, lifespan="off", log_level="critical"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until(lambda: server.started)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(10)


def operations():
    """Every operation of the API, read off an application that never runs."""
    app = create_app(Settings(Path(tempfile.mkdtemp())), StubClassifier())
    schema = schemathesis.openapi.from_dict(app.openapi())
    return {f"{found.ok().method.upper()} {found.ok().path}": found.ok() for found in schema.get_all_operations()}


OPERATIONS = operations()


@pytest.mark.parametrize("name", OPERATIONS)
def test_nothing_made_up_breaks_the_server(address, name):
    calm = settings(
        max_examples=25, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
    )

    @calm
    @given(case=OPERATIONS[name].as_strategy())
    def holds(case):
        case.call_and_validate(base_url=address, checks=CHECKS, excluded_checks=[])

    holds()


def test_examples_are_accepted(client):
    found = client.get("/v1/openapi.json").json()
    for name, path, status in (
        ("JudgementsIn", "/v1/judgements", 200),
        ("SlantIn", "/v1/slant", 200),
        ("JobIn", "/v1/jobs", 202),
    ):
        for example in found["components"]["schemas"][name]["examples"]:
            if "addresses" in example:
                continue  # this server fetches nothing
            assert client.post(path, json=example).status_code == status, example


def test_it_is_whole(client):
    found = client.get("/v1/openapi.json").json()
    text = json.dumps(found)
    assert set(found["paths"]) == {
        "/v1/judgements", "/v1/slant", "/v1/jobs", "/v1/jobs/{job_id}", "/v1/jobs/{job_id}/slant",
        "/v1/jobs/{job_id}/report", "/v1/jobs/{job_id}/rejects", "/healthz", "/metrics",
    }  # fmt: skip
    named = {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}
    assert named <= set(found["components"]["schemas"])
    assert "HTTPValidationError" not in text
    assert all(op.get("summary") for path in found["paths"].values() for op in path.values())
