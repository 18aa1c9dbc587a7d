"""What is made of genotypes' contributions: masses, blocks, shares, scans, and what they mean."""
