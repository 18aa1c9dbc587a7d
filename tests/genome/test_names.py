"""Suggestions for chromosome names: the right line for the config, and no wild guesses."""

import pytest
import yaml

from chromolens.genome.names import mapping_line, roman, suggest_names

YEAST = [
    f"chr{numeral}" for numeral in "I II III IV V VI VII VIII IX X XI XII XIII XIV XV XVI".split()
]


def test_roman_numerals():
    expected = "I II III IV V VI VII VIII IX X XI XII XIII XIV XV XVI XIX XL XC XCIX".split()
    numbers = [*range(1, 17), 19, 40, 90, 99]
    assert [roman(number) for number in numbers] == expected


@pytest.mark.parametrize("spelling", ["chr{}", "{}", "Chr{}", "CHROMOSOME_{}"])
def test_arabic_names_of_a_roman_genome(spelling):
    names = [spelling.format(number) for number in range(1, 17)]
    assert suggest_names(names, YEAST) == dict(zip(names, YEAST, strict=True))


def test_a_human_x_is_not_the_tenth():
    human = [*map(str, range(1, 23)), "X", "Y", "MT"]
    names = ["chrX", "chr10", "chrM", "chrY"]
    assert suggest_names(names, human) == {"chrX": "X", "chr10": "10", "chrM": "MT", "chrY": "Y"}


def test_what_nothing_resembles_is_left_out():
    assert suggest_names(["chr17", "chr2-micron", "scaffold_3"], YEAST) == {}


def test_the_line_is_yaml_with_names_that_stay_text():
    names = {"1": "chrI", "chr2": "2", "chrM": "null"}
    read = yaml.safe_load(mapping_line(names))
    assert read == {"chromosome_names": {"1": "chrI", "chr2": "2", "chrM": None}}
