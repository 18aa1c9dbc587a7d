"""Figures for notebooks: letters and marks stand where they should, as high as their numbers."""

import json
import re

import h5py
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch

import chromolens
from chromolens.attribution.result import Result
from chromolens.errors import BadInput
from chromolens.genome.fasta import prepare_fasta
from chromolens.genome.onehot import codes_of, encode
from chromolens.report.figures.logos import GLYPHS
from chromolens.report.plots import letters
from chromolens.report.plots.style import COLOURS
from chromolens.scores import seal
from chromolens.tables.inputs import CHROMOSOMES, GENOME_WINDOWS, TRUTH
from chromolens.tables.motifs import HITS
from chromolens.tracks.bigbed import write_bigbed
from chromolens.tracks.bigwig import write_bigwig
from tests.indexes import write_index
from tests.partial_tables import write_partial

SEQUENCE = "ACGT" * 150  # base i is ACGT[i % 4]
SIZE = len(SEQUENCE)
GENES = """table genes
"genes"
(
    string chrom; "chrom"
    uint chromStart; "start"
    uint chromEnd; "end"
    string name; "name"
    uint score; "score"
    char[1] strand; "strand"
)
"""


def contribution(place: np.ndarray) -> np.ndarray:
    """Of every base of the made-up track: negative at each C."""
    return np.where(place % 4 == 1, -1.0, place / 100)


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """Task t of model main has tracks; of the null permuted bases 100 to 120 are explained."""
    folder = tmp_path_factory.mktemp("plots") / "s"
    (folder / "inputs").mkdir(parents=True)
    (folder / "plain.fa").write_text(f">chr1\n{SEQUENCE}\n>chr2\n{SEQUENCE}\n")
    prepare_fasta(folder / "plain.fa", folder / "inputs/genome.fa.gz")
    (folder / "provenance.json").write_text(
        json.dumps(
            {
                "config": {
                    "study": "s",
                    "inputs": {"kind": "genome"},
                    "attribution": {"target": "logit"},
                }
            }
        )
    )
    runs = [{"model": m, "method": x} for m, x in (("main", "grad"), ("null", "grad"))]
    runs += [{"model": "main", "method": "ism"}]
    tasks = [run | {"task": "t"} for run in runs if run["method"] == "grad"]
    main = {"model": "main", "task": "t", "method": "grad"}
    write_index(
        folder,
        genome=[{}],
        simulated=[{}],
        explained=runs,
        motifs=tasks,
        raw=[main | {"track": "grad"}],
        prediction=[main | {"method": "", "track": "prediction"}],
        observed=[{"task": "t"}],
        searched=[main],
        with_genes=[{}],
    )
    places = {"chrom": "chr1", "start": [110, 130], "end": [118, 150], "strand": "+"}
    write_table(folder, CHROMOSOMES, chrom=["chr1", "chr2"], length=SIZE)
    write_table(folder, TRUTH, **places, motif=["M1", "M2"])
    hits = places | {"name": ["one", "two"], "motif": "x"}
    (folder / "hits/main/t/grad").mkdir(parents=True)
    write_partial(HITS, pd.DataFrame(hits), folder / "hits/main/t/grad/hits.bed.gz")
    windows = {
        "chrom": "chr1",
        "start": [100, 300],
        "end": [120, 320],
        "source": ["t", "negative"],
    }
    windows |= {
        "role": ["positive", "negative"],
        "t": [1.0, 0.0],
        "id": ["a", "b"],
        "group": "chr1",
    }
    write_table(folder, GENOME_WINDOWS, **windows)
    tracks = {"main.t.grad": contribution, "main.t.prediction": lambda x: x / 10}
    for name, values in (tracks | {"t.observed": lambda x: (x == 110) * 2.0}).items():
        path = folder / f"tracks/s.{name}.bw"
        path.parent.mkdir(exist_ok=True)
        write_bigwig(path, {"chr1": SIZE}, lambda _, a, b, f=values: f(np.arange(a, b)))
    gene = {"chrom": "chr1", "start": 135, "end": 300, "name": "YFG1", "score": "0", "strand": "-"}
    write_bigbed(pd.DataFrame([gene]), {"chr1": SIZE}, folder / "tracks/s.genes.bb", GENES)
    for run, value in zip(runs, (9.0, 0.25, 0.5), strict=True):
        explained(folder / f"attribution/{run['model']}/{run['method']}/windows.h5", value)
    return chromolens.open_study(folder)


def write_table(folder, table, **columns) -> None:
    (folder / table.file).parent.mkdir(exist_ok=True)
    write_partial(table, pd.DataFrame(columns), folder / table.file)


def explained(path, value: float) -> None:
    """One window, chr1:100-120, in which every base adds ``value``."""
    path.parent.mkdir(parents=True)
    with h5py.File(path, "w") as file:
        group = file.create_group("t")
        group["id"] = ["chr1:100-120"]
        group["contributions"] = np.full((1, 20), value)
        group["scale"] = [2.0]
    seal(path)


def drawn(ax) -> dict[str, list[tuple[int, float]]]:
    """Base -> (place, height) of its letters, by their outlines."""
    found = {}
    for patch in ax.patches:
        if type(patch) is PathPatch:
            (base,) = [b for b in "ACGT" if COLOURS[b] == to_hex(patch.get_facecolor())]
            ends: dict[int, list[float]] = {}
            for outline in patch.get_path().to_polygons(closed_only=False):
                ends.setdefault(int(outline[:, 0].mean()), []).extend(outline[:, 1])
            found[base] = [(place, max(ys, key=abs)) for place, ys in sorted(ends.items())]
    return found


def words(ax) -> dict[str, tuple[float, float]]:
    return {text.get_text(): text.get_position() for text in ax.texts}


@pytest.mark.parametrize("base", GLYPHS)
def test_a_glyph_fills_its_box_upright(base):
    path = letters.outline(GLYPHS[base])
    (low_x, low_y), (high_x, high_y) = path.get_extents().get_points()
    assert 0 <= low_x < 0.05 and 0.95 < high_x <= 1
    assert abs(low_y) < 0.01 and abs(high_y - 1) < 0.01
    if base == "T":  # its bar is above
        assert path.contains_point((0.1, 0.9)) and not path.contains_point((0.1, 0.1))


def test_letters_are_as_high_as_contributions(study):
    figure = chromolens.plot_locus(study, "chr1:100-140")
    observed, prediction, row, marks = figure.axes
    found = drawn(row)
    for base, start in zip("ACGT", (100, 101, 102, 103), strict=True):
        places = np.arange(start, 140, 4)
        assert [place for place, _ in found[base]] == places.tolist()
        np.testing.assert_allclose([h for _, h in found[base]], contribution(places), rtol=1e-4)
    assert row.get_xlim() == (100, 140)
    assert "contribution" in row.get_ylabel() and "(logit)" in prediction.get_ylabel()
    assert observed.get_ylim()[1] >= 2
    assert figure.axes[0].get_title(loc="left") == "s: t, main"


def test_hits_planted_instances_and_events_stand_at_their_bases(study):
    *_, marks = chromolens.plot_locus(study, "chr1:100-140").axes
    found = words(marks)
    assert found["one →"][0] == (110 + 118) / 2 and found["M1 →"][0] == (110 + 118) / 2
    assert found["two →"][0] == (130 + 140) / 2  # what is shown of it
    (event,) = marks.lines
    assert event.get_xdata() == [110 + 0.5]
    assert found["YFG1 ←"][0] == (135 + 140) / 2
    named = [label.get_text() for label in marks.get_yticklabels()]
    assert named == ["hits", "planted", "events", "genes"]


def test_places_are_numbered_from_one(study):
    *_, marks = chromolens.plot_locus(study, "chr1:100-140").axes
    numbers = {
        label.get_text(): tick
        for tick, label in zip(marks.get_xticks(), marks.get_xticklabels(), strict=True)
    }
    assert numbers["105"] == 104.5  # the middle of base 104, counted from 0
    assert "chr1" in marks.get_xlabel()


def test_thousands_may_be_apart(study):
    ax = chromolens.plot_locus(study, "chr1:1,00–1,40").axes[2]
    assert ax.get_xlim() == (100, 140)


def test_methods_without_tracks_are_drawn_where_their_windows_lie(study):
    figure = chromolens.plot_locus(study, "chr1:110-130", method=["grad", "ism"])
    row = drawn(figure.axes[3])
    assert sorted(place for own in row.values() for place, _ in own) == list(range(110, 120))
    assert {height for own in row.values() for _, height in own} == {0.5}
    scaled = chromolens.plot_locus(study, "chr1:110-130", method="ism", form="scaled").axes[2]
    assert {height for own in drawn(scaled).values() for _, height in own} == {0.25}
    nothing = chromolens.plot_locus(study, "chr1:200-230", method="ism").axes[2]
    assert "no window of it was explained here" in words(nothing) and not drawn(nothing)


def test_tracks_have_one_scale_and_say_what_is_not_known(study):
    figure = chromolens.plot_tracks(study, "chr1:90-150")
    _, _, main, null, _ = figure.axes
    assert main.get_ylim() == null.get_ylim()
    top = contribution(np.arange(90, 150)).max()
    assert top < main.get_ylim()[1] < 1.2 * top and main.get_ylim()[0] < -1
    bars, grey = (patch.get_data() for patch in null.patches)
    assert bars.edges.tolist() == grey.edges.tolist() == [90, 100, 120, 150]
    assert bars.values.tolist() == [0, 0.25, 0] and grey.values.tolist() == [1, 0, 1]
    assert {"main, grad", "null, grad"} <= {word for ax in figure.axes for word in words(ax)}


def test_a_long_stretch_keeps_its_farthest_values(study):
    main = chromolens.plot_tracks(study, f"chr1:0-{SIZE}", models=["main"]).axes[2]
    values = main.patches[0].get_data().values
    assert values.max() == pytest.approx(contribution(np.arange(SIZE)).max())
    assert values.min() == -1


def test_all_tracks_of_a_place_are_one_table(study):
    table = study.bases("chr1:100-140")
    tracks = ["main.t.grad", "main.t.prediction", "t.observed"]
    assert table.columns.tolist() == ["chrom", "start", "base", *tracks]
    assert "".join(table["base"]) == SEQUENCE[100:140]
    expected = contribution(table["start"].to_numpy())
    np.testing.assert_allclose(table["main.t.grad"], expected, rtol=1e-6)
    assert table.loc[table["t.observed"] > 0, "start"].tolist() == [110]


def test_a_record_is_drawn_by_its_id(tmp_path):
    config = {"study": "r", "inputs": {"kind": "sequences"}, "attribution": {"target": "logit"}}
    (tmp_path / "provenance.json").write_text(json.dumps({"config": config}))
    run = {"model": "main", "method": "ism"}
    write_index(tmp_path, explained=[run], motifs=[run | {"task": "t"}])
    path = tmp_path / "attribution/main/ism/windows.h5"
    path.parent.mkdir(parents=True)
    with h5py.File(path, "w") as file:
        group = file.create_group("t")
        group["id"] = ["first", "second"]
        group["onehot"] = np.stack([encode("ACGT"), encode("TTGN")]).astype("int8")
        group["contributions"] = np.array([[1.0, 2, 3, 4], [5, -6, 7, 8]])
    seal(path)
    study = chromolens.open_study(tmp_path)
    row, _ = chromolens.plot_locus(study, "second").axes
    assert drawn(row) == {"G": [(2, 7.0)], "T": [(0, 5.0), (1, -6.0)]}
    with pytest.raises(BadInput, match="did you mean 'second'"):
        chromolens.plot_locus(study, "secnd")
    with pytest.raises(BadInput, match="plot_locus"):
        chromolens.plot_tracks(study, "second")


WRONG = {
    "did you mean 'chr1'": {"place": "1:100-140"},
    "at most 600": {"place": "chr1:590-601"},
    "not an interval": {"place": "chr1"},
    "too many for letters(.|\n)*plot_tracks": {"place": "chr1:0-600"},
    "did you mean 'main'": {"model": "mian"},
    "no task 'u'": {"task": "u"},
    "did you mean 'grad'": {"method": "gard"},
    "ism explained nothing with null(.|\n)*null grad": {"model": "null", "method": "ism"},
    "did you mean 'scaled'": {"form": "scale"},
}


@pytest.mark.parametrize("message", WRONG)
def test_what_cannot_be_drawn_is_said(study, message):
    with pytest.raises(BadInput, match=message):
        chromolens.plot_locus(study, **{"place": "chr1:100-140"} | WRONG[message])


def test_figures_are_drawn_into_what_is_given_and_written_as_svg(study, tmp_path):
    whole = Figure((12, 4))
    left, right = whole.subfigures(1, 2)
    assert chromolens.plot_locus(study, "chr1:100-120", figure=left) is left
    assert chromolens.plot_tracks(study, "chr1:100-300", figure=right) is right
    whole.savefig(tmp_path / "both.svg")
    text = (tmp_path / "both.svg").read_text()
    assert len(re.findall("<path", text)) > 20 and text.rstrip().endswith("</svg>")


RESULT = Result(
    contributions=np.array([[0.5, -1.0, 0.0, 2.0, 0.0], np.zeros(5)]),
    hypothetical=np.array([[[0.5, -0.25, 0, 0]] * 5] * 2),
    completeness_error=np.zeros(2),
    values=np.zeros(2),
    reference_values=np.zeros(2),
    target="logit",
    codes=np.array([codes_of("ACGTN")] * 2),
)


def test_a_logo_of_an_answer():
    ax = chromolens.plot_logo(RESULT)
    assert drawn(ax) == {"A": [(0, 0.5)], "C": [(1, -1.0)], "T": [(3, 2.0)]}
    assert ax.get_ylabel() == "contribution (logit)"
    part = chromolens.plot_logo(RESULT, start=3, end=5)
    assert drawn(part) == {"T": [(3, 2.0)]} and part.get_xlim() == (3, 5)
    all_four = drawn(chromolens.plot_logo(RESULT, 1, hypothetical=True))
    assert all_four["C"] == [(place, -0.25) for place in range(5)]


def test_a_logo_of_a_motif_is_in_bits_and_weights_stay_as_they_are():
    ppm = np.array([[1, 0, 0, 0], [0.5, 0.5, 0, 0], [0.25] * 4])
    ax = chromolens.plot_logo(ppm, title="x")
    found = drawn(ax)
    assert found["A"][0] == (0, 2.0) and found["C"][0][0] == 1
    assert {found["A"][1], found["C"][0]} == {(1, 0.5), (1, 1.0)}  # one stands on the other
    assert ax.get_ylim() == (0, 2) and ax.get_ylabel() == "bits"
    weights = chromolens.plot_logo(ppm - 0.5, ax=Figure().subplots())
    assert drawn(weights)["A"][0] == (0, 0.5) and weights.get_ylabel() == "weight"


@pytest.mark.parametrize(
    ("what", "message"),
    [
        ({"what": "ACGT"}, "a logo of 'ACGT'"),
        ({"what": np.zeros((3, 5))}, "columns A C G T"),
        ({"what": RESULT, "index": 2}, "no input 2(.|\n)*0 to 1"),
        ({"what": RESULT, "start": 5}, "no positions from 5"),
        ({"what": np.full((2, 4), np.nan)}, "not finite"),
    ],
)
def test_what_has_no_logo_is_said(what, message):
    with pytest.raises(BadInput, match=message):
        chromolens.plot_logo(**what)
