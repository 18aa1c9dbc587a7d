"""Tests of chromolens.motifs; a package, so that ``planted`` is not another folder's."""
