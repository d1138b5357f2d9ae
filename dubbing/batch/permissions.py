"""What a manifest asks for and only the command line may permit: servers that see the films' texts."""

from __future__ import annotations

from collections.abc import Collection

from dubbing.batch.manifest import Asked
from dubbing.batch.plan import RECIPE
from dubbing.pipeline import load_stages
from dubbing.registry import check_installed
from dubbing.servers import check_server
from dubbing.settings import Profile, load_recipe


def check_servers(asked: Asked, allowed: Collection[str]) -> None:
    """Refuse a manifest whose settings send texts to a server that the command line does not name.

    Raises:
        ServerNotAllowed: naming the host and the flag that allows it.
    """
    profiles = {id(job.profile): job.profile for job in asked.jobs}  # many jobs share one
    for profile in profiles.values():
        _check(profile, allowed)


def _check(profile: Profile, allowed: Collection[str]) -> None:
    for stage in load_stages(load_recipe(RECIPE)):
        settings = profile.of(stage.name)
        for role in stage.engine_roles:
            kind = check_installed(role, settings.model_dump()["engine"])
            check_server(kind, getattr(settings, "engine_options", None), allowed)
