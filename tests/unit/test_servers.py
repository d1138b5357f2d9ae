"""Texts and keys go to servers that the user names, and to nobody else."""

import pytest

from dubbing.engines.speech.gpt_sovits import GPTSoVITS
from dubbing.engines.speech.kokoro import Kokoro
from dubbing.engines.speech.openai_speech import OpenAISpeech
from dubbing.engines.translation.openai import OpenAI
from dubbing.registry import Engines
from dubbing.servers import ANY_SERVER, ServerNotAllowed, check_server
from dubbing.settings import NO_OPTIONS, EngineOptions


def at(server: str) -> EngineOptions:
    return EngineOptions(model="m", server=server)


@pytest.mark.parametrize(
    "allowed",
    ["llm.example", "llm.example:8443", "https://llm.example:8443", "https://llm.example:8443/v1"],
)
def test_a_server_is_allowed_by_its_host_or_address(allowed: str) -> None:
    check_server(OpenAI, at("https://llm.example:8443/v1"), [allowed])


@pytest.mark.parametrize(
    "allowed",
    ["", "example", "llm.example.net", "llm.example:443", "http://llm.example:8443", "[", "*.example",
     "llm.example@evil.example"],
)  # fmt: skip
def test_no_other_server_is(allowed: str) -> None:
    with pytest.raises(ServerNotAllowed, match=r"--allow-server llm\.example:8443"):
        check_server(OpenAI, at("https://llm.example:8443/v1"), [allowed])


def test_what_names_no_server_sends_to_the_default_one() -> None:
    """A stranger who only chooses the engine makes the user pay for it."""
    for kind in (OpenAI, OpenAISpeech):
        with pytest.raises(ServerNotAllowed, match=r"api\.openai\.com"):
            check_server(kind, EngineOptions(model="m"), ())
        check_server(kind, EngineOptions(model="m"), ["api.openai.com"])
        check_server(kind, EngineOptions(model="m"), ANY_SERVER)
    check_server(GPTSoVITS, NO_OPTIONS, ())  # its default is this machine
    with pytest.raises(ServerNotAllowed):
        check_server(GPTSoVITS, at("http://127.0.0.1:9881"), ())
    check_server(Kokoro, None, ())


def test_engines_are_handed_out_only_where_their_server_is_allowed() -> None:
    engines = Engines(1)
    with pytest.raises(ServerNotAllowed):
        engines.get("translation", "openai", at("http://127.0.0.1:9/v1"))
    engines.servers = ["127.0.0.1:9"]
    made = engines.get("translation", "openai", at("http://127.0.0.1:9/v1"))
    assert engines.get("translation", "openai", at("http://127.0.0.1:9/v1")) is made
    engines.servers = ()
    with pytest.raises(ServerNotAllowed):  # one that another film was allowed is not lent
        engines.get("translation", "openai", at("http://127.0.0.1:9/v1"))
