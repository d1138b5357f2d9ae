"""What a manifest asks for and only the command line may permit: servers for texts, hosts for films."""

from __future__ import annotations

from dubbing.batch.hosts import Permissions, check_host
from dubbing.batch.manifest import Asked
from dubbing.batch.places import is_url
from dubbing.batch.plan import RECIPE
from dubbing.pipeline import load_stages
from dubbing.registry import check_installed
from dubbing.servers import check_server
from dubbing.settings import Profile, load_recipe


def check_permitted(asked: Asked, permissions: Permissions) -> None:
    """Refuse a manifest that reaches further than the command line permits; nothing is asked yet.

    Raises:
        ServerNotAllowed: if its settings send texts to a server that is not named.
        HostNotAllowed: if a film or a dub is on a host that is not public.
    """
    profiles = {id(job.profile): job.profile for job in asked.jobs}  # many jobs share one
    for profile in profiles.values():
        _check_servers(profile, permissions)
    if not permissions.private_hosts:
        _check_hosts(asked)


def _check_servers(profile: Profile, permissions: Permissions) -> None:
    for stage in load_stages(load_recipe(RECIPE)):
        settings = profile.of(stage.name)
        for role in stage.engine_roles:
            kind = check_installed(role, settings.model_dump()["engine"])
            check_server(kind, getattr(settings, "engine_options", None), permissions.servers)


def _check_hosts(asked: Asked) -> None:
    places = (place for job in asked.jobs for place in (job.source, job.output))
    hosts = {place.split("/", 3)[2]: place for place in places if is_url(place) and "//" in place}
    for place in hosts.values():  # a season is on one host
        check_host(place)
