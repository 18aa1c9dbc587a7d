"""Print a study's acceptance table and where its report is: python scripts/show.py results/NAME"""

import sys
from pathlib import Path

from chromolens.checks.acceptance import show

study = Path(sys.argv[1])
print(show(study / "acceptance.tsv"))
print(f"\nreport: {(study / 'report' / 'index.html').resolve()}")
