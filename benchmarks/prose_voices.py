"""README's parts on voices: cloning, who speaks, moods, separation, the watermark."""

from __future__ import annotations

from statistics import fmean

from benchmarks.wording import (
    Result,
    best,
    blocks,
    number,
    origin,
    paragraph,
    percent,
    table,
)

VOICE_ROWS = (
    ("GE2E cosine to the person", "cosine", True, 2),
    ("pitch, distance in semitones", "pitch_st", False, 1),
    ("first three formants, distance in %", "formants", False, 0),
    ("DNSMOS", "dnsmos", True, 2),
)


def voices_block(result: Result) -> str:
    """Clones beside stock voices."""
    of = result["summary"]
    ways = ("stock", "mean voice", "clone")
    rows = []
    for words, key, most, digits in VOICE_ROWS:
        values = [of[way][key] for way in ways]
        rows.append([words, *best(values, [number(v, digits) for v in values], most=most)])
    rates = [of[way]["error_rate"] for way in ways]
    rows.append(["character error rate", *best(rates, [percent(v, 1) for v in rates], most=False)])
    worst = max(
        result["speakers"], key=lambda name: result["speakers"][name]["clone"]["error_rate"]
    )
    misheard = result["speakers"][worst]["clone"]["error_rate"]
    return blocks(
        paragraph(
            f"{of['speakers']} people of EmoDB, RAVDESS, GRID and real clips, each adapted to with half of their "
            "recordings and evaluated on the other half, with five held-out Chinese sentences."
        ),
        table(["", "stock voice that is cast", "mean of all stock voices", "cloned"], rows),
        paragraph(
            _nearer(result),
            "GE2E is also the objective of the adaptation; pitch and formants are not, and no independent speaker model was "
            f"available. The worst character error rate is {percent(misheard)} ({worst}).",
            f"Adaptation took {learning_time_text(result)} per voice.",
            origin(result),
        ),
    )


def learning_time_text(result: Result) -> str:
    """How long a voice takes to learn."""
    seconds = [rows["clone"]["seconds"] for rows in result["speakers"].values()]
    return f"{min(seconds):.0f} to {max(seconds):.0f} s (mean {fmean(seconds):.0f})"


def _nearer(result: Result) -> str:
    of = result["summary"]
    n = of["speakers"]
    every = "nearer_than_every_stock_voice"
    than_every = f", than every stock voice for {of[every]}" if every in of else ""
    return (
        f"By GE2E the clone is nearer to the person than the stock voice that is cast for {of['nearer_than_cast']} of "
        f"{n}, than the mean of all for {of['nearer_than_mean']}{than_every}."
    )


def likeness_text(result: Result) -> str:
    """The same in half a sentence."""
    of = result["summary"]
    return (
        f"for {of['nearer_than_cast']} of {of['speakers']} people (GE2E cosine {of['clone']['cosine']:.2f} instead of "
        f"{of['stock']['cosine']:.2f})"
    )


def diarization_block(result: Result) -> str:
    """Error rates of who speaks when."""
    ways = {
        "fixed windows": "windows of fixed length, average linkage with its best threshold",
        "ours": "ours",
        "fixed windows, count told": "the same windows, number of people given",
        "ours, count told": "ours, number of people given",
    }
    rows = [
        [
            words,
            percent(result[way]["error_rate"], 1),
            percent(result[way]["confused"], 1),
            number(None) if "told" in way else result[way]["count_right"],
        ]
        for way, words in ways.items()
    ]
    clips = [
        f"{name} {percent(of['ours']['error_rate'])} (one voice for everybody: "
        f"{percent(of['one voice']['error_rate'])})"
        for name, of in result.get("clips", {}).items()
    ]
    real = f"By voice alone, on real films, labelled by hand: {', '.join(clips)}." if clips else ""
    return blocks(
        paragraph(
            f"{result['minutes']:.0f} minutes of conversations composed of acted recordings of held-out people, with "
            "overlaps, noise and music; diarization error rate with a collar of 0.25 s, overlaps counted."
        ),
        table(["", "error rate", "confused", "number of people right"], rows),
        paragraph(real, origin(result)),
    )


def separation_block(result: Result) -> str:
    """What is left of speech and bed."""
    rows = [
        [
            name,
            f"{of['speech_db']:.1f} dB",
            f"{of['bed_db']:.1f} dB",
            f"**{of['sdr_db']:.1f} dB**",
            f"{of['sdr_ducked_db']:.1f} dB",
        ]
        for name, of in result.items()
        if name != "made"
    ]
    return blocks(
        paragraph(
            "What remains when the dialogue is taken "
            "out of mixes whose parts are known, where somebody speaks."
        ),
        table(["bed", "speech left", "bed's level", "SDR of the bed", "ducked by 26 dB"], rows),
        origin(result),
    )


MOODS = ("angry", "happy", "sad", "calm")
MOOD_MEASURES = {"pitch_st": "st", "range_st": "st", "level_db": "dB", "pace": "%"}


def moods_block(result: Result) -> str:
    """How far moods are from neutral."""
    voices = list(result["voices"].values())
    rows = []
    for mood in MOODS:
        cells = []
        for measure, unit in MOOD_MEASURES.items():
            away = fmean(row[mood]["away"][measure] for row in voices)
            clear = sum(row[mood]["told"][measure] >= 1.5 for row in voices)
            cells.append(f"{number(away, 0 if unit == '%' else 1, sign=True)} {unit} ({clear})")
        misheard = fmean(row[mood]["error_rate"] for row in voices)
        quality = fmean(row[mood]["dnsmos"] for row in voices)
        rows.append([mood, *cells, percent(misheard, 1), number(quality)])
    neutral = [fmean(row["neutral"][key] for row in voices) for key in ("error_rate", "dnsmos")]
    rows.insert(0, ["neutral", *[number(None)] * 4, percent(neutral[0], 1), number(neutral[1])])
    of = result["summary"]
    return blocks(
        paragraph(
            "Spoken emotions (`benchmarks/moods.json`): one sentence in Chinese, English, Spanish and French, "
            f"{len(voices)} stock voices, each emotion at 0.8 against neutral, as means; in brackets for how many voices "
            "it is more than 1.5 times the spread of five other neutral sentences of the same voice."
        ),
        table(
            [
                "",
                "pitch",
                "its range",
                "level of the take",
                "rate",
                "character error rate",
                "DNSMOS",
            ],
            rows,
        ),
        paragraph(
            f"{percent(of['right_direction'])} go in the direction that listeners agree on, {percent(of['told'])} by "
            "more than that spread. The level is that of the take, which may not clip.",
            origin(result),
        ),
    )


def carry_over_block(result: Result) -> str:
    """Correlation of arousal between source and dub."""
    rows = [
        [
            words,
            *(f"**{result[f'{to} source'][key]:.2f}**" for to in ("zh", "es")),
            ", ".join(f"{result[f'{to} none'][key]:.2f}" for to in ("zh", "es")),
        ]
        for words, key in (
            ("plain index: pitch, level and brightness within a speaker", "r_index"),
            ("the shipped model, which also uses timbre", "r_model"),
        )
    ]
    return blocks(
        paragraph(
            f"Carried over (`benchmarks/carry_over.json`): {result['zh source']['utterances']} of 48 "
            "utterances of RAVDESS (six actors, eight emotions), dubbed as one film. Correlation of arousal, line by "
            "line, source against finished mix (the mix keeps the level in any case)."
        ),
        table(["", "to Chinese", "to Spanish", "the same without carrying over"], rows),
        origin(result),
    )


def watermark_block(result: Result) -> str:
    """How surely the mark is found in finished dubs, what it costs, what takes it out."""
    ours, chosen, natural = result["held_out"], result["chosen_on"], result["natural"]
    n = len(ours["films"])
    lengths = [film["seconds"] for film in ours["films"].values()]
    cost = ours["cost"]
    return blocks(
        paragraph(
            f"In the finished dubs of {n} real clips, each "
            f"{min(lengths):.0f} to {max(lengths):.0f} s long or cut to that, it is detected in {_often(ours['found'], n)}. (In the "
            f"{len(chosen['films'])} clips by which its strength was chosen: {_often(chosen['found'], len(chosen['films']))}.) "
            f"Of {ours['takes'] + chosen['takes']} takes alone, it is detected in "
            f"{percent(_of_both(result, 'takes', 'takes_found'))}."
        ),
        paragraph(
            f"False alarms: {natural['found']} in {natural['files']:,} recordings of natural speech "
            f"({natural['hours']} hours), "
            f"{result['unmarked']['found']} in {result['unmarked']['sounds']} originals, unmarked mixes, beds and "
            "voices of these clips. A false alarm has a chance below one in a million per track, whatever the sound is "
            "(Hoeffding's inequality); the scores of natural speech, which should spread by 1, spread by "
            f"{natural['score_spread']}."
        ),
        paragraph(
            f"It costs {_lost(cost, 'mix')} of DNSMOS in the mix and {_lost(cost, 'voice')} in the voices alone (where "
            f"its strength was chosen {_lost(chosen['cost'], 'mix')} and {_lost(chosen['cost'], 'voice')}), "
            f"{100 * cost['marking_rt']:.1f} % of the film's time on one core to embed and "
            f"{100 * cost['finding_nothing_rt']:.1f} % to detect."
        ),
        paragraph(
            "It can be removed on purpose. Attempts, with the share of all these dubs in which it is still detected: "
            f"{_survived(result)}.",
            origin(result),
        ),
    )


def _often(found: Result, n: int) -> str:
    """``all 6 after A, B; 5 of 6 after C``."""
    by_share: dict[float, list[str]] = {}
    for name, share in found.items():
        by_share.setdefault(share, []).append(name)
    counts = {
        share: f"all {n}" if share == 1 else f"{round(share * n)} of {n}" for share in by_share
    }
    return "; ".join(
        f"{counts[share]} ({', '.join(by_share[share])})"
        for share in sorted(by_share, reverse=True)
    )


def _of_both(result: Result, count: str, share: str) -> float:
    groups = [group for group in (result["held_out"], result["chosen_on"]) if group[count]]
    return sum(group[count] * group[share] for group in groups) / sum(
        group[count] for group in groups
    )


def _survived(result: Result) -> str:
    groups = [result["held_out"], result["chosen_on"]]
    sizes = [len(group["films"]) for group in groups]
    shares = {
        name: sum(g["attempts"][name] * n for g, n in zip(groups, sizes, strict=True)) / sum(sizes)
        for name in groups[0]["attempts"]
    }
    return ", ".join(f"{name} {percent(share)}" for name, share in shares.items())


def _lost(cost: Result, what: str) -> str:
    return f"{cost[f'{what}_plain'] - cost[f'{what}_marked']:.2f}"


def readings_text(result: Result) -> str:
    """Right readings of characters that have several."""
    chinese, japanese = result["zh"], result["ja"]
    return paragraph(
        f"Chinese: {percent(chinese['fresh'])} of the sentences that were written after the rules and from which nothing "
        f"was mended; {percent(chinese['unseen'])} of the older ones, which were read while the rules were made. Japanese: "
        f"{percent(japanese['unseen'])} of the sentences that no table was mended by, {percent(japanese['seen'])} of the "
        "others.",
        origin(result),
    )


def emotion_text(result: Result) -> str:
    """Recall on a corpus that nothing was trained on."""
    confusion = result["confusion"]["sad"]
    return paragraph(
        f"Recognition from the voice, on RAVDESS (English, other actors, never trained on; {result['utterances']} utterances of "
        f"{result['speakers']} people, `benchmarks/emotion.json`): an unweighted recall of "
        f"{result['recall']:.2f} over neutral, happy, sad and angry (chance 0.25) and an AUC for high against low arousal "
        f"of {result['arousal_auc']:.2f}. Of acted sadness it recognises {confusion['sad']} of "
        f"{sum(confusion.values())}.",
        origin(result),
    )
