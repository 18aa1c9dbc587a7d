"""bigWig files, written as numpy arrays come: Kent et al. 2010 (Bioinformatics 26:2204).

The supplement of that paper is the format's description; names of its fields are in comments.
``writer`` is the way in; ``sections`` are values compressed, ``zooms`` their summaries, ``trees``
the indices of both and of the chromosomes.
"""
