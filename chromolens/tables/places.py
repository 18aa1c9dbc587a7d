"""Where every kind of file lies in a study's folder: the one place that knows.

The rules write these files, each under the same literal path below ``results/{study}``;
``tests/test_results.py`` holds the two together.
"""

import re

from chromolens.tables.catalogue import all_tables
from chromolens.tables.column import Table
from chromolens.tables.study import INDEX

KEYS = INDEX.names[1:-1]
"""What tells files of one kind apart."""

# Table of jobs -> kind of file that each of them has -> its place in the study's folder.
FILES = {
    "study": {
        "windows": "inputs/windows.tsv.gz",
        "folds": "inputs/folds.tsv",
        "dropped": "inputs/dropped.tsv",
        "notes": "inputs/notes.json",
        "acceptance": "acceptance.tsv",
        "provenance": "provenance.json",
        "report": "report/index.html",
        "report_zip": "report.zip",
    },
    "genome": {
        "genome": "inputs/genome.fa.gz",
        "chromosomes": "inputs/chromosomes.tsv",
    },
    "tokens": {"vocabulary": "inputs/vocabulary.tsv"},
    "genotypes": {
        "genotypes": "inputs/genotypes.h5",
        "markers": "inputs/markers.tsv.gz",
        "samples": "inputs/samples.tsv.gz",
        "covariates": "inputs/covariates.tsv.gz",
        "verdicts": "markers/verdicts.tsv",
        "null_bands": "markers/bands.tsv",
        "known_loci": "markers/known.tsv",
    },
    "spiked": {
        "spiked": "inputs/spiked.tsv",
        "recovered": "markers/recovered.tsv",
        "recall": "markers/recall.tsv",
    },
    "marked": {
        "masses": "markers/{model}.{task}.{method}.masses.tsv.gz",
        "ld_blocks": "markers/{model}.{task}.{method}.blocks.tsv",
        "chromosome_shares": "markers/{model}.{task}.{method}.chromosomes.tsv",
        "marker_bedgraph": "markers/{model}.{task}.{method}.bedgraph.gz",
        "marker_track": "markers/{study}.{model}.{task}.{method}.bw",
    },
    "drawn": {"null_masses": "markers/nulls/{model}.{method}.{null}.tsv.gz"},
    "occluded": {"occluded": "markers/{model}.occluded.tsv"},
    "kept": {
        "marker_sets": "markers/{model}.{task}.sets.tsv.gz",
        "set_members": "markers/{model}.{task}.members.tsv.gz",
        "set_markers": "markers/{model}.{task}.kept.tsv",
    },
    "scanned": {
        "scan": "markers/{task}.scan.tsv.gz",
        "ridge": "markers/{task}.ridge.tsv.gz",
        "scanned": "markers/{task}.scanned.tsv",
    },
    "simulated": {
        "truth": "simulated/truth.bed",
        "core": "simulated/core.bed",
    },
    "models": {
        "model_windows": "inputs/{model}.windows.tsv.gz",
        "metrics": "models/{model}/metrics.tsv",
        "pooled": "models/{model}/pooled.tsv",
        "predictions": "models/{model}/predictions.tsv.gz",
        "positions": "checks/{model}.positions.tsv",
        "profile": "checks/{model}.profile.tsv.gz",
    },
    "trainings": {
        "network": "models/{model}/{fold}.{replicate}.keras",
        "card": "models/{model}/{fold}.{replicate}.json",
        "history": "models/{model}/{fold}.{replicate}.history.tsv",
    },
    "picked": {
        "picked": "attribution/{model}/windows.tsv",
        "thresholds": "sis/{model}/thresholds.tsv",
    },
    "filtered": {
        "filters": "filters/{model}/filters.tsv",
        "filters_meme": "filters/{model}/filters.meme",
        "filter_sites": "filters/{model}/sites.tsv",
    },
    "viewed": {"views": "views/{model}.tsv.gz"},
    "lexicon": {
        "lexicon": "lexicon/lexicon.tsv",
        "members": "lexicon/members.tsv",
        "lexicon_meme": "lexicon/lexicon.meme",
    },
    "placed_windows": {
        "regions": "inputs/{method}.regions.tsv.gz",
        "regions_dropped": "inputs/{method}.dropped.tsv",
    },
    "shards": {"shard": "attribution/{model}/{method}/{shard}.h5"},
    "piloted": {"tried": "attribution/{model}/{method}/settings.tsv"},
    "explained": {"explained": "attribution/{model}/{method}/windows.h5"},
    "raw": {"track": "tracks/{study}.{model}.{task}.{track}.bw"},
    "scaled": {"scaled_track": "tracks/{study}.{model}.{task}.{track}.bw"},
    "sd": {"sd_track": "tracks/{study}.{model}.{task}.{track}.bw"},
    "sign": {"sign_track": "tracks/{study}.{model}.{task}.{track}.bw"},
    "fold_mean": {"fold_mean_track": "tracks/{study}.{model}.{task}.{track}.bw"},
    "fold_sd": {"fold_sd_track": "tracks/{study}.{model}.{task}.{track}.bw"},
    "fold_sign": {"fold_sign_track": "tracks/{study}.{model}.{task}.{track}.bw"},
    "prediction": {"prediction_track": "tracks/{study}.{model}.{task}.{track}.bw"},
    "observed": {"observed_track": "tracks/{study}.{task}.observed.bw"},
    "records": {"contributions": "contributions/{study}.{model}.{task}.{method}.h5"},
    "motifs": {
        "modisco": "motifs/{model}/{task}/{method}/modisco.h5",
        "patterns": "motifs/{model}/{task}/{method}/patterns.tsv",
        "patterns_meme": "motifs/{model}/{task}/{method}/patterns.meme",
        "subpatterns": "motifs/{model}/{task}/{method}/subpatterns.tsv",
        "seqlets": "motifs/{model}/{task}/{method}/seqlets.bed",
        "merged": "motifs/{model}/{task}/{method}/merged.tsv",
        "merged_h5": "motifs/{model}/{task}/{method}/merged.h5",
        "merged_meme": "motifs/{model}/{task}/{method}/merged.meme",
        "matches": "motifs/{model}/{task}/{method}/matches.tsv",
        "matches_meme": "motifs/{model}/{task}/{method}/matches.meme",
        "motif_page": "report/motifs/{model}.{task}.{method}.html",
    },
    "subsets": {
        "sis": "sis/{model}/{task}/sis.tsv.gz",
        "sis_counts": "sis/{model}/{task}/counts.tsv",
        "sis_clusters": "sis/{model}/{task}/clusters.tsv",
        "sis_aligned": "sis/{model}/{task}/aligned.tsv.gz",
        "sis_motifs": "sis/{model}/{task}/motifs.tsv",
        "sis_weights": "sis/{model}/{task}/weights.tsv",
        "sis_meme": "sis/{model}/{task}/motifs.meme",
        "sis_bed": "sis/{model}/{task}/subsets.bed",
    },
    "edited": {
        "edits": "edits/{model}/{task}/edits.tsv.gz",
        "edit_scores": "edits/{model}/{task}/scores.tsv.gz",
    },
    "others": {
        "other_sis": "sis/{model}/{task}/others.tsv.gz",
        "other_sis_counts": "sis/{model}/{task}/others.counts.tsv",
    },
    "swept": {"sweep": "sis/{model}/{task}/sweep.tsv"},
    "masked": {"mask": "checks/{model}.mask.tsv"},
    "searched": {
        "hits": "hits/{model}/{task}/{method}/hits.bed.gz",
        "hits_bigbed": "hits/{model}/{task}/{method}/hits.bb",
        "sought": "hits/{model}/{task}/{method}/motifs.tsv",
        "motif_pairs": "hits/{model}/{task}/{method}/pairs.tsv",
        "gaps": "hits/{model}/{task}/{method}/gaps.tsv.gz",
    },
    "checked_hits": {"checked_hits": "checks/{model}.{task}.{method}.hits.tsv"},
    "tried": {
        "marginal": "experiments/{model}/{task}/marginal.tsv",
        "marginal_dropped": "experiments/{model}/{task}/marginal.dropped.tsv",
        "spacing": "experiments/{model}/{task}/spacing.tsv.gz",
        "spaced_pairs": "experiments/{model}/{task}/spacing.pairs.tsv",
        "spacing_dropped": "experiments/{model}/{task}/spacing.dropped.tsv",
        "necessity": "experiments/{model}/{task}/necessity.tsv",
    },
    "ablated": {
        "ablated": "experiments/{model}/{task}/{method}.ablated.tsv.gz",
        "calibration": "experiments/{model}/{task}/{method}.calibration.tsv",
    },
    "substituted": {
        "substituted": "experiments/{model}/{task}/substitutions.tsv",
        "motif_profiles": "experiments/{model}/{task}/substitutions.motifs.tsv",
    },
    "browsed": {
        "tracks_page": "report/tracks.html",
        "igv_session": "tracks/igv_session.xml",
    },
    "with_events": {"events_bigbed": "tracks/{study}.events.bb"},
    "with_genes": {"genes_bigbed": "tracks/{study}.genes.bb"},
    "with_planted": {"planted_bigbed": "tracks/{study}.planted.bb"},
    "with_subsets": {"subsets_bigbed": "tracks/{study}.subsets.bb"},
    "hub": {
        "hub": "tracks/hub.txt",
        "hub_genomes": "tracks/genomes.txt",
        "hub_tracks": "tracks/trackDb.txt",
    },
    "completeness": {"completeness": "checks/{model}.{method}.completeness.tsv"},
    "folded": {"folds_alike": "checks/{model}.{method}.folds.tsv"},
    "planted": {"planted": "checks/{model}.{task}.{method}.planted.tsv"},
    "known_motifs": {
        "scored_matches": "checks/{model}.{method}.matches.tsv.gz",
        "missed": "checks/{model}.{method}.missed.tsv",
    },
    "texts": {
        "sought_texts": "tokens/{model}.sought.tsv",
        "token_sets": "tokens/{model}.sets.tsv.gz",
        "set_tokens": "tokens/{model}.members.tsv.gz",
        "kept_tokens": "tokens/{model}.kept.tsv",
        "set_clusters": "tokens/{model}.clusters.tsv",
    },
    "placed": {
        "token_bedgraph": "tokens/{model}.{task}.{method}.bedgraph.gz",
        "token_track": "tokens/{study}.{model}.{task}.{method}.bw",
    },
    "varied": {
        "listed_variants": "variants/listed.tsv.gz",
        "dropped_variants": "variants/dropped.tsv",
    },
    "null_variants": {"null_variants": "variants/nulls.tsv.gz"},
    "listed_scores": {"listed_scores": "variants/{model}/{set}.{fold}.tsv.gz"},
    "null_scores": {"null_scores": "variants/{model}/{set}.{fold}.tsv.gz"},
    "variants": {
        "variants": "variants/{model}/variants.tsv.gz",
        "variant_matches": "variants/{model}/matches.tsv.gz",
        "allele_contributions": "variants/{model}/contributions.tsv.gz",
        "annotated": "variants/{model}/variants.vcf.gz",
        "annotated_index": "variants/{model}/variants.vcf.gz.tbi",
        "variants_bigbed": "variants/{model}/variants.bb",
    },
    "phased": {
        "phased": "variants/haplotypes.tsv.gz",
        "phased_dropped": "variants/haplotypes.dropped.tsv",
    },
    "phased_models": {"epistasis": "variants/{model}/haplotypes.tsv.gz"},
    "saturated": {
        "saturation_blocks": "variants/saturation.tsv.gz",
        "saturation_dropped": "variants/saturation.dropped.tsv",
    },
    "saturated_parts": {"saturation": "variants/{model}/saturation.{fold}.{part}.tsv.gz"},
    "saturation_tracks": {
        "effect_of_a": "tracks/{study}.{model}.{task}.to_A.bw",
        "effect_of_c": "tracks/{study}.{model}.{task}.to_C.bw",
        "effect_of_g": "tracks/{study}.{model}.{task}.to_G.bw",
        "effect_of_t": "tracks/{study}.{model}.{task}.to_T.bw",
    },
    "ranked": {"ranked_tokens": "tokens/{model}.{method}.tsv.gz"},
    "tiled": {"tiles": "checks/{model}.tiles.tsv"},
    "thinned": {"learning": "checks/{model}.learning.tsv"},
    "compared": {"methods": "checks/{model}.methods.tsv"},
    "paired": {
        "exchanged": "compared/{model}/{other}/{task}/exchanged.tsv.gz",
        "joint_clusters": "compared/{model}/{other}/{task}/clusters.tsv",
        "agreement": "compared/{model}/{other}/{task}/agreement.tsv",
    },
}


def _table_at(place: str) -> Table | None:
    named = re.sub(r"{(\w+)}", lambda key: key[1].upper(), place)
    by_file = {table.file: table for table in all_tables()}
    # a model's windows have the columns of all windows
    return by_file.get(named) or by_file.get(named.replace("MODEL.windows", "windows"))


KINDS = [kind for files in FILES.values() for kind in files]
TABLES = {
    kind: table
    for files in FILES.values()
    for kind, place in files.items()
    if (table := _table_at(place)) is not None
}
"""Kind of file -> how its table is declared."""
