"""The REST API."""

from fastapi import APIRouter, Request

router = APIRouter()


@router.get("/healthz")
def health(request: Request) -> dict[str, str]:
    """Whether the server can answer."""
    request.app.state.server.store.ping()
    return {"status": "ok"}
