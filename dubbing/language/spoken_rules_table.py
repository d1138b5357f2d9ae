"""The tables of ``spoken_rules.yaml``, checked."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import yaml
from pydantic import BaseModel, ConfigDict


class Rules(BaseModel):
    """The words of one language."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    num2words: str
    decimal: str
    point: str
    percent: str
    per_mille: str
    minus: str
    at: str
    dot: str
    slash: str
    to: str
    version: str
    month_first: bool = False
    """Whether ``5/6`` is the sixth of May."""
    date: str = ""
    day_month: str = ""
    first_day: str = ""
    """The first day of a month, where it is an ordinal."""
    clock: str = ""
    early: str = ""
    """A time with less than ten minutes, if it is said otherwise."""
    full_hour: str = ""
    one_hour: str = ""
    feminine_hours: bool = False
    am: str = ""
    pm: str = ""
    months: tuple[str, ...] = ()
    short_months: tuple[str, ...] = ()
    """Abbreviations of the months, in their order, without the point; several parted by ``|``."""
    money: dict[str, str]
    """Sign to ``singular|plural``."""
    cents: str = ""
    """What joins the cents to the whole."""
    small: dict[str, str] = {}
    """Sign to ``singular|plural`` of its hundredth part, for amounts below one."""
    names_cents: bool = False
    """Whether the cents are named after a whole amount, too."""
    of: str = ""
    """Between *millones* and the noun."""
    magnitudes: dict[str, str]
    units: dict[str, str]
    """Sign to ``singular|plural``."""
    feminine: tuple[str, ...] = ()
    masculine_in_a: tuple[str, ...] = ()
    """Beginnings of masculine nouns that end like feminine ones."""
    no_nouns: tuple[str, ...] = ()
    """Words after a number that it does not count."""
    signs: dict[str, str]
    """Sign to words; ``{n}`` stands for the number behind the sign where that comes first."""
    squared: str
    cubed: str
    power: str
    counted: str = ""
    """Pattern of the nouns before a Roman numeral that counts."""
    titles: dict[str, str]
    before_number: dict[str, str] = {}
    """Abbreviations that are such only before a number."""


@cache
def rules(language: str) -> Rules:
    """The rules of a language; those of English where there are none."""
    text = files("dubbing.language").joinpath("spoken_rules.yaml").read_text(encoding="utf-8")
    tables = yaml.safe_load(text)
    return Rules.model_validate(tables.get(language, tables["en"]))
