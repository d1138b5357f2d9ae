"""The review page, live: FastAPI on loopback, for one person who holds the token.

The token travels once in the address and then in a cookie that no script can read. Requests that name
another host (DNS rebinding) or come from another page are refused, and nothing is served but the page's
own files, the review media and the patches of this dub.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from types import FrameType
from typing import Any, TypeVar

from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import FileResponse, JSONResponse, RedirectResponse, StreamingResponse
from pydantic import ValidationError

from dubbing.errors import DubbingError, UsageError
from dubbing.reviewer.channel import Channel
from dubbing.reviewer.desk import Desk
from dubbing.reviewer.live_media import LiveMedia
from dubbing.reviewer.preview import MEDIA, PROJECT_SCRIPT, page_folder, project_script
from dubbing.reviewer.redirect import Outrun
from dubbing.reviewer.review_file import SCHEMA, ReviewedLine
from dubbing.settings import Strict

COOKIE = "dubbing-review-{port}"
"""Cookies do not tell ports apart; two reviews at once do."""
LARGEST_BODY = 1_000_000
MOST_DIGITS = 18
BODY_TIMEOUT_S = 30.0
HEADER_TIMEOUT_S = 30.0
OTHER_DUB = "Another film or language is under review at this address now."
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; media-src 'self' blob:; img-src 'self' data:; style-src 'self'; "
        "script-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}
Body = TypeVar("Body", bound=Strict)
Next = Callable[[Request], Awaitable[Response]]


class _NotRead(UsageError):
    """A body of which the rest is still on its way: its connection ends."""


class DecisionBody(Strict):
    """A decision, the revision in which its page had seen the line, and which dub that was."""

    decision: ReviewedLine | None
    revision: int = 0
    film: str = ""
    """The film's fingerprint; empty for whatever is reviewed here."""
    language: str = ""


class EstimateBody(Strict):
    """A text whose time is asked for."""

    line: str
    text: str


def review_app(desk: Desk, token: str, port: int, reviewer: str) -> FastAPI:
    """The application; ``reviewer`` is who decides, where the page names nobody."""

    @asynccontextmanager
    async def open_desk(app: FastAPI) -> AsyncIterator[None]:
        del app
        desk.open()
        yield
        desk.close()

    app = FastAPI(lifespan=open_desk, docs_url=None, redoc_url=None, openapi_url=None)
    hosts = {f"127.0.0.1:{port}", f"localhost:{port}", f"[::1]:{port}"}

    @app.middleware("http")
    async def guard(request: Request, call_next: Next) -> Response:
        refusal = _refusal(request, token, hosts, COOKIE.format(port=port))
        response = refusal if refusal is not None else await call_next(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response

    @app.exception_handler(UsageError)
    async def wrong(request: Request, error: UsageError) -> Response:
        del request
        left_unread = {"Connection": "close"} if isinstance(error, _NotRead) else None
        return JSONResponse({"error": str(error)}, status_code=400, headers=left_unread)

    @app.exception_handler(DubbingError)
    async def failed(request: Request, error: DubbingError) -> Response:
        del request
        return JSONResponse({"error": str(error)}, status_code=500)

    _add_decisions(app, desk, reviewer)
    _add_page(app, desk, desk.media)
    return app


def _refusal(request: Request, token: str, hosts: set[str], cookie: str) -> Response | None:
    """Why a request is not served; for the right token in the address, the cookie."""
    if request.headers.get("host") not in hosts:
        return JSONResponse({"error": "unknown host"}, status_code=421)
    origin = request.headers.get("origin")
    if origin is not None and origin.partition("://")[2] not in hosts:
        return JSONResponse({"error": "another page asks"}, status_code=403)
    if _declared_bytes(request) > LARGEST_BODY:
        return JSONResponse({"error": "too large"}, status_code=413)
    given = request.query_params.get("token", "")
    if request.url.path == "/" and secrets.compare_digest(given.encode(), token.encode()):
        welcome = RedirectResponse("/", status_code=303)
        welcome.set_cookie(cookie, token, httponly=True, samesite="strict")
        return welcome
    held = request.cookies.get(cookie, "")
    if not secrets.compare_digest(held.encode(), token.encode()):
        return JSONResponse({"error": "Open the address that dub review printed."}, status_code=403)
    return None


def _declared_bytes(request: Request) -> int:
    """The length of a body as its sender states it; 0 if it states none."""
    told = request.headers.get("content-length", "")
    return int(told) if told.isascii() and told.isdigit() and len(told) <= MOST_DIGITS else 0


def _add_page(app: FastAPI, desk: Desk, media: LiveMedia) -> None:
    page = page_folder()

    @app.get("/")
    def index() -> FileResponse:
        return FileResponse(page / "index.html")

    @app.get(f"/{PROJECT_SCRIPT}")
    def project() -> Response:
        dub = desk.bench.document()
        document = dub.whole(media.document(), frame_ms=media.frame_ms)
        document["live"] = True
        document["revision"] = dub.decisions.revision  # of the very decisions that it shows
        document["patches"] = {line: p.document() for line, p in desk.bench.patches.items()}
        return Response(project_script(document), media_type="text/javascript")

    @app.get("/media/patch/{name}")
    def patch(name: str) -> Response:
        found = next((p for p in desk.bench.patches.values() if p.path.name == name), None)
        if found is None:
            return JSONResponse({"error": "not there any more"}, status_code=404)
        return FileResponse(found.path, media_type="audio/wav")

    @app.get(f"/{MEDIA}/{{name}}")
    def sound_or_picture(name: str) -> Response:
        path = media.path(name)
        if path is None:
            return JSONResponse({"error": "no such file"}, status_code=404)
        return FileResponse(path, media_type=media.type_of(name))

    @app.get("/api/events")
    async def events() -> StreamingResponse:
        return StreamingResponse(
            desk.channel.stream(),
            media_type="text/event-stream",
            headers={"Cache-Control": "no-store"},
        )

    @app.get("/{name:path}")
    def page_file(name: str) -> Response:
        path = _file_in(page, name)
        if path is None:
            return JSONResponse({"error": "no such file"}, status_code=404)
        return FileResponse(path)


def _file_in(folder: Path, name: str) -> Path | None:
    """A file in a folder; ``None`` for all else that can be asked for."""
    try:
        path = (folder / name).resolve()
        return path if path.is_relative_to(folder.resolve()) and path.is_file() else None
    except (OSError, ValueError):  # longer than any path, or with a NUL in it
        return None


def _add_decisions(app: FastAPI, desk: Desk, reviewer: str) -> None:
    @app.put("/api/lines/{line}/decision")
    async def decide(line: str, request: Request) -> Response:
        body = await _body(request, DecisionBody)
        if not _is_about(desk, body):
            return JSONResponse({"error": OTHER_DUB}, status_code=410)
        decision = None if body.decision is None else body.decision.decision(reviewer)
        try:
            decided = await run_in_threadpool(desk.decide, line, decision, body.revision)
        except Outrun:
            standing = desk.standing(line).document()
            return JSONResponse(
                {"revision": standing["revision"], "decision": standing["decision"]},
                status_code=409,
            )
        return JSONResponse(decided.document())

    @app.post("/api/estimate")
    async def estimate(request: Request) -> dict[str, int | None]:
        body = await _body(request, EstimateBody)
        known = {line.id for line in desk.bench.timeline.lines}
        if body.line not in known:
            raise UsageError("The dub does not have this line any more.")
        return {"natural_ms": await run_in_threadpool(desk.bench.natural_ms, body.line, body.text)}

    @app.delete("/api/jobs/{line}")
    def cancel(line: str) -> Response:
        return Response(status_code=204 if desk.cancel(line) else 404)

    @app.post("/api/render")
    def render() -> Response:
        desk.render()
        return JSONResponse({}, status_code=202)

    @app.get("/api/review.json")
    def download() -> Response:
        return Response(
            json.dumps(_review(desk, reviewer), ensure_ascii=False, indent=1) + "\n",
            media_type="application/json",
            headers={"Content-Disposition": 'attachment; filename="review.json"'},
        )


def _is_about(desk: Desk, body: DecisionBody) -> bool:
    """Whether a page decides on this dub: it may be open since another one was served here."""
    media = desk.bench.timeline.media
    assert media is not None
    return body.film in ("", media.fingerprint) and body.language in ("", desk.bench.target)


async def _body(request: Request, kind: type[Body]) -> Body:
    content = await _read(request)
    try:
        return kind.model_validate_json(content)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise UsageError(f"{where}: {first['msg']}.") from error


async def _read(request: Request) -> bytes:
    """The body, of which no more is held than a decision can have, however it is sent."""
    content = bytearray()
    try:
        async with asyncio.timeout(BODY_TIMEOUT_S):
            async for block in request.stream():
                content += block
                if len(content) > LARGEST_BODY:
                    raise _NotRead("This is too large for a decision.")
    except TimeoutError as error:
        raise _NotRead("The decision did not arrive in time.") from error
    return bytes(content)


def _review(desk: Desk, reviewer: str) -> dict[str, Any]:
    """All decisions as the page's own file has them."""
    from datetime import UTC, datetime

    document = desk.bench.document().whole({}, frame_ms=None)
    decisions = {
        line["id"]: {**line["decision"], "base": line["hash"]}
        for line in document["lines"]
        if line["decision"] is not None
    }
    return {
        "schema": SCHEMA,
        "film": {key: document["film"][key] for key in ("name", "fingerprint")},
        "target_language": desk.bench.target,
        "timeline": document["timeline"],
        "reviewer": reviewer,
        "written_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "decisions": decisions,
    }


def serve(app: FastAPI, port: int, channel: Channel) -> None:
    """Answer on loopback until Ctrl-C; streams of news end first, since they never would."""
    import uvicorn
    from uvicorn.protocols.http.h11_impl import H11Protocol

    class Protocol(H11Protocol):
        """Waits for a request, but not for ever."""

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            self.loop.call_later(HEADER_TIMEOUT_S, self.end_unless_asked)

        def end_unless_asked(self) -> None:
            if getattr(self, "cycle", None) is None:
                self.transport.close()

    class Server(uvicorn.Server):
        def handle_exit(self, sig: int, frame: FrameType | None) -> None:
            channel.close()
            super().handle_exit(sig, frame)

    Server(
        uvicorn.Config(
            app,
            host="127.0.0.1",
            port=port,
            http=Protocol,
            log_level="warning",
            timeout_graceful_shutdown=3,
        )
    ).run()


def new_token() -> str:
    """A token that nobody guesses."""
    return secrets.token_urlsafe(24)


def free_port(wanted: int) -> int:
    """The wanted port if nobody has it, any other for 0.

    Raises:
        UsageError: if somebody else listens there.
    """
    import socket

    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", wanted))
        except OSError as error:
            raise UsageError(
                f"Port {wanted} is taken.", hint="Choose another with --port, or 0 for any."
            ) from error
        port: int = listener.getsockname()[1]
        return port


def media_folder(root: Path, target: str) -> Path:
    """Where the live page's media are kept, so that a second start finds them."""
    return root / "previews" / target
