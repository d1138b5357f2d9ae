"""``dub review WORKSPACE``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dubbing.cli.preview import Proxy


def review(  # noqa: PLR0913 - one parameter a flag is what a command line is
    workspace: Annotated[Path, typer.Argument(help="The FILM.dub folder.")],
    to: Annotated[
        str | None, typer.Option("--to", help="Target language, if the workspace has several.")
    ] = None,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port on this machine; 0 = any free port.")
    ] = 8765,
    proxy: Annotated[Proxy, typer.Option(help="Size of the preview picture.")] = Proxy.P480,
    reviewer: Annotated[
        str, typer.Option(help="Name of the reviewer; can be changed on the page.")
    ] = "",
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Where to write the film (default: where it was)."),
    ] = None,
    allow_server: Annotated[
        list[str] | None,
        typer.Option(help="HOST that texts may be sent to, if the workspace names one."),
    ] = None,
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Open the page in a browser.")
    ] = True,
) -> None:
    """Review a dub live in the browser; edited lines are re-dubbed within seconds."""
    import webbrowser

    from dubbing.cli.listeners import listener_for
    from dubbing.cli.show import finished
    from dubbing.media.probe import probe
    from dubbing.progress import Event
    from dubbing.reviewer.bench import Bench
    from dubbing.reviewer.channel import Channel
    from dubbing.reviewer.desk import Desk
    from dubbing.reviewer.live_media import LiveMedia
    from dubbing.reviewer.redirect import engines_of
    from dubbing.reviewer.server import free_port, media_folder, new_token, review_app, serve

    target = finished(workspace, to).target_language
    bench = Bench(workspace, target, engines_of(workspace, target, allow_server or ()), output)
    port = free_port(port)
    with listener_for("bars", quiet=False) as listener:
        listener(Event("stage-started", "review"))
        media = LiveMedia(
            probe(bench.job.source),
            media_folder(workspace, target),
            proxy.value,
            lambda what, share: listener(Event("progress", "review", what, share, 1.0, "share")),
        )
        media.refresh(bench.timeline, bench.workspace)
        listener(Event("stage-finished", "review"))
    token = new_token()
    channel = Channel()
    app = review_app(Desk(bench, channel, media), token, port, reviewer)
    address = f"http://127.0.0.1:{port}/?token={token}"
    typer.echo(f"Review at {address}\nCtrl-C ends it; every decision is kept.")
    if browser:
        webbrowser.open(address)
    serve(app, port, channel)
