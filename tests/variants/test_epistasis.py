"""Alleles of one haplotype: which go together, and their effects by a network of two places."""

import keras
import numpy as np
import pytest

from chromolens.errors import BadInput
from chromolens.models.model import Model
from chromolens.variants.epistasis import score_haplotypes
from chromolens.variants.haplotypes import stands_of
from chromolens.variants.listed import Reading
from chromolens.variants.phased import OVERLAP, TURNED, UNPHASED, read_phased
from chromolens.variants.reading import read_variants
from tests.variants.alleles import (
    FOLDS,
    SETTINGS,
    WINDOW,
    mutated,
    sequences,
    write_genome,
    write_vcf,
)

TEXT = sequences()["a"]


@pytest.fixture(scope="module")
def genome(tmp_path_factory):
    with write_genome(tmp_path_factory.mktemp("genome")) as opened:
        yield opened


def other(position: int) -> str:
    """Another base than that at ``position`` (1-based) of chromosome a."""
    return "ACGT"[("ACGT".index(TEXT[position - 1]) + 1) % 4]


def write(path, *records):
    head = ["##fileformat=VCFv4.2", "##contig=<ID=a,length=600>"]
    head.append('##FORMAT=<ID=GT,Number=1,Type=String,Description="genotype">')
    head.append('##FORMAT=<ID=PS,Number=1,Type=Integer,Description="phase set">')
    head.append("\t".join("#CHROM POS ID REF ALT QUAL FILTER INFO FORMAT x y".split()))
    lines = [
        "\t".join(["a", str(at), ".", ref, alt, ".", ".", ".", "GT:PS", *calls])
        for at, ref, alt, *calls in records
    ]
    path.write_text("\n".join([*head, *lines, ""]))
    return path


def phased(genome, path, turn=False):
    reading = Reading(genome, FOLDS, SETTINGS | {"turn_swapped": turn})
    listed, _ = reading.taken(read_variants(path))
    return read_phased(path, listed, genome, reading, WINDOW)


def snv(at, *calls):
    return (at, TEXT[at - 1], other(at), *calls)


def test_alleles_of_one_haplotype_go_together(genome, tmp_path):
    deletion = (109, TEXT[108:111], TEXT[108])  # CGT
    path = write(
        tmp_path / "v.vcf",
        snv(100, "0|1", "1|1"),
        snv(105, "1|0", "0|1"),
        (*deletion, "0|1", "0|1"),
        snv(110, "0|1", "0|0"),  # deleted on the same haplotype
        snv(150, "0/1", "1|0"),  # not phased in x, and alone in y
    )
    table, dropped = phased(genome, path)
    rows = {tuple(row.variants.split(",")): row for row in table.itertuples()}
    first, second = f"a:100:{TEXT[99]}:{other(100)}", f"a:105:{TEXT[104]}:{other(105)}"
    names = {name for names in rows for name in names}
    (third,) = names - {first, second}
    assert set(rows) == {(first, third), (first, second, third)}
    both, every = rows[first, third], rows[first, second, third]
    assert (both.start, both.removed) == (99, TEXT[99:111]) and both.fold == "fold0"
    assert both.carriers == 1 and every.carriers == 1
    whole = mutated(mutated(TEXT, *deletion), 100, TEXT[99], other(100))
    assert both.added == whole[99:109]
    alone = [mutated(TEXT, 100, TEXT[99], other(100))[99:111], mutated(TEXT, *deletion)[99:109]]
    assert both.alone.split(",") == alone
    assert len(every.alone.split(",")) == 3
    counts = dict(zip(dropped["reason"], dropped["count"], strict=True))
    assert counts == {OVERLAP: 1, UNPHASED: 1}


def test_what_is_far_apart_or_turned_does_not(genome, tmp_path):
    swapped = (120, other(120), TEXT[119], "0|1", "0|1")
    path = write(
        tmp_path / "v.vcf", snv(100, "0|1", "1|0"), swapped, snv(121, "0|1", "1|0"),
        snv(122, "0|1", "0|0"),
    )  # fmt: skip
    table, dropped = phased(genome, path, turn=True)
    # 100 and 121 span 22 bp, more than half of the window
    assert table["variants"].str.count(",").tolist() == [1]
    assert table["start"].tolist() == [120] and TURNED in dropped["reason"].tolist()


def test_phase_sets_are_apart(genome, tmp_path):
    path = write(
        tmp_path / "v.vcf",
        snv(100, "0|1:1", "0|1:7"), snv(103, "1|1:.", "1|1:."), snv(106, "0|1:2", "0|1:7"),
        snv(109, "0|1:2", "0|0:."),
    )  # fmt: skip
    table, _ = phased(genome, path)
    places = [
        tuple(int(name.split(":")[1]) for name in row.split(",")) for row in table["variants"]
    ]
    # in x another phase set begins at 106; what is homozygous goes with the one before
    assert sorted(places) == [(100, 103), (100, 103, 106), (106, 109)]


def test_files_without_haplotypes(genome, tmp_path):
    none = write(tmp_path / "none.vcf", snv(100, "0|1", "0|1"))
    table, _ = phased(genome, none)
    assert table.empty
    found = score_haplotypes({}, genome, table, **asked())
    assert found.empty and "epistasis" in found
    bare = write_vcf(tmp_path / "bare.vcf", f"a 100 . {TEXT[99]} {other(100)}")
    with pytest.raises(BadInput, match="no samples"):
        phased(genome, bare)
    listed = tmp_path / "v.tsv"
    listed.write_text(f"chrom\tpos\tref\talt\na\t100\t{TEXT[99]}\t{other(100)}\n")
    with pytest.raises(BadInput, match="no genotypes"):
        phased(genome, listed)


def asked() -> dict:
    return {"tasks": ["x"], "objective": "regression", "window": WINDOW,
            "stands": stands_of(SETTINGS | {"places": 1})}  # fmt: skip


def gate() -> Model:
    """relu(1 - missing), where missing counts the bases of the genome's 101 and 106 in place.

    Where the first base of a haplotype at 100 stands in the middle, and on the forward strand.
    """
    inputs = keras.Input((WINDOW, 4))
    first = keras.layers.Dense(1, activation="relu")
    out = keras.layers.Dense(1)
    network = keras.Model(inputs, out(first(keras.layers.Flatten()(inputs))))
    weights = np.zeros((WINDOW, 4), np.float32)
    for at in (101, 106):
        weights[WINDOW // 2 + at - 101, "ACGT".index(TEXT[at - 1])] = -1
    first.set_weights([weights.reshape(-1, 1), np.ones(1, np.float32)])
    out.set_weights([np.full((1, 1), 2, np.float32), np.zeros(1, np.float32)])
    return Model.of(network, ["x"])


def test_epistasis_is_what_the_two_do_more_than_each(genome, tmp_path):
    path = write(tmp_path / "v.vcf", snv(101, "0|1", "0|0"), snv(106, "0|1", "0|0"))
    table, _ = phased(genome, path)
    model = gate()
    found = score_haplotypes({"fold0": [model]}, genome, table, **asked()).iloc[0]
    stand = WINDOW // 2
    begin = 100 - stand

    def by_hand(*positions):
        text = TEXT
        for at in positions:
            text = mutated(text, at, TEXT[at - 1], other(at))
        letters = text[begin : begin + WINDOW]
        onehot = np.array([[[base == letter for base in "ACGT"] for letter in letters]], float)
        both = np.concatenate([onehot, onehot[:, ::-1, ::-1]])
        return model.network.predict(both, verbose=0).mean() / np.log(2)

    whole = by_hand()
    together = by_hand(101, 106) - whole
    apart = by_hand(101) + by_hand(106) - 2 * whole
    assert found["together"] == pytest.approx(together, abs=1e-5)
    assert found["apart"] == pytest.approx(apart, abs=1e-5)
    # each base alone closes the gate, so only the loss of both opens it
    assert found["epistasis"] == pytest.approx(together - apart, abs=1e-5)
    assert found["epistasis"] > 0.5
    assert (found["start"], found["end"], found["carriers"]) == (100, 106, 1)
