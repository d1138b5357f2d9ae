"""The document that flows through everything.

Stages meet only here. Every value is frozen, every time is an integer number of milliseconds on
the source's clock (0 = the start of the container), and ``None`` means "not made yet": a stage fills
its own field and touches no other, so the difference of two saved documents shows what it did.
Sound and other arrays never enter; they are :class:`Artifact` references into the workspace.
"""

from dubbing.timeline.base import FRAME_MS, Artifact, NotInDocument, OutputFile, Span
from dubbing.timeline.document import Step, Timeline
from dubbing.timeline.film import Face, FaceReading, Media, VoiceChannel
from dubbing.timeline.hearing import Emotion, Hearing, Mouth, Sense, Word
from dubbing.timeline.line import Decision, Line, line_id
from dubbing.timeline.people import ConsentRecord, Speaker, SpeakerSex, Voice, VoiceProfile
from dubbing.timeline.sound import LineMix, Mix, SpeakerMix
from dubbing.timeline.speech import DurationPlan, Take
from dubbing.timeline.translation import Candidate, Translation

__all__ = [
    "FRAME_MS",
    "Artifact",
    "Candidate",
    "ConsentRecord",
    "Decision",
    "DurationPlan",
    "Emotion",
    "Face",
    "FaceReading",
    "Hearing",
    "Line",
    "LineMix",
    "Media",
    "Mix",
    "Mouth",
    "NotInDocument",
    "OutputFile",
    "Sense",
    "Span",
    "Speaker",
    "SpeakerMix",
    "SpeakerSex",
    "Step",
    "Take",
    "Timeline",
    "Translation",
    "Voice",
    "VoiceChannel",
    "VoiceProfile",
    "Word",
    "line_id",
]
