"""Preparing genome inputs: toy genomes whose windows can be listed."""

from collections import defaultdict

import numpy as np
import pandas as pd
import pytest

from chromolens.errors import BadInput
from chromolens.genome.intervals import stretch
from chromolens.inputs.batches import open_inputs
from chromolens.inputs.folds import fold_table
from chromolens.inputs.genome import prepare
from chromolens.inputs.windows import task_names

FOLDS = fold_table([["chrA"], ["chrB"], ["chrC"]])
SIZES = [9000, 8000, 7000, 5000]
SETTINGS = {"folds": FOLDS, "window": 41, "positive_within": 10, "negative_distance": 60}
OTHER = str.maketrans("ACGTN", "TGCAN")


def random_events(seed, n=15):
    rng = np.random.default_rng(seed)
    chroms = [("chrA", SIZES[0]), ("chrB", SIZES[1]), ("chrC", SIZES[2])]
    return [(name, int(at)) for name, size in chroms for at in rng.integers(30, size - 30, n)]


@pytest.fixture
def sequences(random_genome):
    return random_genome(SIZES)


@pytest.fixture
def fasta(sequences, write_fasta):
    return write_fasta(sequences)


@pytest.fixture
def peaks(write_bed):
    return {name: write_bed(random_events(i), f"{name}.bed") for i, name in enumerate("tu")}


def test_windows_are_centred_on_every_event_and_labelled_by_all(fasta, peaks):
    prepared = prepare(fasta=fasta, peaks=peaks, **SETTINGS)
    windows = prepared.windows
    positives = windows[windows["role"] == "positive"]
    expected = defaultdict(list)
    for i, task in enumerate("tu"):
        for chrom, at in random_events(i):
            expected[f"{chrom}:{at - 20}-{at + 21}"].append(task)
    assert dict(zip(positives["id"], positives["source"].str.split(","), strict=True)) == expected
    assert task_names(windows) == ["t", "u"]
    for i, task in enumerate("tu"):
        for row in windows.itertuples():
            near = [
                abs(at - row.start - 20) for chrom, at in random_events(i) if chrom == row.chrom
            ]
            label = 1 if min(near) <= 10 else None if min(near) <= 30 else 0
            found = getattr(row, task)
            assert (None if np.isnan(found) else found) == label
    negatives = windows[windows["role"] == "negative"]
    assert len(negatives) == 2 * len(positives) and (negatives[["t", "u"]] == 0).all(axis=None)
    assert windows["id"].is_unique and prepared.notes["negative windows"] == len(negatives)


def test_the_table_is_in_order_and_repeats(fasta, peaks):
    first = prepare(fasta=fasta, peaks=peaks, **SETTINGS).windows
    again = prepare(fasta=fasta, peaks=peaks, **SETTINGS).windows
    other = prepare(fasta=fasta, peaks=peaks, **SETTINGS, seed=1).windows
    pd.testing.assert_frame_equal(first, again)
    assert not first.equals(other)
    assert first.equals(first.sort_values(["chrom", "start"], ignore_index=True))


def test_gc_is_that_of_the_letters(fasta, peaks, sequences):
    windows = prepare(fasta=fasta, peaks=peaks, **SETTINGS).windows
    for row in windows.itertuples():
        text = sequences[row.chrom][row.start : row.end]
        assert row.gc == pytest.approx((text.count("G") + text.count("C")) / 41, abs=1e-4)


def test_a_mirrored_genome_gives_mirrored_positives(
    fasta, peaks, sequences, write_fasta, write_bed
):
    turned = {name: text.translate(OTHER)[::-1] for name, text in sequences.items()}
    mirrored = {
        name: write_bed([(c, len(sequences[c]) - 1 - at) for c, at in random_events(i)], name)
        for i, name in enumerate("tu")
    }
    turned_fasta = write_fasta(turned, "turned.fa")
    here = prepare(fasta=fasta, peaks=peaks, **SETTINGS).windows
    there = prepare(fasta=turned_fasta, peaks=mirrored, **SETTINGS).windows
    sizes = here["chrom"].map({name: len(text) for name, text in sequences.items()})
    here = here.assign(turned=sizes - here["end"])[here["role"] == "positive"]
    there = there[there["role"] == "positive"].reset_index()
    both = here.reset_index().merge(
        there, left_on=["chrom", "turned"], right_on=["chrom", "start"], validate="1:1"
    )
    assert len(both) == len(here) == len(there) > 80
    for task in "tu":
        np.testing.assert_array_equal(both[f"{task}_x"], both[f"{task}_y"])
    pair = [
        open_inputs(prepare(fasta=f, peaks=p, **SETTINGS).windows, f).arrays(both[rows].to_numpy())
        for f, p, rows in ((fasta, peaks, "index_x"), (turned_fasta, mirrored, "index_y"))
    ]
    np.testing.assert_array_equal(pair[0], pair[1][:, ::-1, ::-1])


def test_what_is_dropped_is_counted_by_reason(sequences, write_fasta, write_bed, tmp_path):
    sequences["chrB"] = sequences["chrB"][:4000] + "N" * 100 + sequences["chrB"][4100:]
    events = [("chrA", 5), ("chrA", 2000), ("chrA", 2000), ("chrB", 4050), ("chrB", 2000)]
    events += [("chrC", 6990), ("chrC", 3000), ("chrC", 5000), ("chrD", 100)]
    excluded = tmp_path / "exclude.bed"
    excluded.write_text("chrC\t3020\t3021\nchrM\t0\t10\n")
    prepared = prepare(
        fasta=write_fasta(sequences),
        peaks={"t": write_bed(events)},
        exclude=[str(excluded)],
        **SETTINGS,
    )
    counts = {
        row["reason"]: (row["task"], row["count"], row["example"])
        for row in prepared.dropped.to_dict("records")
    }
    assert counts == {
        "on a chromosome that is not in the folds": ("t", 1, "chrD:100"),
        "over the chromosome's end": ("t", 2, "chrA:5"),
        "in an excluded region": ("t", 1, "chrC:3000"),
        "too many N": ("t", 1, "chrB:4050"),
        "same window as another event's": ("", 1, "chrA:1980-2021"),
    }
    positives = prepared.windows[prepared.windows["role"] == "positive"]
    assert positives["id"].tolist() == ["chrA:1980-2021", "chrB:1980-2021", "chrC:4980-5021"]
    assert prepared.notes["excluded regions: no chromosome chrM in the FASTA"] == 1


def test_a_window_next_to_an_excluded_region_stays(fasta, write_bed, tmp_path):
    excluded = tmp_path / "exclude.bed"
    excluded.write_text("chrA\t2021\t2100\nchrA\t1900\t1980\n")
    events = [("chrA", 2000), ("chrB", 2000), ("chrC", 2000)]
    peaks = {"t": write_bed(events)}
    prepared = prepare(fasta=fasta, peaks=peaks, exclude=[str(excluded)], **SETTINGS)
    assert "chrA:1980-2021" in set(prepared.windows["id"])


def test_dropped_events_mask(fasta, write_bed):
    near = [("chrA", 3000), ("chrB", 3000), ("chrC", 3000)]
    peaks = {
        "t": write_bed([*near, ("chrA", 6000)], "t.bed"),
        "u": write_bed([("chrA", 6005), ("chrA", 100), ("chrB", 100), ("chrC", 100)], "u.bed"),
    }
    apart = {"t": {"from": ["u"], "distance": 5}}
    windows = prepare(fasta=fasta, peaks=peaks, apart=apart, **SETTINGS).windows.set_index("id")
    assert "chrA:5980-6021" not in windows.index
    assert np.isnan(windows.loc["chrA:5985-6026", "t"])
    assert windows.loc["chrA:5985-6026", "u"] == 1


def test_events_only_keep_negatives_away_and_are_no_task(fasta, peaks):
    windows = prepare(fasta=fasta, peaks=peaks, events_only=["u"], **SETTINGS).windows
    assert task_names(windows) == ["t"] and set(windows["source"]) == {"t", "negative"}
    for row in windows[windows["role"] == "negative"].itertuples():
        near = [at for chrom, at in random_events(1) if chrom == row.chrom]
        assert min(max(row.start - at, at - row.end + 1) for at in near) >= 60


def test_tiles_lie_side_by_side_and_take_labels_from_peaks(fasta, peaks):
    windows = prepare(fasta=fasta, peaks=peaks, tile=20, **SETTINGS).windows
    expected = [
        f"{chrom}:{start}-{start + 41}"
        for chrom, size in zip(["chrA", "chrB", "chrC"], SIZES, strict=False)
        for start in range(0, size - 40, 20)
    ]
    assert windows["id"].tolist() == expected and set(windows["role"]) == {"tile"}
    positive = {row.id for row in windows.itertuples() if row.t == 1}
    assert positive == {
        f"{chrom}:{start}-{start + 41}"
        for chrom, at in random_events(0)
        for start in range(0, 9000, 20)
        if abs(start + 20 - at) <= 10
    } & set(expected)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"window": 7001}, "doesn't fit on chrC, which has 7000"),
        ({"folds": fold_table([["chrA"], ["chrB"], ["chr-D"]])}, "did you mean 'chrD'"),
        ({"peaks": {}}, "there is no task"),
        ({"peaks": {"gc": "t"}}, "can't be named 'gc'"),
        ({"events_only": ["v"]}, "events_only names 'v'"),
        ({"negative_distance": 11}, "would be masked"),
        ({"tile": 0}, "tiles every 0 bp"),
        ({"folds": fold_table([["chrA"], ["chrB"], ["chrD"]])}, "there are no windows"),
        ({"signals": {"s": {"plus": "absent.bw"}}}, "can't be read"),
    ],
)
def test_what_would_spoil_a_training(fasta, peaks, change, message):
    given = {"fasta": fasta, "peaks": peaks, **SETTINGS, **change}
    if change.get("peaks"):
        given["peaks"] = {"gc": peaks["t"]}
    with pytest.raises(BadInput, match=message):
        prepare(**given)


def test_a_task_whose_events_are_all_elsewhere(fasta, peaks, write_bed):
    peaks["v"] = write_bed([("chrD", 100), ("chrA", 3)], "v.bed")
    with pytest.raises(BadInput, match="task v has no event left") as error:
        prepare(fasta=fasta, peaks=peaks, **SETTINGS)
    assert "1 on a chromosome that is not in the folds (first: chrD:100)" in str(error.value)
    assert "1 over the chromosome's end (first: chrA:3)" in str(error.value)


def test_a_fold_without_positives_of_a_task_is_named(fasta, peaks, write_bed):
    peaks["v"] = write_bed([("chrA", 3000), ("chrB", 3000)], "v.bed")
    with pytest.raises(BadInput, match="task v has no positives: 0 positives") as error:
        prepare(fasta=fasta, peaks=peaks, **SETTINGS)
    assert "fold0, training: chrC" in str(error.value)


def test_top_that_leaves_a_fold_without_windows_is_named(fasta, tmp_path):
    # the strongest stand on chrA and chrB; chrC is the training chromosome of fold0
    places = [(chrom, at) for chrom in ("chrB", "chrA", "chrC") for at in (4000, 900, 2500)]
    lines = [f"{chrom}\t{at}\t{at + 1}\n" for chrom, at in places]
    (tmp_path / "sorted.bed").write_text("".join(lines))
    given = {"fasta": fasta, "peaks": {"t": str(tmp_path / "sorted.bed")}, **SETTINGS}
    with pytest.raises(BadInput, match="no windows; left out of all folds: t: 3 beyond") as error:
        prepare(**given, top=2 / 3)
    for words in ("share of events that is used", "first: chrC:4000", "chrC", "inputs.top"):
        assert words in str(error.value)


def test_an_empty_peak_file(fasta, peaks, write_bed):
    with pytest.raises(BadInput, match="no peaks"):
        prepare(fasta=fasta, peaks={**peaks, "v": write_bed([], "v.bed")}, **SETTINGS)


BLOCKS = fold_table([["chrA-0-2900"], ["chrA-3000-6000"], ["chrA-6080-9000", "chrB"]])


def in_block(name, chrom, start, end):
    block = stretch(name, {"chrA": 9000, "chrB": 8000})
    return block.chrom == chrom and block.start <= start and end <= block.end


def test_windows_of_blocks_lie_wholly_in_them(fasta, write_bed):
    events = [*random_events(0), ("chrA", 2950), ("chrA", 3010), ("chrA", 6075)]
    settings = {**SETTINGS, "folds": BLOCKS}
    prepared = prepare(fasta=fasta, peaks={"t": write_bed(events)}, **settings)
    windows = prepared.windows
    names = BLOCKS["group"].unique()
    for row in windows.itertuples():
        assert [n for n in names if in_block(n, row.chrom, row.start, row.end)] == [row.group]
    counts = windows.groupby("group")["role"].value_counts()
    for name in names:
        assert counts[name, "negative"] == 2 * counts[name, "positive"]
    inside = [
        any(in_block(name, chrom, at - 20, at + 21) for name in names)
        for chrom, at in events
        if chrom != "chrC"
    ]
    dropped = prepared.dropped.set_index("reason")["count"]
    assert dropped["in a gap between blocks of two folds"] == len(inside) - sum(inside) >= 3
    assert (windows["role"] == "positive").sum() == sum(inside)
    assert prepared.notes["bases in gaps between blocks"] == 180


def test_tiles_leave_out_what_reaches_into_gaps(fasta, write_bigwig):
    counts = {name: np.ones(size) for name, size in zip(["chrA", "chrB"], SIZES, strict=False)}
    track = write_bigwig(counts | {"chrC": np.ones(7000), "chrD": np.ones(5000)})
    signals = {"t": {"plus": track}}
    prepared = prepare(fasta=fasta, signals=signals, folds=BLOCKS, window=41, tile=50)
    starts = range(0, 9000 - 40, 50)
    kept = [
        start
        for start in starts
        if any(in_block(name, "chrA", start, start + 41) for name in BLOCKS["group"].unique())
    ]
    windows = prepared.windows
    assert windows.loc[windows["chrom"] == "chrA", "start"].tolist() == kept
    dropped = prepared.dropped.set_index("reason")["count"]
    assert dropped["in a gap between blocks of two folds"] == len(starts) - len(kept) > 0


def test_a_block_of_no_chromosome(fasta, peaks):
    for odd in ("chrZ-0-500", "chrA-8000-9001", "chrA-5-x"):
        folds = fold_table([["chrA-0-2900"], [odd], ["chrB"]])
        with pytest.raises(BadInput, match=odd.replace("chrA-8000-9001", "goes past the end")):
            prepare(fasta=fasta, peaks=peaks, **{**SETTINGS, "folds": folds})
