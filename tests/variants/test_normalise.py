"""However a variant is written, it has one form; held against the haplotypes themselves."""

import random

import pytest

from chromolens.variants.normalise import Change, kind_of, name_of, normalise
from tests.variants.alleles import mutated, sequences, write_genome


@pytest.fixture(scope="module")
def genome(tmp_path_factory):
    with write_genome(tmp_path_factory.mktemp("genome")) as opened:
        yield opened


def spellings(text, position, ref, alt, draw):
    """Ways to write the haplotype that ``alt`` in place of ``ref`` makes, by brute force."""
    whole = mutated(text, position, ref, alt)
    longer, found = len(alt) - len(ref), []
    for start in range(position - 30, position + 30):
        for length in range(1, 5):
            other = whole[start - 1 : start - 1 + length + longer]
            own = text[start - 1 : start - 1 + length]
            if other and mutated(text, start, own, other) == whole and own != other:
                found.append((start, own, other))
    return draw.sample(found, min(len(found), 6))


def test_random_indels_in_repeats_have_one_form(genome):
    text, draw, several = sequences()["a"], random.Random(3), 0
    for _ in range(300):
        position = draw.randint(195, 240)
        length = draw.randint(1, 4)
        ref = text[position - 1 : position + length - 1]
        alt = "".join(draw.choices("ACGT", k=draw.randint(1, 4)))
        alt = draw.choice([alt, ref[0], ref + ref[-1], ref + text[position + length - 1]])
        if ref == alt:
            continue
        ways = spellings(text, position, ref, alt, draw)
        forms = {normalise(genome, Change("a", at - 1, own, other)) for at, own, other in ways}
        form = normalise(genome, Change("a", position - 1, ref, alt))
        assert forms | {form} == {form}
        several += len(ways) > 1
        # the form makes the same haplotype, and no spelling of it stands further to the left
        one = mutated(text, form.start + 1, form.removed, form.added)
        assert one == mutated(text, position, ref, alt)
        if not (form.removed and form.added):
            assert all(form.start <= at - 1 + len(own) for at, own, _ in ways)
    assert several > 100


@pytest.mark.parametrize(
    ("change", "form", "name"),
    [
        # CA repeats from base 200, 18 bases of them, behind text[199]
        (("a", 216, "CA", ""), (200, "CA", ""), None),
        (("a", 218, "TT", "T"), (218, "T", ""), None),
        (("a", 218, "", "T"), (218, "", "T"), None),
        (("a", 200, "CACA", "CATA"), (202, "C", "T"), "a:203:C:T"),
        (("a", 200, "CACA", "GG"), (200, "CACA", "GG"), "a:201:CACA:GG"),
    ],
)
def test_by_hand(genome, change, form, name):
    found = normalise(genome, Change(*change))
    assert tuple(found)[1:] == form or found.start <= form[0]
    if name:
        assert name_of(genome, found) == name


def test_names_take_a_base_beside_an_indel_even_at_the_ends(genome):
    text = sequences()["a"]
    assert name_of(genome, Change("a", 9, text[9], "")) == f"a:9:{text[8:10]}:{text[8]}"
    assert name_of(genome, Change("a", 9, "", "G")) == f"a:9:{text[8]}:{text[8]}G"
    assert name_of(genome, Change("a", 0, text[0], "")) == f"a:1:{text[:2]}:{text[1]}"
    assert name_of(genome, Change("a", 0, "", "GG")) == f"a:1:{text[0]}:GG{text[0]}"


def test_kinds(genome):
    text = sequences()["a"]
    at = text.index("ACG")
    assert kind_of(genome, Change("a", at + 1, "C", "T")) == "A[C>T]G"
    assert kind_of(genome, Change("a", at + 2, "G", "A")) == f"{other(text[at + 3])}[C>T]G"
    assert kind_of(genome, Change("a", 5, "", "A")) == "insertion 1"
    assert kind_of(genome, Change("a", 5, text[5:9], "")) == "deletion 2-4"
    assert kind_of(genome, Change("a", 5, "", "A" * 15)) == "insertion 5-15"
    assert kind_of(genome, Change("a", 5, "", "A" * 16)) == "other"
    assert kind_of(genome, Change("a", 5, text[5:7], "GGG")) == "other"
    assert kind_of(genome, Change("a", 0, text[0], other(text[0]))) == "other"
    assert kind_of(genome, Change("b", 460, sequences()["b"][460], "A")) == "other"


def other(base):
    return dict(zip("ACGT", "TGCA", strict=True))[base]
