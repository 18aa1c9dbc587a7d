"""Dots lie where the markers do, leads are named once, bands and shares by hand."""

import re
import xml.etree.ElementTree as ET

import numpy as np
import pandas as pd
import pytest

from chromolens.report.figures.manhattan import LEFT, RIGHT, WIDTH, Row, manhattan, shares

MARKERS = pd.DataFrame(
    {
        "marker": ["a", "b", "c", "d", "<e>"],
        "chrom": ["chrI", "chrI", "chrI", "chrII", "chrII"],
        "position": [1000, 1500, 3000, 10, 2010],
    }
)


def dots(drawing: str, name: str) -> np.ndarray:
    """(x, y) of the dots of one colour, row after row."""
    paths = re.findall(rf'<path d="([^"]*)" class="markers {name}"', drawing)
    return np.array([pair.split() for path in paths for pair in re.findall(r"M([^h]*)h0", path)],
                    float).reshape(-1, 2)  # fmt: skip


def test_dots_lie_at_their_places():
    drawing = str(manhattan(MARKERS, [Row("scan", "LOD", np.array([0, 4, 8, 2, np.nan]))], "x"))
    free = (WIDTH - LEFT - RIGHT - 4) / 2  # both chromosomes span 2,000 bp
    even, odd = dots(drawing, "even"), dots(drawing, "odd")
    np.testing.assert_allclose(even[:, 0] - LEFT, [0, free / 4, free], atol=0.26)
    np.testing.assert_allclose(odd[:, 0] - LEFT, [free + 4], atol=0.26)  # <e> has no value
    # half as much is half as high
    low, middle, high = even[np.argsort(even[:, 0]), 1]
    assert low - middle == pytest.approx(middle - high, abs=0.51) and low - high > 100
    ET.fromstring(drawing)


def test_leads_are_named_and_escaped():
    row = Row("mass", "mass", np.array([0, 1, 5, 0, 3.0]), labelled=[2, 4], threshold=4)
    drawing = str(manhattan(MARKERS, [row, row], "x"))
    words = ["".join(text.itertext()) for text in ET.fromstring(drawing).iter() if
             text.tag.endswith("text")]  # fmt: skip
    assert words.count("chrI:3,000") == words.count("chrII:2,010") == 2
    assert words[-2:] == ["I", "II"]
    assert "&lt;e&gt; chrII:2,010  3" in drawing and drawing.count('class="level"') == 2


def test_names_that_would_collide_are_left_to_the_tip():
    markers = pd.DataFrame({"marker": list("abc"), "chrom": "I", "position": [1, 2, 1000]})
    drawing = str(manhattan(markers, [Row("scan", "LOD", np.array([5, 5.1, 4]), [0, 1, 2])], "x"))
    assert "I:2<" in drawing and ">I:1<" not in drawing and ">I:1,000<" in drawing
    assert "a I:1  5</title>" in drawing


def test_markers_that_cover_one_another_are_drawn_once():
    count = 50_000
    markers = pd.DataFrame(
        {"marker": "m", "chrom": "I", "position": np.arange(count), "value": 0.0}
    )
    drawing = str(manhattan(markers, [Row("scan", "LOD", np.zeros(count))], "x"))
    assert len(dots(drawing, "even")) <= 2 * (WIDTH - LEFT - RIGHT) + 1
    assert len(drawing) < 100_000


def test_nothing_at_all_is_drawn_flat():
    drawing = str(manhattan(MARKERS, [Row("scan", "LOD", np.full(5, np.nan))], "x"))
    assert not len(dots(drawing, "even")) and "nan" not in drawing


def test_shares_stand_in_their_bands():
    table = pd.DataFrame({"chrom": ["chrI", "chrII"], "expected": 0.5, "share": [0.8, 0.2]})
    band = pd.DataFrame({"low": [0.3, 0.4], "median": 0.5, "high": [0.6, 0.7]},
                        index=["chrI", "chrII"])  # fmt: skip
    drawing = ET.fromstring(str(shares(table, {"untrained": band, "permuted": band}, "x")))
    circles = [one for one in drawing.iter() if one.tag == "circle"]
    boxes = [one for one in drawing.iter() if one.tag == "rect"]
    assert circles[0][0].text == "chrI: 80.0 % of the mass, 50.0 % of the markers"
    assert boxes[3][0].text == "chrII permuted: 50.0 % (40.0 to 70.0 %)"
    # the largest share is the top of the axis (14), 0 its foot (170)
    heights = [float(one.get("cy")) for one in circles]
    assert heights == pytest.approx([14, 170 - 156 / 4], abs=0.01)
    assert float(boxes[0].get("height")) == pytest.approx(156 * 0.3 / 0.8, abs=0.01)
    assert [one.get("class") for one in boxes] == ["null n0", "null n1"] * 2
