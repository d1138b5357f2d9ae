"""README's parts on time, memory and what survives."""

from __future__ import annotations

from collections.abc import Mapping

from benchmarks.wording import Result, blocks, number, origin, paragraph, table

BAR = "━" * 28
SHOWN_STAGES = ("transcribe", "separate", "faces", "translate", "synthesize", "report")


def progress_block(result: Result) -> str:
    """The progress bars of the sample, as the terminal shows them."""
    stages = result["runs"]["cold"]["stages"]
    bars = [f"{name:<12}{BAR} {seconds:.1f} s" for name, seconds in stages.items()]
    end = ["Dub:    movie.zh.mp4", "Report: movie.dub/reports/zh/report.html"]
    return "\n".join(["```", *bars, *end, "```"])


def overview_block(results: Mapping[str, Result]) -> str:
    """One row per fact, each with its own origin."""
    makers = {
        "main_job": _main_job,
        "kill": _kill,
        "batch_kills": _batch_kills,
        "memory": _memory,
        "long_film": _long_film,
    }
    rows = [
        [*cells, f"{results[name]['made']['date']}, {results[name]['made']['commit']}"]
        for name, make in makers.items()
        if name in results
        for cells in make(results[name])
    ]
    ways = _ways_to_run(results["main_job"]) if "main_job" in results else ""
    return blocks(table(["what", "figure", "measured"], rows), ways)


def _main_job(result: Result) -> list[list[str]]:
    cold, warm = (result["runs"][name] for name in ("cold", "warm"))
    shares = {name: seconds / warm["film_s"] for name, seconds in warm["stages"].items()}
    rest = sum(share for name, share in shares.items() if name not in SHOWN_STAGES)
    shown = [number(shares[name]) for name in SHOWN_STAGES]
    return [
        [
            f"{cold['film_s']:.0f} s sample, models loaded on the way / already loaded",
            f"{cold['rtf']:.1f} / {warm['rtf']:.1f} x its length",
        ],
        [
            f"of which, already loaded: {', '.join(SHOWN_STAGES)}, all else",
            ", ".join([*shown, number(rest)]),
        ],
    ]


def _kill(result: Result) -> list[list[str]]:
    again = result["stages_computed_again"]
    return [
        [
            f"{result['kills']} kills with SIGKILL at random moments",
            f"same result, {again or 'no'} finished stages computed again, nothing left over",
        ]
    ]


def _batch_kills(result: Result) -> list[list[str]]:
    return [
        [
            f"batch: {result['driver']} kills of drivers, {result['worker']} of workers",
            "nothing finished was lost or done again",
        ]
    ]


def _memory(result: Result) -> list[list[str]]:
    return [
        [
            f"peak memory, {result['minutes']:.0f} minutes of film (the sample looped)",
            f"{result['peak_mb'] / 1000:.1f} GB; {result['wall_s'] / 60:.0f} min, since lines repeat",
        ]
    ]


def _long_film(result: Result) -> list[list[str]]:
    return [
        [
            f"{result['hours']:.0f} hours of film with {result['lines']} lines of speech",
            f"{result['memory_gb']:.1f} GB at most, {result['wall_s'] / 60:.0f} min",
        ]
    ]


def _ways_to_run(result: Result) -> str:
    kokoro, whisper, gemma = (result[name] for name in ("kokoro", "whisper", "gemma"))
    return paragraph(
        f"Side by side in one process: our three Kokoro graphs are {kokoro['whole_over_split']:.1f} x faster than "
        f"the whole graph, Whisper's windows side by side {whisper['sequential_over_windows']:.1f} x faster than "
        f"faster-whisper's sequential mode, Gemma through CTranslate2 in 8 bits "
        f"{gemma['transformers_over_ours']:.1f} x faster than transformers in 32.",
        origin(result),
    )


def batch_text(result: Result) -> str:
    """What a batch saves against single runs."""
    n_single = len(result["singles_wall_s"])
    return paragraph(
        f"{result['films']} clips into {len(result['languages'])} languages take {result['wall_ratio']:.2f} of the "
        f"time of {n_single} single runs; a second language costs {result['second_over_first_median']:.2f} of a "
        "first with its analysis (`benchmarks/batch.json`).",
        origin(result),
    )


HOURS, LANGUAGES = 10_000, 5


def library_text() -> str:
    """What a library costs by the speeds that ship."""
    from benchmarks.batch import durations
    from dubbing.batch.estimate import shipped_speeds
    from dubbing.batch.tasks import Kind

    hours = {kind: seconds / 3600 for kind, seconds in durations(3600).items()}
    core_hours = HOURS * (hours[Kind.ANALYSIS] + LANGUAGES * hours[Kind.DUB])
    days = {n: core_hours / 2 / 24 / n for n in (16, 64, 256)}
    machines = ", ".join(f"{days[n]:.0f} days on {n}" for n in days)
    return paragraph(
        f"What a library costs at least, by the speeds in `dubbing/batch/speeds.yaml`, measured on {shipped_speeds()['date']} on "
        f"two cores without a GPU: an hour full of speech takes {hours[Kind.ANALYSIS]:.2f} hours of one core for its "
        f"analysis and {hours[Kind.DUB]:.2f} for each language. {HOURS:,} hours into {LANGUAGES} languages are "
        f"{core_hours:,.0f} hours of a core: {machines} machines of two cores. Films in which less is said cost less; "
        "cloned voices cost more."
    )
