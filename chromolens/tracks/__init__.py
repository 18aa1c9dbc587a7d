"""One number per base over the genome: tiling, stitching, bigWig."""
