"""The tracks in browsers: a page with igv.js, a session of IGV desktop, a track hub for UCSC."""

NEEDS = (
    *("windows", "predictions", "track", "prediction_track", "observed_track", "explained"),
    *("genome", "chromosomes", "truth", "hits", "hits_bigbed", "sis_bed", "variants"),
    "provenance",
)
"""Kinds of results that are read for them."""
