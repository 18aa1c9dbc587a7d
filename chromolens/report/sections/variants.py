"""Variants: effects against those of matched nulls, the clearest ones, and what was left out."""

from collections.abc import Iterator, Mapping
from functools import partial
from urllib.parse import quote

import pandas as pd
from markupsafe import Markup

from chromolens import tables
from chromolens.genome.intervals import Interval
from chromolens.report.contents import Contents
from chromolens.report.figures.effects import alleles, effects
from chromolens.report.tables import Table, count, decimal, plural, significant, words
from chromolens.tables.motifs import HITS
from chromolens.tables.variants import ALLELES, EPISTASIS, LEFT_OUT, MATCHES, SCORED, VARIANTS
from chromolens.variants.judge import CLEAR, clearest
from chromolens.variants.score import LOG2

NEEDS = (
    "variants", "dropped_variants", "null_scores", "hits", "allele_contributions",
    "variant_matches", "tracks_page", "epistasis",
)  # fmt: skip

_MOST = 20
"""Rows of a table of variants."""
PLACED = 5
"""Variants of a model and task, the clearest ones, that are places of the page of tracks."""
_TWO = partial(decimal, digits=2)
_NUMBERS = {
    "reference": ("reference", _TWO),
    "alternative": ("alternative", _TWO),
    "effect": ("effect", _TWO),
    "places_sd": ("± places", _TWO),
    "sd": ("± replicates", _TWO),
    "anchors": ("left − right anchor", _TWO),
    "jsd": ("profiles' distance", _TWO),
    "p": ("p", significant),
    "q": ("q", significant),
    "activity": ("activity", _TWO),
}
"""Columns of numbers: their names on the page, and how they are written."""
_MOTIFS = {"hits": "hits there", "lost": "matches lost", "gained": "matches gained"}
"""Columns of what is over a variant, and their names on the page."""
_UNITS = {True: "log2 fold change", False: "difference of the log-odds"}


def context(study: Contents) -> dict:
    """A figure and a table for each model and task; how many were left out, by reason."""
    if not study.variants:
        return {"groups": [], "left_out": None, "browser": None}
    found = tables.read_all(VARIANTS, study.variants)
    nulls = {
        model: tables.read_all(
            SCORED, [p for (m, _), p in study.null_scores.items() if m == model]
        )
        for model in found["model"].unique()
    }
    letters = tables.read_all(ALLELES, study.allele_contributions)
    dropped = tables.read(LEFT_OUT, study.dropped_variants)
    together = tables.read_all(EPISTASIS, study.epistasis)
    groups = found.groupby(["model", "task"], sort=False)
    return {
        "groups": [
            _group(study, key, own, nulls[key[0]])
            | {"alleles": list(_alleles(letters, key)), "haplotypes": _haplotypes(together, key)}
            for key, own in groups
        ],
        "left_out": left_out(dropped),
        "browser": study.browser,
    }


def left_out(dropped: pd.DataFrame) -> Table | None:
    """Alleles that were not scored, by reason, with the first of each."""
    if dropped.empty:
        return None
    rows = [
        [reason, count(len(own)), _stated(own.iloc[0])]
        for reason, own in dropped.groupby("reason", sort=False)
    ]
    header = ["left out", "alleles", "the first"]
    return Table("Alleles of the file that were not scored", header, rows, frozenset(["alleles"]))


def _stated(row: pd.Series) -> str:
    name = "" if row["id"] == "." else f"{row['id']} "
    return f"{name}{row['chrom']}:{row['position']} {row['ref']}>{row['alt']}"


def _group(study: Contents, key: tuple[str, str], own: pd.DataFrame, nulls: pd.DataFrame) -> dict:
    model, task = key
    once = own.drop_duplicates("variant")
    clear = once["q"] <= CLEAR
    unit = _UNITS[study.config["models"][model]["objective"] in LOG2]
    theirs = nulls[nulls["task"] == task]
    clouds = [
        (rows["reference"].to_numpy(), rows["effect"].to_numpy(), name)
        for rows, name in ((theirs, "odd"), (once[~clear], "even"), (once[clear], "own"))
    ]
    label = f"Effects of variants on {task} against predictions, {model}"
    return {
        "title": f"{task} · {model}",
        "said": _said(once, clear, len(theirs)),
        "figure": effects(clouds, ("prediction for the reference allele", unit), label),
        "table": table(_linked(study, once, key), _motifs(study, model, task, once), unit, key),
    }


def anchor_of(key: tuple[str, str], variant: str) -> str:
    """What the page of tracks calls a variant of a model and task."""
    return "/".join((*key, variant))


def place_of(row: Mapping) -> Interval:
    """The bases that a row of ``VARIANTS`` changes; of an insertion the one behind it."""
    return Interval(row["chrom"], row["start"], row["start"] + max(len(row["removed"]), 1))


def _linked(study: Contents, once: pd.DataFrame, key: tuple[str, str]) -> pd.DataFrame:
    """``once``, with a ``link`` to the page of tracks in the rows that are places there."""
    linked = once.assign(link="")
    if study.browser and any(own[:2] == key for own in study.tracks):
        placed = clearest(once).head(PLACED)
        linked.loc[placed.index, "link"] = [
            f"{study.browser.name}#{quote(anchor_of(key, name))}" for name in placed["variant"]
        ]
    return linked


def _name(row: Mapping) -> str:
    if not row["link"]:
        return row["variant"]
    return Markup('<a href="{link}">{variant}</a>').format(**row)


def _alleles(letters: pd.DataFrame, key: tuple[str, str]) -> Iterator[tuple[str, Markup]]:
    """Name of each explained variant, and its two rows of letters."""
    own = letters[(letters["model"] == key[0]) & (letters["task"] == key[1])]
    for name, rows in own.groupby("variant", sort=False):
        yield name, alleles(dict(list(rows.groupby("allele", sort=False))), f"Alleles of {name}")


def _haplotypes(together: pd.DataFrame, key: tuple[str, str]) -> Table | None:
    """Haplotypes whose alleles do most more, or less, together than apart."""
    own = together[(together["model"] == key[0]) & (together["task"] == key[1])]
    if own.empty:
        return None
    order = own["epistasis"].abs().sort_values(ascending=False, kind="stable").index
    rows = [
        [
            row.variants.replace(",", ", "),
            count(row.carriers),
            *(decimal(value, 2) for value in (row.together, row.apart, row.epistasis)),
        ]
        for row in own.loc[order[:_MOST]].itertuples()
    ]
    header = ["alleles of one haplotype", "carriers", "together", "apart", "epistasis"]
    more = f"; {count(len(own) - _MOST)} more in haplotypes.tsv.gz" if len(own) > _MOST else ""
    caption = f"{key[1]}, {key[0]}: alleles together, and the sum of each alone{more}"
    return Table(caption, header, rows, frozenset(header[1:]))


def _said(once: pd.DataFrame, clear: pd.Series, nulls: int) -> str:
    words_of = f"{plural(len(once), 'variant')}, each once"
    if not nulls:
        return f"{words_of}; no nulls were drawn, so no effect has a p-value."
    unjudged = int(once["p"].isna().sum())
    rest = f" {plural(unjudged, 'variant')} of kinds without nulls." if unjudged else ""
    return (
        f"{words_of}, compared with {count(nulls)} null variants: {count(clear.sum())} of the "
        f"effects pass q {CLEAR}.{rest}"
    )


def table(once: pd.DataFrame, motifs: pd.DataFrame, unit: str, key: tuple[str, str]) -> Table:
    """The clearest effects, with a ``link``; columns of which nothing is known are left out."""
    shown = clearest(once).head(_MOST)
    known = [name for name in _NUMBERS if once[name].notna().any()]
    told = [name for name in _MOTIFS if motifs.loc[shown.index, name].ne("").any()]
    rows = [
        [_name(row), "" if row["id"] == "." else row["id"], row["kind"]]
        + [_NUMBERS[name][1](row[name]) for name in known]
        + motifs.loc[place, told].tolist()
        for place, row in shown.iterrows()
    ]
    header = ["variant", "id", "kind", *(_NUMBERS[name][0] for name in known)]
    numeric = frozenset(header[3:])
    header += [_MOTIFS[name] for name in told]
    more = f"; {count(len(once) - _MOST)} more in variants.tsv.gz" if len(once) > _MOST else ""
    caption = f"{key[1]}, {key[0]}: the clearest effects ({unit}){more}"
    return Table(caption, header, rows, numeric)


def _motifs(study: Contents, model: str, task: str, once: pd.DataFrame) -> pd.DataFrame:
    """What is over each variant: ``hits`` in the genome, and motifs ``lost`` and ``gained``."""
    paths = [path for (m, t, _), path in study.hit_sites.items() if (m, t) == (model, task)]
    hits = dict(list(tables.read_all(HITS, paths).groupby("chrom")))
    found = pd.DataFrame({"hits": list(_over(once, hits))}, index=once.index, dtype=object)
    matches = tables.read_all(MATCHES, study.variant_matches)
    matches = matches[(matches["model"] == model) & (matches["task"] == task)]
    for change in ("lost", "gained"):
        own = matches[matches["change"] == change].groupby("variant")["name"].unique()
        found[change] = once["variant"].map(own.map(words)).fillna("")
    return found


def _over(once: pd.DataFrame, hits: dict[str, pd.DataFrame]) -> Iterator[str]:
    for row in once.itertuples():
        own = hits.get(row.chrom)
        # an insertion lies between two bases
        if own is None:
            yield ""
            continue
        end = row.start + max(len(row.removed), 1)
        over = (own["start"] < end) & (own["end"] > row.start)
        yield words(dict.fromkeys(own.loc[over, "name"]))
