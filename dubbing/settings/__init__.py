"""What can be set, one strict model a stage, collected in a :class:`Profile`.

A profile is plain YAML in ``configs/``; unknown keys are refused. The order is profile file, then
flags; it is merged once, in ``dubbing.cli``, and each stage is handed only its own model.
"""

from dubbing.settings.analysis import (
    EmotionSettings,
    FacesSettings,
    IngestSettings,
    SeparateSettings,
    SongsSettings,
    SpeakersSettings,
    TranscribeSettings,
    TurnsSettings,
)
from dubbing.settings.files import (
    Kind,
    Recipe,
    first_fault,
    list_shipped,
    load_recipe,
    parse,
    shipped,
)
from dubbing.settings.making import (
    DeliverySettings,
    EmotionOverride,
    MixSettings,
    MoodSource,
    MuxSettings,
    Pronunciation,
    ReportSettings,
    SynthesizeSettings,
    TimingSettings,
)
from dubbing.settings.profile import Profile, load_profile
from dubbing.settings.strict import (
    AS_HEARD,
    AUTO,
    MEANT_FOR_ONE_ENGINE,
    NO_OPTIONS,
    EngineOptions,
    SpeechEngine,
    Strict,
    TakesModel,
)
from dubbing.settings.writing import (
    NO_CONSENTS_HERE,
    ChoiceWeights,
    Term,
    TranslateSettings,
    VoicesSettings,
)

__all__ = [
    "AS_HEARD",
    "AUTO",
    "MEANT_FOR_ONE_ENGINE",
    "NO_CONSENTS_HERE",
    "NO_OPTIONS",
    "ChoiceWeights",
    "DeliverySettings",
    "EmotionOverride",
    "EmotionSettings",
    "EngineOptions",
    "FacesSettings",
    "IngestSettings",
    "Kind",
    "MixSettings",
    "MoodSource",
    "MuxSettings",
    "Profile",
    "Pronunciation",
    "Recipe",
    "ReportSettings",
    "SeparateSettings",
    "SongsSettings",
    "SpeakersSettings",
    "SpeechEngine",
    "Strict",
    "SynthesizeSettings",
    "TakesModel",
    "Term",
    "TimingSettings",
    "TranscribeSettings",
    "TranslateSettings",
    "TurnsSettings",
    "VoicesSettings",
    "first_fault",
    "list_shipped",
    "load_profile",
    "load_recipe",
    "parse",
    "shipped",
]
