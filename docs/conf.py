"""The documentation site, by Sphinx: ``make docs-site``. Nothing in it is loaded from elsewhere.

The repository is the source, so that pages link to one another as they do in it. Notebooks are
executed where their study is there, else shown as they are written.
"""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ["PYTHONPATH"] = str(ROOT)  # of the notebooks
os.environ.setdefault("OUTPUT", str(ROOT / "build/figures"))

import chromolens  # noqa: E402

chromolens.load_model  # imports TensorFlow, without its greetings

project, author = "chromolens", "chromolens authors"
copyright = author
version = release = chromolens.__version__
root_doc = "docs/index"
include_patterns = ["docs/**", "*.md", "config/*.md", "benchmarks/**/*.md"]
exclude_patterns = ["docs/conf.py", "docs/gallery.py", "docs/_*", "docs/**/*.ipynb"]
extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx_copybutton"]

myst_heading_anchors = 4
nb_custom_formats = {".py": ["jupytext.reads", {"fmt": "py:percent"}]}
STUDY = Path(os.environ.get("STUDY", ROOT / "results/demo"))
nb_execution_mode = os.environ.get("NOTEBOOKS", "cache" if STUDY.is_dir() else "off")
nb_execution_cache_path = str(ROOT / "build/notebooks")
nb_execution_raise_on_error = True
nb_execution_timeout = 600

autodoc_typehints = "none"  # types stand in the docstrings, with shapes and units
napoleon_use_rtype = False

html_theme = "furo"
html_title = f"chromolens {version}"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_show_sphinx = False
templates_path = ["_templates"]
html_additional_pages = {"index": "start.html"}
