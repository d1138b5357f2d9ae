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
    rows.append(["characters misheard", *best(rates, [percent(v, 1) for v in rates], most=False)])
    worst = max(
        result["speakers"], key=lambda name: result["speakers"][name]["clone"]["error_rate"]
    )
    misheard = result["speakers"][worst]["clone"]["error_rate"]
    return blocks(
        paragraph(
            f"Voices ([voices.json](benchmarks/voices.json)): {of['speakers']} people of EmoDB, RAVDESS, GRID and real "
            "clips, each learnt from half of their recordings and judged on the other half; five Chinese sentences "
            "that nothing was learnt from."
        ),
        table(["", "stock voice that is cast", "mean of all stock voices", "cloned"], rows),
        paragraph(
            _nearer(result),
            "GE2E is also what is descended on; pitch and formants are not, and no independent speaker model was "
            f"available. One person's clone ({worst}) is misheard in {percent(misheard)} of characters.",
            f"A voice took {learning_time_text(result)} to learn.",
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
        "fixed windows": "windows of fixed length, average linkage, its best threshold",
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
    real = f"By voice alone, on real films labelled by eye: {', '.join(clips)}." if clips else ""
    return blocks(
        paragraph(
            f"Who speaks when ([diarization.json](benchmarks/diarization.json)): {result['minutes']:.0f} minutes of "
            "conversations made of acted recordings of people from whom nothing was learnt, with overlaps, noise and "
            "music; diarization error rate with a collar of 0.25 s, overlaps counted."
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
            "Music and effects ([separation.json](benchmarks/separation.json)): what is left when the dialogue is taken "
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
            "Moods ([moods.json](benchmarks/moods.json)): one sentence in Chinese, English, Spanish and French, "
            f"{len(voices)} stock voices, each mood at 0.8 against neutral, as means; in brackets for how many voices "
            "it is more than 1.5 times the spread of five other neutral sentences of the same voice."
        ),
        table(["", "pitch", "its range", "level of the take", "pace", "misheard", "DNSMOS"], rows),
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
            f"Carried over ([carry_over.json](benchmarks/carry_over.json)): {result['zh source']['utterances']} of 48 "
            "utterances of RAVDESS (six actors, eight moods), dubbed as one film. Correlation of arousal, line by "
            "line, source against finished mix (the mix keeps the level in any case)."
        ),
        table(["", "to Chinese", "to Spanish", "the same without carrying over"], rows),
        origin(result),
    )


def watermark_block(result: Result) -> str:
    """How surely the mark is found, and what it costs."""
    found, cost = result["found"], result["cost"]
    always = [name for name, share in found.items() if share == 1]
    others = [f"{name} {percent(share)}" for name, share in found.items() if share < 1]
    return paragraph(
        f"Watermark ([watermark.json](benchmarks/watermark.json)): of {result['lines']} marked lines in Chinese and "
        f"Spanish the mark is found in all after: {', '.join(always)}; under {', '.join(others)}. In "
        f"{result['natural_files']:,} natural recordings it is found {result['false_alarms']} times (by the same "
        f"recordings the threshold was set). It costs {cost['mos_plain'] - cost['mos_marked']:.2f} of DNSMOS and "
        f"{100 * (cost['cer_marked'] - cost['cer_plain']):.1f} points of characters misheard.",
        origin(result),
    )


def emotion_text(result: Result) -> str:
    """Recall on a corpus that nothing was trained on."""
    confusion = result["confusion"]["sad"]
    return paragraph(
        f"On RAVDESS (English, other actors, never trained on; {result['utterances']} utterances of "
        f"{result['speakers']} people, [emotion.json](benchmarks/emotion.json)) it has an unweighted recall of "
        f"{result['recall']:.2f} over neutral, happy, sad and angry (chance 0.25) and ranks tense before slack speech "
        f"with an AUC of {result['arousal_auc']:.2f}. Of acted sadness it finds {confusion['sad']} of "
        f"{sum(confusion.values())}.",
        origin(result),
    )
