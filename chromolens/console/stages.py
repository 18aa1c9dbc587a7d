"""The stages of a study, as the console shows them, and the stage of each rule."""

STAGES = {
    "inputs": (
        "download", "simulate_genome", "simulate_genotypes", "simulate_records", "plant_records",
        "prepare_genome", "prepare_genotypes", "prepare_inputs", "prepare_regions",
        "label_windows", "count_tokens",
    ),
    "train": ("train", "evaluate"),
    "measure": ("measure_training", "measure_method"),
    "explain": (
        "pick_windows", "choose_settings", "attribute", "explain_windows", "edit_windows",
        "view_model",
    ),
    "variants": (
        "read_variants", "draw_variants", "score_variants", "judge_variants",
        "match_variants", "explain_variants", "annotate_vcf", "phase_variants",
        "score_haplotypes", "read_saturation", "saturate", "join_saturation",
    ),
    "tracks": ("join_tracks", "observed_track", "join_records", "rank_tokens", "place_tokens"),
    "motifs": (
        "find_patterns", "merge_patterns", "name_patterns", "read_filters", "name_filters",
    ),
    "subsets": (
        "find_sis", "find_other_sis", "cluster_sis", "sweep_thresholds", "check_mask",
        "compare_models", "cluster_both", "find_token_sets", "find_marker_sets",
    ),
    "markers": (
        "summarise_markers", "occlude_chromosomes", "scan_markers", "draw_null",
        "recover_markers", "judge_markers",
    ),
    "lexicon": ("make_lexicon",),
    "hits": ("find_hits", "find_pairs", "check_hits"),
    "experiments": ("marginalise", "space_motifs", "ablate", "substitute_bases", "weigh_motifs"),
    "checks": (
        "check_completeness", "check_folds", "check_positions", "check_tiles", "check_planted",
        "check_missed", "compare_methods", "learn_from_fewer", "accept",
    ),
    "report": (
        "record_provenance", "index_results", "report_motifs", "report", "browse", "pack_report",
    ),
}  # fmt: skip
"""Stage -> its rules."""

TARGETS = ("all", "models", "tracks", "measured")
"""Rules that do nothing but ask for others."""

_STAGE_OF = {rule: stage for stage, rules in STAGES.items() for rule in rules}


def stage_of(rule: str) -> str:
    """The stage that ``rule`` belongs to; of a rule of somebody else's its own name."""
    return _STAGE_OF.get(rule, rule)
