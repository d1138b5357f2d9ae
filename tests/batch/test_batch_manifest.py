"""Manifests: what they say, and a clear verdict on whatever else stands in them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from dubbing.batch.manifest import Asked, Wanted, json_schema, read_manifest
from dubbing.batch.places import find, inside, output_place
from dubbing.errors import BadSettings, UsageError
from tests.batch.made import film, manifest


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in ("a.mp4", "b.mkv", "deep/c.mp4"):
        film(tmp_path / name)
    return tmp_path


def read(root: Path, text: str, name: str = "batch.yaml", *, absolute: bool = False) -> Asked:
    (root / name).write_text(text)
    return read_manifest(root / name, absolute=absolute)


def test_each_film_meets_each_language(root: Path) -> None:
    jobs = read(root, "languages: [zh, pt]\njobs:\n  - input: [a.mp4, '**/*.mp4']\n").jobs
    told = {(job.film, job.target) for job in jobs}
    assert told == {(f, t) for f in ("a.mp4", "deep/c.mp4") for t in ("zh", "pt-br")}
    assert {Path(job.output).relative_to(root).as_posix() for job in jobs} >= {"deep/c.zh.mp4"}


def test_a_job_outweighs_the_defaults_and_a_language_both(root: Path) -> None:
    (root / "names.csv").write_text("source,target\nBond,邦德\n")
    jobs = read(
        root,
        "languages: [zh, es]\nsubtitles: true\nsettings: {mix: {duck_db: -20, fade_ms: 40}}\n"
        "by_language: {zh-Hans: {glossary: [names.csv]}}\n"
        "jobs:\n"
        "  - input: a.mp4\n    priority: 3\n    labels: {team: blue}\n    loudness: netflix\n"
        "    settings: {mix: {duck_db: -30}}\n"
        "    by_language: {es: {subtitles: false, register: {all: formal}}}\n",
    ).jobs
    zh, es = (job.profile for job in jobs)
    assert [t.target for t in zh.translate.glossary] == ["邦德"]
    assert (zh.transcribe.hotwords, es.transcribe.hotwords) == (("Bond",), ())
    assert not es.translate.glossary
    assert zh.mux.subtitles
    assert not es.mux.subtitles
    assert es.translate.registers == {"all": "formal"}
    assert (zh.mix.duck_db, zh.mix.fade_ms, zh.mix.loudness) == (-30, 40, "netflix")
    assert jobs[0].priority == 3
    assert jobs[0].labels == (("team", "blue"),)


def test_every_flag_of_dub_has_its_field(root: Path) -> None:
    job = read(
        root,
        "languages: [zh]\nfrom: english\nspeakers: 2\nspeaker_names: {S1: Anna}\naudio_track: 0\n"
        "keep_original: false\ntranslator: gemma\nvoices: {S1: zm_yunxi}\n"
        "emotion: ['12=angry:0.8', happy]\nemotion_from: face\nemotion_strength: 1\n"
        "separate: false\ndub_songs: true\ndub_doubtful: true\nasr_model: small\nbeam_size: 4\n"
        "temperature: 0.2\nlip_strength: 0.2\nwatermark: false\n"
        "credentials: false\nconsent: ['Anna Example: contract']\njobs: [{input: a.mp4}]\n",
    ).jobs[0]
    p = job.profile
    assert (p.transcribe.language, p.turns.count) == ("en", 2)
    assert (p.ingest.audio_track, p.mux.keep_original, p.translate.engine) == (0, False, "gemma")
    assert (job.cast, job.names) == ((("S1", "zm_yunxi"),), (("S1", "Anna"),))
    assert p.delivery.source == "face"
    assert [o.label for o in p.delivery.overrides] == ["angry", "happy"]
    assert (p.separate.enabled, p.songs.keep, p.timing.lip_strength) == (False, False, 0.2)
    heard = p.transcribe
    assert (heard.model, heard.beam_size, heard.temperature) == ("small", 4, 0.2)
    assert not p.songs.keep_doubtful
    assert (p.synthesize.watermark, p.mux.credentials) == (False, False)
    assert job.consents == ("Anna Example: contract",)


def test_json_and_csv_say_the_same(root: Path) -> None:
    plain = {"jobs": [{"input": "a.mp4", "languages": ["zh", "es"], "priority": 2,
                       "labels": {"k": "v"}, "settings": {"mix": {"loudness": "netflix"}}}]}  # fmt: skip
    by_json = read(root, json.dumps(plain, indent="\t"), "b.json").jobs
    by_csv = read(
        root,
        "input,languages,priority,labels,settings.mix.loudness,title_of_nothing\n".replace(
            ",title_of_nothing", ""
        )
        + "a.mp4,zh;es,2,k=v,netflix\n",
        "b.csv",
    ).jobs
    by_yaml = read(root, yaml.safe_dump(plain)).jobs
    assert by_json == by_csv == by_yaml


@pytest.mark.parametrize("mark", [";", "\t", "|"])
def test_a_table_may_be_divided_as_spreadsheets_of_many_countries_do(root: Path, mark: str) -> None:
    told = "input,languages,priority\na.mp4,zh;es,2\n"
    other = told.replace("zh;es", '"zh;es"').replace(",", mark)
    assert read(root, other, "b.csv").jobs == read(root, told, "b.csv").jobs


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("jobs: [{input: a.mp4}]", ["line 1", "no languages"]),
        ("languages: [zh]\njobs:\n  - input: gone.mp4", ["line 3, jobs.0.input", "no file gone"]),
        ("languages: [zh]\njobs:\n  - input: '*.avi'", ["line 3, jobs.0.input", "finds no file"]),
        ("languages: [zh]\njobs:\n  - input: a.mp4\n    prioritty: 2", ["line 4", "prioritty"]),
        ("languages: [zh]\njobs:\n  - input: a.mp4\n    priority: high", ["line 4", "priority"]),
        ("languages: [de]\njobs: [{input: a.mp4}]", ["line 1, languages", "German", "zh, en"]),
        ("languages: [no]\njobs: [{input: a.mp4}]", ["languages.0", "quotes"]),
        ("languages: zh\njobs: [{input: a.mp4}]", ["line 1, languages"]),
        ("languages: [zh]\njobs: []", ["line 2, jobs"]),
        ("languages: [zh]", ["jobs"]),
        ("- a\n- b", ["jobs"]),
        ("", ["jobs"]),
        ("languages: [zh]\nprofile: embeded\njobs: [{input: a.mp4}]", ["profile", "embeded"]),
        ("languages: [zh]\njobs:\n - input: a.mp4\n   settings: {mox: {a: 1}}", ["settings.mox"]),
        ("languages: [zh]\njobs:\n - input: a.mp4\n   settings: {name: {a: 1}}", ["settings"]),
        ("languages: [zh]\njobs:\n - input: a.mp4\n   settings: {mix: {duck_db: 7}}", ["duck_db"]),
        ("languages: [zh]\noutput: x.mp4\njobs: [{input: a.mp4}]", ["line 2, output", "{lang}"]),
        ("languages: [zh]\noutput: '{lang.x}'\njobs: [{input: a.mp4}]", ["line 2, output"]),
        ("languages: [zh]\noutput: '{lang!r}'\njobs: [{input: a.mp4}]", ["line 2, output"]),
        ("languages: [zh]\noutput: '{lang'\njobs: [{input: a.mp4}]", ["line 2, output"]),
        ("languages: [zh]\noutput: '../{lang}.mp4'\njobs: [{input: a.mp4}]", ["line 2", "'..'"]),
        ("languages: [zh]\noutput: '/x/{lang}'\njobs: [{input: a.mp4}]", ["allow_absolute"]),
        ("languages: [zh]\noutput: 'o.{lang}'\njobs: [{input: '*.m*'}]", ["both to be written"]),
        ("languages: [zh]\nemotion: [hapy]\njobs: [{input: a.mp4}]", ["Did you mean happy"]),
        ("languages: [zh]\nglossary: [gone.csv]\njobs: [{input: a.mp4}]", ["no file gone.csv"]),
        ("languages: [zh]\nglossary: [../x.csv]\njobs: [{input: a.mp4}]", ["'..'"]),
        ("a: &x [1]\nb: *x", ["line 1", "aliases"]),
        ("a: !!python/object/apply:os.system [ls]", ["line 1", "tag"]),
        ("a: 1\na: 2", ["line 2", "second time", "line 1"]),
        ("x: {<<: {a: 1}}", ["merge"]),
        ("a: [", ["line", "not YAML"]),
        ("[" * 5000, ["deeper"]),
        ("a: " + "9" * 5000, ["line 1"]),
        ("a: .inf", ["not a number"]),
        ("a: 2024-99-99", ["line 1"]),
        ('a: "\\0"', ["control characters"]),
        ("---\na: 1\n---\nb: 1", ["second document"]),
        ("schema: dubbing.Batch/9\nlanguages: [zh]\njobs: [{input: a.mp4}]", ["dubbing.Batch/1"]),
        ("languages: [zh]\njobs: [{input: 'ftp://x/y.mp4'}]", ["Schemes"]),
        ("languages: [zh]\njobs: [{input: 'zip://a::file:///etc/x.mp4'}]", ["no address"]),
        ("languages: [zh]\njobs: [{input: 'https://me:secret@host/x.mp4'}]", ["login"]),
        ("languages: [zh]\njobs: [{input: 'file:///etc/passwd'}]", ["allow_absolute"]),
        ("languages: [zh]\njobs: [{input: '~/a.mp4'}]", ["allow_absolute"]),
        ("languages: [zh]\noutput: 'file:///x/{lang}'\njobs: [{input: a.mp4}]", ["allow_absolute"]),
        ("languages: [zh]\noutput: 'FILE://../{lang}.mp4'\njobs: [{input: a.mp4}]", ["'..'"]),
        ("allow_absolute: true\nlanguages: [zh]\njobs: [{input: a.mp4}]", ["--allow-absolute"]),
    ],
)
def test_what_is_wrong_is_told_with_its_place(root: Path, text: str, words: list[str]) -> None:
    with pytest.raises(BadSettings) as caught:
        read(root, text)
    for word in ["batch.yaml", *words]:
        assert word in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "name", "words"),
    [
        ("{\n \"languages\": [\"zh\"],\n \"jobs\": [\n  {\"input\": 7}]}", "x.json", ["line 4", "input"]),
        ('{"jobs": [], "jobs": []}', "x.json", ["twice"]),
        ("{", "x.json", ["line 1", "not JSON"]),
        ('{"a": NaN}', "x.json", ["not a number"]),
        ('{"a": "\\ud800"}', "x.json", ["control characters"]),
        ("[" * 100_000, "x.json", ["JSON"]),
        ("film,languages\na.mp4,zh\n", "x.csv", ["line 1", "'input'"]),
        ("input,languages\na.mp4,zh\nb.mkv,zh,more\n", "x.csv", ["line 3", "fields"]),
        ("input,languages\na.mp4,zh\ngone.mp4,zh\n", "x.csv", ["line 3", "gone.mp4"]),
        ("input,languages,priority\na.mp4,zh,high\n", "x.csv", ["line 2", "priority"]),
        ("input,languages,settings.mix\na.mp4,zh,1\n", "x.csv", ["settings.mix"]),
    ],
)  # fmt: skip
def test_so_it_is_with_json_and_csv(root: Path, text: str, name: str, words: list[str]) -> None:
    with pytest.raises(BadSettings) as caught:
        read(root, text, name)
    for word in [name, *words]:
        assert word in str(caught.value)


def test_bytes_that_are_no_text_are_refused(root: Path) -> None:
    (root / "x.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadSettings, match="UTF-8"):
        read_manifest(root / "x.yaml")
    with pytest.raises(BadSettings, match="no manifest"):
        read_manifest(root / "gone.yaml")


def test_no_link_leads_out(tmp_path: Path) -> None:
    root, secret = tmp_path / "root", film(tmp_path / "secret/film.mp4")
    root.mkdir()
    (root / "link.mp4").symlink_to(secret)
    (root / "folder").symlink_to(secret.parent)
    for place in ("link.mp4", "folder/film.mp4", "folder/*.mp4", "*.mp4", "../secret/film.mp4"):
        with pytest.raises(UsageError):
            find(root, place)
    with pytest.raises(UsageError):
        output_place("folder/{stem}.{lang}{ext}", str(root / "a.mp4"), "zh", root)
    (root / "loop").symlink_to("loop")
    with pytest.raises(UsageError):
        inside(root, "loop/x")


def test_absolute_paths_where_the_manifest_allows_them(root: Path, tmp_path: Path) -> None:
    jobs = read(
        root / "deep",
        f"allow_absolute: true\nlanguages: [zh]\noutput: '{tmp_path}/out/{{stem}}.{{lang}}{{ext}}'\n"
        "jobs: [{input: ../a.mp4}]\n",
        absolute=True,
    ).jobs
    assert jobs[0].output == f"{tmp_path}/out/a.zh.mp4"


def test_addresses_are_taken_as_they_are(root: Path) -> None:
    job = read(root, "languages: [zh]\njobs: [{input: 's3://films/x/ep1.mp4'}]").jobs[0]
    assert job.source == "s3://films/x/ep1.mp4"
    assert job.output == str(root / "ep1.zh.mp4")


def test_the_schema_tells_every_field() -> None:
    import jsonschema

    schema = json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    good = {"languages": ["zh"], "jobs": [{"input": "a.mp4", "from": "en"}]}
    jsonschema.validate(good, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**good, "langs": []}, schema)


def test_the_shipped_samples_are_right() -> None:
    from importlib.resources import files

    text = (files("dubbing.batch") / "manifest_sample.yaml").read_text()
    assert yaml.safe_load(text)["languages"] == ["zh", "es"]


names = st.sampled_from(
    ["languages", "jobs", "input", "output", "profile", "settings", "by_language", "priority",
     "labels", "glossary", "voices", "emotion", "consent", "allow_absolute", "mix", "zh", "x",
     "series", "from"]
)  # fmt: skip
leaves = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=12),
    st.sampled_from(["a.mp4", "*.mp4", "**", "../a.mp4", "/etc/passwd", "zh", "{lang}", "{0}",
                     "{lang}/../../x", "file:///etc/passwd", "\x00", "~", "[", "a" * 300,
                     "..", "./..", "deep/../../x", "{dir}", "{lang.__class__}", "s3://b/../x"]),
)  # fmt: skip
values = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=4),
    max_leaves=12,
)
job = st.fixed_dictionaries({"input": leaves}, optional={"output": leaves, "languages": values})
odd = st.one_of(
    values,
    st.fixed_dictionaries({"languages": st.just(["zh"]), "jobs": st.lists(job, max_size=3)}),
    st.dictionaries(names, values, max_size=6),
)
quick = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def verdict(path: Path, root: Path) -> None:
    """A manifest is read, with nothing of it outside the root, or refused in one sentence."""
    told = ""
    jobs: tuple[Wanted, ...] = ()
    try:
        jobs = read_manifest(path).jobs
    except UsageError as error:
        told = str(error)
    assert jobs or told.startswith((path.name, str(path)))
    for one in jobs:
        for place in (one.source, one.output):
            assert not place.lower().startswith("file:")
            assert "://" in place or Path(place).resolve().is_relative_to(root.resolve())


@quick
@given(plain=odd)
def test_any_values_get_a_verdict(root: Path, plain: object) -> None:
    if isinstance(plain, dict):
        plain.pop("allow_absolute", None)
    path = root / "fuzz.json"
    path.write_text(json.dumps(plain))
    verdict(path, root)


@quick
@given(text=st.text(max_size=300))
@example(text="jobs: [{input: a.mp4\u2028}]")
@example(text="? [a]\n: b")
@example(text="%TAG ! x\n---\na: 1")
def test_any_yaml_gets_a_verdict(root: Path, text: str) -> None:
    path = root / "fuzz.yaml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    verdict(path, root)


@quick
@given(rows=st.lists(st.lists(st.text(max_size=20), max_size=4), max_size=5))
def test_any_csv_gets_a_verdict(root: Path, rows: list[list[str]]) -> None:
    path = root / "fuzz.csv"
    lines = ["input,languages,settings.mix.loudness", *(",".join(row) for row in rows)]
    path.write_bytes("\n".join(lines).encode("utf-8", "surrogatepass"))
    verdict(path, root)


@quick
@given(content=st.binary(max_size=200))
def test_any_bytes_get_a_verdict(root: Path, content: bytes) -> None:
    for name in ("fuzz.yaml", "fuzz.json", "fuzz.csv"):
        (root / name).write_bytes(content)
        verdict(root / name, root)


def test_a_manifest_of_many_films_is_read_in_seconds(tmp_path: Path) -> None:
    for number in range(300):
        (tmp_path / f"{number}.mp4").touch()
    jobs = read_manifest(manifest(tmp_path, "languages: [zh, es]\njobs: [{input: '*.mp4'}]")).jobs
    assert len(jobs) == 600
