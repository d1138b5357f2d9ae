"""A key names everything that made the result: raise any engine's version, change any weight, and see."""

import ast
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from dubbing.memo_keys import memo_key
from dubbing.models import catalogue as catalogue_module
from dubbing.models.catalogue import DATA, catalogue, weights_id
from dubbing.pipeline import Stage, engines_used, load_stages, made_by
from dubbing.registry import ROLES, engine_class, identity
from dubbing.settings import EngineOptions, Profile, load_recipe
from dubbing.workspace import digest

ROOT = Path(__file__).parents[2]
STAGES = load_stages(load_recipe("dub"))
ASR = {"transcribe", "voices", "report"}
SPEECH = {"voices", "translate", "timing", "synthesize"}
PACER = {"voices", "translate", "timing"}
BY_ROLE = {
    "asr": ASR,
    "translation": {"translate"},
    "speech": SPEECH,
    "speakers": {"turns", "speakers"},
    "faces": {"faces"},
    "emotion": {"emotion"},
    "separation": {"separate"},
}
BY_WEIGHTS = {
    "whisper-base": ASR,
    "kokoro-82m-int8": SPEECH,
    "kokoro-82m-split": SPEECH,
    "kokoro-voices": SPEECH,
    "mood-timbre": SPEECH,
    "gemma-3-270m-gguf": {"translate"},
    "gemma-3-270m": {"translate"},
    "gemma-3-270m-en-zh": {"translate"},
    "qwen-1.5b-gguf": set(),  # of an engine that no profile chooses by itself
    "qwen-1.5b": set(),
    "ge2e": {"turns", "speakers", "emotion", "voices"},
    "voice-space": {"turns"},
    "aligner": {"faces", "timing"},
    "perth-checkpoint": set(),  # found in other programs' speech, never put in
    "perth": set(),
    "deepfilternet3": {"separate"},
    "emotion-voice": {"emotion"},
    "expression": {"emotion"},
    "swift-f0": {"speakers", "voices"},
    "voice-sex": {"speakers", "voices"},
    "face-sex": {"faces"},
    "face-age": {"faces"},
}
"""Which stages' results each of them is in. A new entry of the catalogue has its place here."""


def keys(profile: Profile) -> dict[str, str]:
    """What each stage's key holds of engines, weights and settings."""
    return {item.name: digest(made_by(item, profile)) for item in STAGES}


def changed(before: dict[str, str], after: dict[str, str]) -> set[str]:
    return {name for name in before if before[name] != after[name]}


@pytest.fixture(autouse=True)
def fresh_ids() -> Iterator[None]:
    weights_id.cache_clear()
    yield
    weights_id.cache_clear()


def parts_of_catalogue() -> Iterator[tuple[str, str]]:
    """Every file of every entry, and what entries are derived with."""
    for name, entry in catalogue().items():
        for file in [*(f.name for f in entry.files), *entry.shipped]:
            yield name, file
        if entry.derived_from:
            yield name, "maker"
        if entry.changed_by:
            yield name, entry.changed_by


def change(monkeypatch: pytest.MonkeyPatch, name: str, part: str) -> None:
    entry = catalogue()[name]
    files = tuple(
        file.model_copy(update={"sha256": "0" * 64}) if file.name == part else file
        for file in entry.files
    )
    version = entry.maker_version + (part == "maker")
    other = entry.model_copy(update={"files": files, "maker_version": version})
    monkeypatch.setitem(catalogue(), name, other)
    real = catalogue_module.file_sha256
    shipped = DATA / part
    monkeypatch.setattr(
        catalogue_module, "file_sha256", lambda path: "0" * 64 if path == shipped else real(path)
    )
    weights_id.cache_clear()


# -- stages --------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ROLES)
def test_another_version_of_an_engine_makes_its_stages_anew_and_no_others(
    role: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = keys(Profile())
    users = {
        name for item in STAGES for used, name, _ in engines_used(item, Profile()) if used == role
    }
    for name in users:
        with monkeypatch.context() as patch:
            patch.setattr(engine_class(role, name), "version", 99)
            assert changed(before, keys(Profile())) == BY_ROLE[role]


@pytest.mark.parametrize("part", ["Gemma", "Firefox"])
def test_so_does_another_version_of_an_engine_within_an_engine(
    part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = keys(Profile())
    (kind,) = (
        kind for kind in engine_class("translation", "embedded").parts if kind.__name__ == part
    )
    monkeypatch.setattr(kind, "version", 99)
    assert changed(before, keys(Profile())) == {"translate"}


def test_where_an_imitating_engine_speaks_kokoro_counts_for_what_it_times() -> None:
    speaks = {"engine": "xtts", "model": None}
    profile = Profile().with_values(dict.fromkeys(("voices", "timing", "synthesize"), speaks))
    for name, stages in (("xtts", SPEECH), ("kokoro", PACER)):
        before = keys(profile)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(engine_class("speech", name), "version", 99)
            assert changed(before, keys(profile)) == stages


@pytest.mark.parametrize(("name", "part"), parts_of_catalogue())
def test_other_weights_make_their_stages_anew_and_no_others(
    name: str, part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert name in BY_WEIGHTS, "say above which stages use it"
    before = keys(Profile())
    change(monkeypatch, name, part)
    assert changed(before, keys(Profile())) == BY_WEIGHTS[name]


def test_a_model_of_the_users_counts_by_its_content(tmp_path: Path) -> None:
    (tmp_path / "model.bin").write_bytes(b"one")
    options = EngineOptions(model=str(tmp_path))
    ids = [identity("translation", "ctranslate2", options)]
    (tmp_path / "model.bin").write_bytes(b"two")
    ids.append(identity("translation", "ctranslate2", options))
    ids.append(identity("translation", "ctranslate2", EngineOptions(model="a/hub-name")))
    assert len(set(ids)) == 3


def test_a_key_tells_purposes_versions_and_makers_apart() -> None:
    kokoro, xtts = identity("speech", "kokoro"), identity("speech", "xtts")
    made = {
        memo_key("take", 1, [kokoro], "a"),
        memo_key("take", 2, [kokoro], "a"),
        memo_key("sample", 1, [kokoro], "a"),
        memo_key("take", 1, [xtts], "a"),
        memo_key("take", 1, [kokoro, xtts], "a"),
        memo_key("take", 1, [kokoro], "a", "b"),
    }
    assert len(made) == 6
    assert memo_key("take", 1, [kokoro], "a") in made


# -- what the source says ------------------------------------------------------------------------


def modules() -> dict[str, ast.Module]:
    found = {}
    for path in (ROOT / "dubbing").rglob("*.py"):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        found[name] = ast.parse(path.read_text(encoding="utf-8"))
    return found


MODULES = modules()
STORES = {"dubbing.workspace", "dubbing.pipeline"}
NOT_FOR_WEIGHTS = {("dubbing.acoustics.alignment", "dubbing.models.speaker_encoder")}
"""Takes its spectrogram alone, which has no weights."""


class Uses(ast.NodeVisitor):
    """Imports at run time, words, and engines asked for in a module."""

    def __init__(self) -> None:
        self.imports: set[str] = set()
        self.words: set[str] = set()
        self.roles: set[str] = set()
        self.calls: set[str] = set()

    def visit_If(self, node: ast.If) -> None:
        if isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            return
        self.generic_visit(node)

    def visit_Import(self, node: ast.Import) -> None:
        self.imports |= {item.name for item in node.names}

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        self.imports |= {str(node.module), *(f"{node.module}.{item.name}" for item in node.names)}

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str):
            self.words.add(node.value)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        self.calls.add(node.attr)
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        """``engines.get("speech", …)`` and ``partial(engines.get, "speech", …)``."""
        words = [ast.unparse(part) for part in (node.func, *node.args)]
        for asks, role in pairwise(words):
            if asks.endswith("engines.get"):
                self.roles.add(ast.literal_eval(role))
        self.generic_visit(node)


def uses(name: str) -> Uses:
    seen = Uses()
    seen.visit(MODULES[name])
    return seen


USES = {name: uses(name) for name in MODULES}


def reached(name: str) -> set[str]:
    """Modules that are imported by a module, by those in turn, and so on."""
    seen, waiting = set(), [name]
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        waiting += [
            other
            for other in USES[name].imports
            if other in USES and (name, other) not in NOT_FOR_WEIGHTS
        ]
    return seen


def test_whoever_remembers_makes_keys_by_memo_key_alone() -> None:
    """The types forbid other keys; this forbids to get round the types."""
    for name, seen in USES.items():
        if name in STORES or not {"recall", "remember"} & seen.calls:
            continue
        assert "dubbing.workspace.digest" not in seen.imports, name
        assert {"memo_key", "part_key"} & {*seen.calls, *_names(MODULES[name])}, name
        assert "MemoKey(" not in ast.unparse(MODULES[name]), name


def _names(tree: ast.Module) -> set[str]:
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


@pytest.mark.parametrize("item", STAGES, ids=lambda item: item.name)
def test_a_stage_declares_the_roles_of_all_engines_it_asks(item: Stage) -> None:
    declared = {role for role, _, _ in engines_used(item, Profile())}
    home = f"dubbing.stages.{item.name}"
    for name in {n for n in USES[home].imports if n.startswith("dubbing.stages")} | {home}:
        if name in USES:
            assert declared >= USES[name].roles, name


def test_engines_are_found_where_they_are_asked_for() -> None:
    """Lest the test above sees nothing."""
    assert USES["dubbing.stages.voice_samples"].roles == {"asr", "speech"}
    assert USES["dubbing.stages.line_asking"].roles == {"speech"}


@pytest.mark.parametrize("item", STAGES, ids=lambda item: item.name)
def test_a_stage_names_in_its_key_all_weights_that_its_code_can_reach(item: Stage) -> None:
    files = {file: name for name, entry in catalogue().items() for file in entry.shipped}
    names = set(catalogue()) | set(files)
    home = f"dubbing.stages.{item.name}"
    words: set[str] = set()
    for name in reached(home) - {home, "dubbing.models.catalogue"}:
        if not name.startswith("dubbing.settings"):  # they name engines
            words |= USES[name].words & names
    used = {files.get(word, word) for word in words}
    makers: list[Any] = made_by(item, Profile())["makers"]
    unnamed = {name for name in used if not any(weights_id(name) in maker for maker in makers)}
    assert not unnamed
