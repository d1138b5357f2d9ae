"""Give each speaker one voice for all their lines.

Somebody who allowed it speaks with their own voice, learnt from their purest lines; everybody else with
the stock voice that is nearest to theirs. A voice that was chosen by hand is taken as it is told. An
engine that imitates is given a sample: of the speaker, if they allowed it, or of the stock voice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np

from dubbing.engines.speech import LearnsVoices, Learnt, Likeness, SpeaksWhole, Speech
from dubbing.engines.speech import StockVoice as Known
from dubbing.errors import ConsentRefused, UnknownLanguage, UnknownSpeaker, UsageError
from dubbing.memo_keys import memo_key
from dubbing.models.catalogue import weights_id
from dubbing.pipeline import Run, stage
from dubbing.registry import identity
from dubbing.settings import VoicesSettings
from dubbing.stages.voice_samples import SampleMaker
from dubbing.timeline import Artifact, Speaker, Timeline, Voice, VoiceProfile
from dubbing.voice.casting import PACER, Choice, Person, StockVoice, cast, pacing_voice
from dubbing.voice.consent import ALL, Consent, for_speaker, to_plain
from dubbing.voice.library import enrolled_voice, find_voice
from dubbing.voice.sex import sex_of_vector
from dubbing.voice.signing import own_mark
from dubbing.voice.standing import backed, require, require_backing

LEAST_SECONDS = 3.0
"""Of less speech nobody's voice is learnt."""
LEARNT_WITH = ("ge2e",)
"""What judges, beside the engine, how like a learnt voice is."""


def check_cast(timeline: Timeline, run: Run, _: VoicesSettings) -> None:
    """Refuse a cast in which somebody is cloned without a consent that counts for this film.

    Raises:
        ConsentRefused: naming person and reason.
    """
    for speaker in timeline.speakers:
        voice = speaker.voice
        if voice is None or voice.own is None:
            continue
        require_backing(voice)
        given = list(run.project.consents)
        chosen = run.project.cast.get(speaker.id, "")
        if find_voice(chosen) is not None:
            given.append(enrolled_voice(chosen).consent)
        if voice.record not in [to_plain(consent) for consent in given]:
            raise ConsentRefused(
                f"The consent of {voice.person!r} (record {voice.consent}) was not given for this.",
                hint="Record one with --consent, or run with --from-stage voices.",
            )


@stage(
    reads=(
        "media",
        "dialogue",
        "voice_channels",
        "source_language",
        "target_language",
        "speakers",
        "lines.id",
        "lines.span",
        "lines.text",
    ),
    writes=("speakers.voice",),
    version=10,
    engine_roles=("speech",),
    engines_of=(("asr", "transcribe"),),
    fixed_engines=(("speech", PACER),),
    weights=(*LEARNT_WITH, "swift-f0", "voice-sex"),
    project=("cast", "cast_files", "consents"),
    check=check_cast,
)
def voices(timeline: Timeline, run: Run, settings: VoicesSettings) -> Timeline:
    """Fill ``voice`` of every speaker.

    Raises:
        UnknownLanguage: if the engine has no voice for the target language.
        UsageError: if a voice was chosen that there is not, or for somebody who does not speak.
        ConsentRefused: if somebody is to be cloned by a consent that does not count.
    """
    _check_known(timeline, run)
    speech: Speech = run.engines.get("speech", settings.engine, settings.engine_options)
    known = speech.voices(timeline.target_language)
    stock = _stock(_accented(known, settings.accent), timeline.target_language, settings)
    people = [Person.of(speaker) for speaker in timeline.speakers]
    picks = cast(people, stock, distinct=settings.distinct)
    every = _stock(known, timeline.target_language, settings)
    casting = _Casting(timeline, run, settings, speech, every)
    speakers = []
    for number, (speaker, pick) in enumerate(zip(timeline.speakers, picks, strict=True)):
        voice = casting.voice(speaker, pick)
        if isinstance(speech, SpeaksWhole):
            voice = replace(voice, pacer=pacing_voice(voice, timeline.target_language))
        elif settings.accent is not None:
            voice = replace(voice, accent=settings.accent)
        speakers.append(replace(speaker, voice=voice))
        run.progress(number + 1, len(picks), speaker.name, "voices")
    _note_flags(speakers, run)
    timeline = replace(timeline, speakers=tuple(speakers))
    check_cast(timeline, run, settings)
    return timeline


def _note_flags(speakers: Sequence[Speaker], run: Run) -> None:
    """Say what somebody should check of the cast."""
    for speaker in speakers:
        for flag in speaker.voice.flags if speaker.voice else ():
            run.note(
                f"{speaker.name}: {flag} (--voice {speaker.id}=NAME; dub voices list --stock)."
            )


def _check_known(timeline: Timeline, run: Run) -> None:
    known = [speaker.id for speaker in timeline.speakers]
    named = [*run.project.cast, *(c.speaker for c in run.project.consents if c.speaker != ALL)]
    for name in named:
        if name not in known:
            raise UnknownSpeaker.among(known, name)


def _accented(known: Sequence[Known], accent: str | None) -> Sequence[Known]:
    """Those of an accent; all if it is not asked for, or the engine has none of it."""
    return [v for v in known if accent in (None, getattr(v, "accent", ""))] or known


def _stock(known: Sequence[Known], language: str, settings: VoicesSettings) -> list[StockVoice]:
    stock = [
        StockVoice(v.name, v.embedding, v.f0_hz, v.is_female, getattr(v, "is_child", False))
        for v in known
    ]
    if not stock:
        raise UnknownLanguage(f"The engine '{settings.engine}' has no voice for {language}.")
    return stock


class _Casting:
    """Chooses and, if necessary, learns the voice of a speaker."""

    def __init__(
        self,
        timeline: Timeline,
        run: Run,
        settings: VoicesSettings,
        speech: Speech,
        stock: list[StockVoice],
    ) -> None:
        self.language, self.run, self.settings = timeline.target_language, run, settings
        self.speech, self.stock = speech, stock
        assert timeline.media is not None
        self.film = timeline.media.fingerprint
        self.imitates = isinstance(speech, SpeaksWhole) and speech.imitates
        self.samples = SampleMaker(timeline, run, settings.engine)

    def voice(self, speaker: Speaker, pick: Choice) -> Voice:
        """The voice, in this order: chosen by hand, their own, the nearest."""
        chosen = self.run.project.cast.get(speaker.id)
        if chosen is not None:
            return self._chosen(speaker, chosen)
        consent = self._consent(speaker)
        if consent is None:
            return self._stock_voice(pick, "nobody recorded a consent to clone (--consent)")
        if self.imitates:
            return self.samples.own(speaker, pick, consent) or self._stock_voice(
                pick, "no line of 3 to 10 s to imitate them from"
            )
        if not isinstance(self.speech, LearnsVoices):
            return self._stock_voice(pick, f"{self.settings.engine} cannot learn voices")
        if speaker.profile is None or speaker.profile.seconds < LEAST_SECONDS:
            return self._stock_voice(pick, "too little clean speech to learn their own voice")
        return self._own(speaker.profile, pick.name, consent)

    def _consent(self, speaker: Speaker) -> Consent | None:
        """The consent of this speaker, else that for everybody.

        Raises:
            ConsentRefused: if it does not count, or not for this film.
        """
        consent = for_speaker(self.run.project.consents, speaker.id)
        if consent is not None:
            require(consent, self.film)
        return consent

    def _chosen(self, speaker: Speaker, name: str) -> Voice:
        """A stock voice of the engine, or an enrolled person's."""
        for voice in self.stock:
            if voice.name == name:
                likeness = float(np.dot(speaker.embedding, voice.embedding))
                return self._as_taken(name, round(likeness, 4), "chosen by hand")
        if not self.imitates and not isinstance(self.speech, LearnsVoices):
            raise UsageError(f"The engine '{self.settings.engine}' has no voice '{name}'.")
        enrolled = enrolled_voice(name)
        known = enrolled.profile
        person = Person(known.embedding, known.f0_hz, sex_of_vector(known.embedding))
        near = cast([person], self.stock, distinct=False)[0]
        if self.imitates:
            return self.samples.enrolled(enrolled, near)
        return self._own(known, near.name, enrolled.consent)

    def _stock_voice(self, pick: Choice, why: str) -> Voice:
        voice = self._as_taken(pick.name, pick.similarity, f"{pick.reason}; {why}")
        return replace(voice, flags=pick.flags)

    def _as_taken(self, name: str, similarity: float, reason: str) -> Voice:
        """A stock voice; for an engine that imitates, with a sample of it."""
        voice = Voice(self.settings.engine, name, similarity, reason)
        return self.samples.stock(voice) if self.imitates else voice

    def _own(self, profile: VoiceProfile, stock: str, consent: Consent) -> Voice:
        """A voice that is learnt once for a profile and a language."""
        engine = identity("speech", self.settings.engine, self.settings.engine_options)
        makers, mark = [engine, *map(weights_id, LEARNT_WITH)], own_mark("own voice")
        key = memo_key("own voice", 2, makers, stock, self.language, *_as_heard(profile), mark)
        known = self.run.recall(key)
        if known is None or not self.run.workspace.holds(Artifact(**known["clone"])):
            learnt = self._learn(profile, stock, consent.person)
            known = {"clone": self._kept(learnt), "cosine": learnt.cosine}
            self.run.remember(key, known)
        reason = (
            f"their own voice, learnt from {profile.seconds:.0f} s on top of {stock}: "
            f"cosine {known['cosine']:.2f}"
        )
        clone = Artifact(**known["clone"])
        voice = Voice(self.settings.engine, stock, known["cosine"], reason, clone)
        return backed(voice, consent)

    def _learn(self, profile: VoiceProfile, stock: str, person: str) -> Learnt:
        assert isinstance(self.speech, LearnsVoices)
        like = Likeness(
            np.array(profile.embedding, dtype=np.float32), profile.f0_hz, profile.f0_range_st
        )

        def tell(share: float) -> None:
            self.run.progress(share, 1.0, f"learning the voice of {person}")

        return self.speech.learn(stock, self.language, like, tell)

    def _kept(self, learnt: Learnt) -> dict[str, object]:
        from safetensors.numpy import save_file

        with self.run.workspace.new_file(".safetensors") as path:
            save_file(learnt.tensors, Path(path))
            kept = self.run.workspace.adopt(path)
        return asdict(kept)


def _as_heard(profile: VoiceProfile) -> tuple[object, ...]:
    """What a voice is learnt from."""
    return profile.embedding, profile.f0_hz, profile.f0_range_st
