"""Draw the pictures of gallery.md: each block of its Python makes the ``figure`` that follows it.

make gallery
"""

import re
from pathlib import Path

import matplotlib

HERE = Path(__file__).parent
PARTS = re.compile(r"```python\n(.*?)```|!\[[^\]]*\]\((img/[\w-]+\.svg)\)", re.S)


def main() -> None:
    """Write every picture that has Python before it."""
    found: dict = {}
    # the same drawing gives the same file, and text stays text
    matplotlib.rcParams.update({"svg.hashsalt": "gallery", "svg.fonttype": "none"})
    for block, picture in PARTS.findall((HERE / "gallery.md").read_text()):
        if block:
            exec(block, found)
        elif "figure" in found:
            found.pop("figure").savefig(HERE / picture, metadata={"Date": None})


if __name__ == "__main__":
    main()
