"""The OpenAPI: what FastAPI finds by itself, and what it cannot know: forms and problems, tokens."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema

from slantwise.server.schemas import ProblemOut
from slantwise.server.scoring_schemas import JobIn


def describe(app: FastAPI) -> None:
    """Give an application its OpenAPI."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            found = get_openapi(title=app.title, version=app.version, summary=app.summary, routes=app.routes)
            _, more = models_json_schema(
                [(JobIn, "validation"), (ProblemOut, "serialization")], ref_template="#/components/schemas/{model}"
            )
            parts = found.setdefault("components", {})
            parts.setdefault("schemas", {}).update(more["$defs"])
            parts["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
            # Where the server has no tokens none is needed.
            found["security"] = [{"token": []}, {}]
            app.openapi_schema = found
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]
