"""Tables of variants: as they were read, what was left out, what the models make of them."""

from chromolens.tables.column import FOLD, MODEL, TARGET, TASK, Table, base, integer, number, text

_STATED = (
    integer("record", "its number in the file", "0-based"),
    integer("allele", "number of the alternative allele in its record, as in VCF", "1-based"),
    text("id", "as in the file; `.`: none"),
    text("chrom", "name of the chromosome in the FASTA; of what is left out, in the file"),
    integer("position", "as in VCF", "bp, 1-based"),
    text("ref", "the reference allele, as the file has it"),
    text("alt", "the alternative allele, as the file has it"),
)
_VARIANT = text("variant", "trimmed and left-aligned, `chrom:position:ref:alt` as in VCF")
_KIND = text("kind", "`A[C>T]G` (the pyrimidine's strand), `deletion 1`, `insertion 2-4`, "
             "`other`: matched nulls are of the same")  # fmt: skip
_SCORES = (
    number("reference", "prediction for the reference allele", TARGET),
    number("alternative", "prediction for the alternative allele", TARGET),
    number("effect", "alternative less reference: of classifiers the difference of the log-odds, "
           "of counts the log2 fold change"),
    number("places_sd", "standard deviation of the effect over the places in the window; empty: "
           "one place", missing=True),
    number("anchors", "of an indel: its effect with the left side kept less that with the right "
           "side kept; empty: alleles of one length", missing=True),
    number("jsd", "Jensen-Shannon distance (base 2) of the two profiles; empty: no profile",
           missing=True),
    number("sd", "of the effect over the replicates; empty: one replicate", missing=True),
    number("sign", "share of the replicates whose effect has the sign of the mean; empty: one "
           "replicate", "share", missing=True),
)  # fmt: skip

_CHANGE = (
    base("start", "first base that is replaced, trimmed and left-aligned"),
    text("removed", "bases that are replaced; empty: an insertion", missing=True,
         pattern="[ACGT]+"),
    text("added", "bases in their place; empty: a deletion", missing=True, pattern="[ACGT]+"),
)  # fmt: skip

LISTED = Table(
    "variants/SET.tsv.gz",
    "the variants of the user's file (`listed`) and the drawn ones (`nulls`), a row per "
    "alternative allele that is scored",
    (
        *_STATED,
        _VARIANT,
        *_CHANGE,
        _KIND,
        text("ref_match", "the allele that the genome has: `ref`; `alt`: the two were turned",
             pattern="ref|alt"),
        FOLD,
        text("host_chrom", "of a null: chromosome of the window that it is read in",
             optional=True),
        integer("host", "of a null: the base of that window whose place `start` takes",
                "bp, 0-based", optional=True),
    ),
)  # fmt: skip
LEFT_OUT = Table(
    "variants/dropped.tsv",
    "variants that were not scored, a row per alternative allele",
    (*_STATED, text("reason", "why")),
)
SCORED = Table(
    "variants/MODEL/SET.FOLD.tsv.gz",
    "what the models of one fold make of the variants on its held-out chromosomes, a row per "
    "variant and task",
    (_VARIANT, _KIND, FOLD, TASK, *_SCORES),
)
VARIANTS = Table(
    "variants/MODEL/variants.tsv.gz",
    "the variants of the user's file and their effects, in the order of the file",
    (
        MODEL,
        TASK,
        *_STATED,
        _VARIANT,
        *_CHANGE,
        _KIND,
        text("ref_match", "the allele that the genome has: `ref`; `alt`: the two were turned"),
        FOLD,
        *_SCORES,
        number("activity", "held-out positive windows predicted below the more active allele",
               "share", missing=True),
        integer("nulls", "number of matched null variants that the effect is compared with"),
        number("p", "(1 + nulls with as large an effect) / (1 + nulls); empty: no nulls",
               missing=True),
        number("q", "Benjamini-Hochberg over the variants of the task", missing=True),
    ),
)  # fmt: skip
ALLELES = Table(
    "variants/MODEL/contributions.tsv.gz",
    "contributions about the clearest variants, with either allele in the middle of the window",
    (
        MODEL,
        TASK,
        _VARIANT,
        text("allele", "`reference` or `alternative`", pattern="reference|alternative"),
        integer("position", "from the variant's first base", "bp"),
        text("base", "that is there", pattern="[ACGTN]"),
        number("contribution", "of the base, mean over the replicates", TARGET),
    ),
    float_format="%.6g",
)
MATCHES = Table(
    "variants/MODEL/matches.tsv.gz",
    "motifs of the lexicon that match over one allele of a variant alone, by sequence",
    (
        MODEL,
        TASK,
        _VARIANT,
        text("motif", "id in the lexicon"),
        text("name", "in the database, or the motif's id"),
        text("change", "`lost` or `gained` by the alternative allele", pattern="lost|gained"),
        number("reference", "best match over the reference allele; empty: none", "bits",
               missing=True),
        number("alternative", "best match over the alternative allele; empty: none", "bits",
               missing=True),
    ),
)  # fmt: skip
_EFFECT_OF = "effect of {} in place of the genome's base; empty: the genome has it"
BLOCKS = Table(
    "variants/saturation.tsv.gz",
    "stretches of the regions of `variants.saturation`, each scored by itself",
    (
        text("chrom", "chromosome"),
        base("start", "first base"),
        base("end", "behind the last base"),
        FOLD,
    ),
)
BLOCKS_DROPPED = Table(
    "variants/saturation.dropped.tsv",
    "bases of the regions that were not scored, by reason",
    (
        text("reason", "why"),
        integer("count", "bases"),
        text("example", "the first stretch of them"),
    ),
)
SATURATED = Table(
    "variants/MODEL/saturation.FOLD.PART.tsv.gz",
    "the effect of each substitution of the bases of some blocks, a row per task and base",
    (
        TASK,
        text("chrom", "chromosome"),
        base("start", "the base"),
        *(number(letter, _EFFECT_OF.format(letter), TARGET, missing=True) for letter in "ACGT"),
    ),
)
_HAPLOTYPE = (
    text("haplotype", "its name in this study: h0, h1 ..."),
    text("chrom", "chromosome"),
    base("start", "first base that is replaced"),
)
PHASED = Table(
    "variants/haplotypes.tsv.gz",
    "alternative alleles that one phased haplotype carries within half a window, a row for each "
    "different set of them",
    (
        *_HAPLOTYPE,
        text("removed", "bases of the genome, from the first allele to the last", missing=True),
        text("added", "bases of the haplotype in their place", missing=True),
        text("variants", "the alleles, `chrom:position:ref:alt`, commas between them"),
        text("alone", "bases in place of `removed` with one of the alleles, in their order",
             missing=True),
        integer("carriers", "haplotypes of samples with just these alleles there"),
        FOLD,
    ),
)  # fmt: skip
PHASED_DROPPED = Table(
    "variants/haplotypes.dropped.tsv",
    "alleles and haplotypes that were left out, by reason",
    (
        text("reason", "why"),
        integer("count", "alleles of samples, or haplotypes"),
        text("example", "the first"),
    ),
)
EPISTASIS = Table(
    "variants/MODEL/haplotypes.tsv.gz",
    "alleles of one haplotype together and apart, a row per haplotype and task",
    (
        MODEL,
        TASK,
        *_HAPLOTYPE,
        base("end", "behind the last base that is replaced"),
        text("variants", "the alleles, commas between them"),
        integer("carriers", "haplotypes of samples with just these alleles there"),
        number("together", "effect of all alleles, as `effect` of a variant", TARGET),
        number("apart", "sum of the effects of each allele alone, in the same windows", TARGET),
        number("epistasis", "`together` less `apart`", TARGET),
    ),
)
