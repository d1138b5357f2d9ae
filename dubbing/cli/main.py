"""``dub``: the program. ``dub movie.mp4 --to zh`` is short for ``dub run movie.mp4 --to zh``."""

from __future__ import annotations

import errno
import io
import sys
from typing import Any

import typer

from dubbing.cli.debug_option import is_debugging, with_debug
from dubbing.cli.default_command import DefaultsTo
from dubbing.cli.ffmpeg_option import with_ffmpeg
from dubbing.cli.stopping import exit_code, stop_cleanly, was_stopped
from dubbing.errors import DubbingError
from dubbing.file_names import shortened


class DefaultsToRun(DefaultsTo):
    """A first word that is not a command is a film."""

    usual = "run"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Let every command take ``--debug`` and ``--ffmpeg``."""
        super().__init__(*args, **kwargs)
        with_debug(self)
        with_ffmpeg(self)


app = typer.Typer(
    cls=DefaultsToRun,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Dub films into another language, offline.\n\n    dub movie.mp4 --to zh",
)


def _version(wanted: bool) -> None:
    if wanted:
        from dubbing import __version__

        typer.echo(f"dubbing {__version__}")
        raise typer.Exit


@app.callback()
def _program(
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Show the version."
    ),
) -> None:
    """Dub films into another language, offline."""


def _mount() -> None:
    from dubbing.cli import (
        apply,
        batch,
        compare,
        doctor,
        evaluate,
        export,
        memory,
        models,
        plot,
        preview,
        review,
        run,
        show,
        speakers,
        train,
        verify,
        voices,
    )

    app.command("run", help="Dub one film (the default command).")(run.run)
    app.command("show", help="Show the lines of a workspace.")(show.show)
    app.command("speakers", help="List, merge, split and rename speakers.")(speakers.speakers)
    app.command("export", help="Export subtitles, edit lists, cue sheets, stems and films.")(
        export.export
    )
    app.command("preview", help="Write a review page that opens without a server.")(preview.preview)
    app.command(
        "review",
        help="Review a dub live in the browser; edited lines are re-dubbed within seconds.",
    )(review.review)
    app.command("compare", help="Compare two dubs side by side, for listening tests.")(
        compare.compare
    )
    app.command("apply", help="Re-dub the lines that reviewers changed.")(apply.apply)
    app.command("memory", help="Save a dub's translations to a translation memory.")(memory.memory)
    app.command("plot", help="Draw one line: mouth, phonemes, sound.")(plot.plot)
    app.command("verify", help="Detect the watermark of a file and read its content credentials.")(
        verify.verify
    )
    app.add_typer(
        evaluate.app,
        name="evaluate",
        help="Measure a dub against the mouths on screen (default), or a model.",
    )
    app.add_typer(batch.app, name="batch", help="Dub many films into many languages.")
    app.add_typer(models.app, name="models", help="List, verify and prepare model weights.")
    app.add_typer(voices.app, name="voices", help="Enrol, list, cast and audit people's voices.")
    app.add_typer(train.app, name="train", help="Train or evaluate the small networks.")
    app.command("doctor", help="Check this machine: what works, what does not, what to do.")(
        doctor.doctor
    )


_mount()


def main() -> None:
    """Run the program; every failure that we know ends in one sentence and an exit code."""
    stop_cleanly()
    _write_any_name()
    try:
        app()
    except DubbingError as error:
        if is_debugging():
            raise
        typer.secho(f"dub: {error}", err=True, fg="red")
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, SystemExit):  # typer makes the second of the first
        if not was_stopped():
            raise
        typer.secho("dub: stopped; what is finished is kept, the same command goes on.", err=True)
        sys.exit(exit_code())
    except BrokenPipeError:
        sys.exit(1)
    except Exception as error:
        if is_debugging():
            raise
        typer.secho(f"dub: {_unforeseen(error)}", err=True, fg="red")
        sys.exit(1)


def _unforeseen(error: Exception) -> str:
    """What the operating system says of a file; for all else, how to find out more."""
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "The disk is full. Free some space and run the same command again."
    if isinstance(error, OSError) and error.filename is not None and error.strerror:
        return f"{shortened(str(error.filename))}: {error.strerror}."
    told = " ".join(f"{type(error).__name__}: {error}".split())
    return f"Something went wrong that nobody foresaw ({shortened(told)}). See it with --debug."


def _write_any_name() -> None:
    """Names of files may hold bytes that are not text, and a terminal may know ASCII alone."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
