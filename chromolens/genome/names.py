"""Which chromosome another file means: ``1``, ``chr1``, ``I`` and ``chrI`` may be the same.

Nothing is renamed by guess: where a name is unknown these functions only write the line of the
config that a user would need.
"""

import re
from collections.abc import Iterable, Mapping

from chromolens.errors import BadInput, nearest

_MITOCHONDRION = {"m", "mt", "mito", "mitochondrion"}
_ROMAN = {1000: "M", 900: "CM", 500: "D", 400: "CD", 100: "C", 90: "XC", 50: "L", 40: "XL"}
_ROMAN |= {10: "X", 9: "IX", 5: "V", 4: "IV", 1: "I"}


def roman(number: int) -> str:
    """Roman numeral of ``number`` (1 to 3999)."""
    text = ""
    for value, letters in _ROMAN.items():
        text += letters * (number // value)
        number %= value
    return text


_ARABIC = {roman(number).lower(): str(number) for number in range(1, 100)}


def suggest_names(unknown: Iterable[str], known: Iterable[str]) -> dict[str, str]:
    """For each of ``unknown`` that has one, the name in ``known`` that probably means the same.

    The prefix ``chr`` and upper or lower case are ignored first; only then is a number read as a
    Roman numeral or the reverse (chromosome X of man is not the tenth of yeast).
    """
    by_key = {_plain(name): name for name in known}
    found = {}
    for name in unknown:
        key = _plain(name)
        match = next((by_key[k] for k in (key, *_other_numerals(key)) if k in by_key), None)
        if match is not None and match != name:
            found[name] = match
    return found


def meant(name: str, known: Iterable[str]) -> str:
    """The end of a message about an unknown chromosome: which of ``known`` may be meant."""
    known = list(known)
    found = suggest_names([name], known)
    return f"; did you mean {found[name]!r}?" if found else nearest(name, known)


def names_in(found: Iterable[str], names: Mapping[str, str | None], where: str) -> dict[str, str]:
    """For each chromosome, by its name in the FASTA, the one of ``found`` that a file calls it.

    ``names`` are ``chromosome_names``: each file may use another alias. BadInput where one file
    (``where``) has two of them.
    """
    called: dict[str, str] = {}
    for name in found:
        chrom = names.get(name, name)
        if chrom in called:
            raise BadInput(
                f"the file has {called[chrom]} and {name}, and both are {chrom}",
                expected="one of them",
                where=where,
                remedy=f"say null for the other in inputs.{mapping_line({name: 'null'})}",
            )
        if chrom is not None:
            called[chrom] = name
    return called


def mapping_line(names: dict[str, str]) -> str:
    """``names`` as the line of a config: ``chromosome_names: {chr1: chrI}``."""
    pairs = ", ".join(f"{_quoted(old)}: {_quoted(new)}" for old, new in names.items())
    return f"chromosome_names: {{{pairs}}}"


def _plain(name: str) -> str:
    key = re.sub(r"^(chromosome|chrom|chr)[_ ]?", "", name.lower()) or name.lower()
    return "m" if key in _MITOCHONDRION else key.lstrip("0") or key


def _other_numerals(key: str) -> list[str]:
    if key.isdecimal() and 0 < int(key) < 100:
        return [roman(int(key)).lower()]
    return [_ARABIC[key]] if key in _ARABIC else []


def _quoted(name: str) -> str:
    """A name that YAML would read as a number needs quotes."""
    return f'"{name}"' if name[0].isdecimal() else name
