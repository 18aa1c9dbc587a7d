"""What is seen of a run: a header, one line per stage, failures at once, and what was found.

Nothing here knows Snakemake: ``snakemake_logger_plugin_chromolens`` tells ``Run`` what happens.
"""
