"""The head of each section: what it shows, what a good result is, and what to do otherwise."""

from typing import NamedTuple


class Guide(NamedTuple):
    """What a section shows, what a good result looks like, and what to do if it differs."""

    shows: str
    good: str = ""
    otherwise: str = ""


GUIDES = {
    "verdict": Guide(
        "The criteria that the config states, and whether the study meets them.",
        "every criterion that must hold is met, and the network predicts better than baselines.",
        "the explanation in a failed row says where to look. Goals need not be met.",
    ),
    "data": Guide(
        "Which windows were made from your files, what was left out, and what each fold held out.",
        "the numbers are as you expect, and few windows or events were dropped.",
        "inputs/dropped.tsv has the reasons. The most frequent one is names of chromosomes that "
        "differ between files.",
    ),
    "performance": Guide(
        "How well the networks predict windows of chromosomes that they never saw.",
        "validation loss falls and levels off; metrics are far above chance and alike in all "
        "folds.",
        "try more events, more epochs or another architecture. Contributions of a network that "
        "predicts badly mean little.",
    ),
    "loci": Guide(
        "Examples of places in the genome, base by base.",
        "high letters spell named motifs, other bases are near 0, and nulls have no high letters.",
        "look at the prediction first: where it is low, contributions mean little.",
    ),
    "tokens": Guide(
        "Which tokens contribute most to the class of each record.",
        "these tokens make sense to you, and similar records have similar ones.",
        "tokens that name a source or a batch leak the label: leave them out.",
    ),
    "texts": Guide(
        "The smallest sets of tokens that alone keep a record in its class.",
        "sets are small, and the same in many records.",
        "large sets mean that the class depends on many tokens together.",
    ),
    "markers": Guide(
        "Which markers the networks use, beside a scan of single markers.",
        "known loci are found, and the networks differ from their nulls.",
        "the verdict says whether the result comes from the architecture or from the genotypes.",
    ),
    "patterns": Guide(
        "Patterns that recur in the contributions of many windows (TF-MoDISco), each above the "
        "known motif that it matches.",
        "clear letters, many seqlets, and a name with a small q; nulls have no names.",
        "explain more windows (attribution.methods.NAME.windows), or train a better network.",
    ),
    "subsets": Guide(
        "The smallest sets of bases that alone keep a prediction above its threshold (SIS).",
        "subsets have few bases, and spell the motifs that contributions show too.",
        "subsets as large as the window mean that the network uses composition, not motifs.",
    ),
    "edits": Guide(
        "How few substitutions change the prediction of a window.",
        "few edits are enough, and they lie inside motifs.",
        "edits all over the window mean that the prediction does not depend on motifs.",
    ),
    "lexicon": Guide(
        "All motifs of the study, and which reading of which network found each.",
        "MoDISco and SIS, which are independent, both find a motif, and no null (hollow) does.",
        "trust a motif of one reading less. Do not trust one that a null shows.",
    ),
    "hits": Guide(
        "Where each motif lies in the genome and its bases contribute.",
        "precision is above that of the sequence alone, at the same recall.",
        "the last column says why a motif has no hits. The config key motifs.hits has the rules.",
    ),
    "variants": Guide(
        "How other alleles than the genome's change the predictions.",
        "effects are larger than those of nulls, lie at hits, and agree over places in the window "
        "and replicates.",
        "if no variant passes, check the network's performance first: a weak network sees no "
        "difference between alleles.",
    ),
    "experiments": Guide(
        "How the prediction changes when motifs are put into sequences, alone and in pairs, and "
        "when they are removed from windows.",
        "motifs raise the target far more than in nulls (hollow), and their removal lowers it.",
        "if removal changes nothing, the network does not use the motif. If insertion changes "
        "nothing, the motif may need a partner.",
    ),
    "known_motifs": Guide(
        "Whether matches of known motifs contribute.",
        "good matches, on the right, lie above 0.",
        "the network does not use a motif that many methods miss.",
    ),
    "views": Guide(
        "The sequences to which networks and their hidden units respond most.",
        "they hold motifs of the lexicon.",
        "trust the sections that use data more: these sequences are made by the network alone.",
    ),
    "methods": Guide(
        "Whether attribution methods agree, and which finds best the bases that the network uses.",
        "curves fall steeply and lie far below the grey line.",
        "use the method whose curve falls fastest.",
    ),
    "positions": Guide(
        "Which positions of the input the network uses.",
        "the profile differs from that of the untrained network, and moves with the windows.",
        "mass that stays in place when windows move does not depend on the sequence.",
    ),
    "checks": Guide(
        "Whether contributions add up to the prediction, and whether folds share sequence.",
        "no window is flagged, and few windows share words with another fold.",
        "take more steps or another method; use the metrics without shared words.",
    ),
    "making": Guide("How this page was made: commands, settings, versions and checksums."),
}
