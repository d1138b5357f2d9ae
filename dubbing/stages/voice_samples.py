"""The samples of the voices stage: whom an engine imitates. Not a stage itself."""

from __future__ import annotations

from dataclasses import asdict, replace
from functools import partial
from typing import Any

from dubbing.arrays import Audio
from dubbing.engines.asr import Recognizer
from dubbing.engines.speech import Speech
from dubbing.errors import UsageError
from dubbing.language.languages import language
from dubbing.language.spoken_form import spoken_form
from dubbing.media.sound_file import keep_sound
from dubbing.memo_keys import memo_key
from dubbing.pipeline import Run
from dubbing.registry import identity
from dubbing.soundtrack.dialogue import voice_in
from dubbing.timeline import Artifact, Line, Speaker, Timeline, Voice
from dubbing.voice.casting import PACER, Choice
from dubbing.voice.consent import Consent
from dubbing.voice.profile_file import EnrolledVoice
from dubbing.voice.samples import LONGEST_MS, Said, own_sample, stock_sample
from dubbing.voice.signing import own_mark
from dubbing.voice.standing import backed


class SampleMaker:
    """Makes the samples that an engine imitates."""

    def __init__(self, timeline: Timeline, run: Run, engine: str) -> None:
        """Remember the film; nothing is made yet."""
        self.timeline, self.run, self.engine = timeline, run, engine

    def stock(self, voice: Voice) -> Voice:
        """The same voice with a sample of the stock voice, in the target language."""
        code = self.timeline.target_language
        made_by, mark = [identity("speech", PACER)], own_mark("stock sample")
        key = memo_key("stock sample", 2, made_by, voice.name, code, mark)
        known = self.run.recall(key)
        if known is None or not self.run.workspace.holds(Artifact(**known["sample"])):
            pacer: Any = self.run.engines.get("speech", PACER)
            audio, text = stock_sample(pacer, partial(_phonemes, pacer, code), voice.name, code)
            known = {"sample": asdict(self._kept(audio)), "text": text}
            self.run.remember(key, known)
        return replace(
            voice,
            sample=Artifact(**known["sample"]),
            sample_text=known["text"],
            sample_language=code,
        )

    def own(self, speaker: Speaker, near: Choice, consent: Consent) -> Voice | None:
        """A speaker's own voice out of the lines that show it best; ``None`` if none is fit."""
        lines = [line for line in self.timeline.lines if line.id in speaker.reference_lines]
        found = own_sample(
            [Said(line.span.duration_ms, line.text, partial(self._sound, line)) for line in lines]
        )
        if found is None:
            return None
        audio, text = found
        voice = Voice(
            self.engine,
            near.name,
            near.similarity,
            f"their own voice, imitated from {audio.duration_ms / 1000:.0f} s of it",
            sample=self._kept(audio),
            sample_text=text,
            sample_language=self.timeline.source_language,
        )
        return backed(voice, consent)

    def enrolled(self, enrolled: EnrolledVoice, near: Choice) -> Voice:
        """The voice of an enrolled person, whose words a recogniser writes down.

        Raises:
            UsageError: if nothing is understood in their reference speech.
        """
        audio = enrolled.reference.between(0, LONGEST_MS)
        recognizer: Recognizer = self.run.engines.get("asr", self.run.profile.transcribe.engine)
        window = [(0, audio.duration_ms)]
        tongue, _ = recognizer.detect_language(audio)
        segments = recognizer.recognize(audio, window, tongue)[0]
        text = " ".join(segment.text.strip() for segment in segments)
        if not text:
            raise UsageError(f"Nothing is understood in the voice '{enrolled.name}'.")
        voice = Voice(
            self.engine,
            near.name,
            near.similarity,
            f"{enrolled.consent.person}'s enrolled voice, imitated",
            sample=self._kept(audio),
            sample_text=text,
            sample_language=language(tongue).code,
        )
        return backed(voice, enrolled.consent)

    def _sound(self, line: Line) -> Audio:
        """Without the music, at the full rate: these engines were trained on more than 16 kHz."""
        return voice_in(self.timeline, self.run.workspace, line.span)

    def _kept(self, audio: Audio) -> Artifact:
        return keep_sound(self.run.workspace, audio, subtype="PCM_16")


def _phonemes(pacer: Speech, code: str, text: str) -> str:
    return pacer.phonemes(spoken_form(text, code), code)
