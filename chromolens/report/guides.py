"""The head of each section: what it shows, what is good to see, and what to do if it isn't."""

from typing import NamedTuple


class Guide(NamedTuple):
    """What a section shows, what is good to see in it, and what to do where that isn't seen."""

    shows: str
    good: str = ""
    otherwise: str = ""


GUIDES = {
    "verdict": Guide(
        "What the study was to show, as its config states it, and whether it did.",
        "every criterion that must hold is met, and the network predicts better than baselines.",
        "the explanation of a failed row says where to look; missed goals fail no study.",
    ),
    "data": Guide(
        "Which windows were made of your files, which were left out, and who was held out when.",
        "the numbers are those you expect, and little was dropped.",
        "the reasons stand in inputs/dropped.tsv; names of chromosomes are the usual one.",
    ),
    "performance": Guide(
        "How well the networks predict windows of chromosomes that they never saw.",
        "validation loss falls and levels off; metrics lie far above chance, folds lie together.",
        "more events, more epochs or another architecture; a network that predicts badly has "
        "contributions that explain little.",
    ),
    "loci": Guide(
        "Single places of the genome, base by base.",
        "high letters spell motifs with a name, other bases are near 0, and nulls show nothing.",
        "look at the prediction first: where it is low, contributions explain nothing.",
    ),
    "tokens": Guide(
        "Which tokens of each record decide.",
        "the decisive tokens mean something to you, and are alike in similar records.",
        "tokens that name a source or a batch are a leak: leave them out.",
    ),
    "texts": Guide(
        "The smallest sets of tokens that alone keep a record in its class.",
        "few tokens, and the same ones in many records.",
        "large sets mean that no few tokens decide.",
    ),
    "markers": Guide(
        "Which markers the networks use, beside a scan of single markers.",
        "known loci are found, and nulls stay inside their bands.",
        "the verdict says whether it is the network or the genome.",
    ),
    "patterns": Guide(
        "What recurs among the contributions of many windows (TF-MoDISco), over the known motif "
        "that it matches.",
        "clear letters, many seqlets, and a name with a small q; nulls have none.",
        "more explained windows (attribution.methods.NAME.windows), or a better network.",
    ),
    "subsets": Guide(
        "The smallest sets of bases that alone keep a prediction above its threshold (SIS).",
        "few bases, which spell the motifs that contributions show too.",
        "subsets as large as the window mean that the network reads composition, not motifs.",
    ),
    "edits": Guide(
        "How few changes of bases turn a prediction.",
        "a few edits, inside motifs.",
        "edits that are spread over the window mean that no motif decides.",
    ),
    "lexicon": Guide(
        "All motifs of the study, and which reading of which network sees each.",
        "MoDISco and SIS, which share no step, both see a motif, and no null (hollow) does.",
        "believe a motif of one reading less, and one that a null shows not at all.",
    ),
    "hits": Guide(
        "Where each motif stands in the genome and contributes.",
        "precision above that of the sequence alone, at the same recall.",
        "the last column says why a motif has none; rules are in motifs.hits.",
    ),
    "variants": Guide(
        "What the models make of other alleles than the genome's.",
        "effects that stand out of the nulls, at bases of hits, alike over places and replicates.",
        "where none passes, the models see no difference; look at the network's performance.",
    ),
    "experiments": Guide(
        "What motifs do where they are put into sequences, alone and in pairs, and what is lost "
        "where they are taken away.",
        "motifs gain far more than nulls (hollow) do, and windows lose by them.",
        "a motif that is lost without cost is not used; one that gains nothing alone may need a "
        "partner.",
    ),
    "known_motifs": Guide(
        "Whether matches of known motifs contribute.",
        "good matches, on the right, lie above 0.",
        "a motif that many methods miss is one that the network doesn't use.",
    ),
    "views": Guide(
        "What networks and their hidden units would like to see.",
        "motifs that the lexicon has too.",
        "these views ask the network alone: data decide whether they matter.",
    ),
    "methods": Guide(
        "Whether several attribution methods agree, and which knows best what the network reads.",
        "curves that fall steeply and lie far below the grey line.",
        "explain with the method whose curve falls fastest.",
    ),
    "positions": Guide(
        "Where in its input the network looks.",
        "a profile that training made: unlike the untrained one, and moving with the windows.",
        "mass that stays in place whatever the window holds says nothing of the sequence.",
    ),
    "checks": Guide(
        "Whether contributions add up to the prediction, and whether folds share sequence.",
        "no window is flagged, and few share words.",
        "more steps or another method; the metrics without shared words are the honest ones.",
    ),
    "making": Guide("What made this page: commands, settings, versions and checksums."),
}
