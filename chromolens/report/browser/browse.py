"""From a finished study to its tracks in browsers: page, session, hub, and what they need."""

from chromolens.genome.sizes import sizes_of
from chromolens.report.browser.features import features, write_features
from chromolens.report.browser.hub import write_hub
from chromolens.report.browser.inside import inside
from chromolens.report.browser.page import write_page
from chromolens.report.browser.places import places
from chromolens.report.browser.session import write_session
from chromolens.report.browser.signals import signals, views
from chromolens.report.contents import Contents
from chromolens.study import Study


def browse(study: Study, contents: Contents) -> None:
    """Write all of it where the index says; a hub where the config names UCSC's assembly."""
    shown, found = views(study), features(study, contents)
    write_features(study, found)
    asked = places(contents, shown, found)
    held = inside(asked, signals(study), sizes_of(study.path("chromosomes")))
    write_page(study, contents, shown, held, found, left_out=len(asked) - len(held.places))
    write_session(study, shown, held, found)
    if "hub" in study:
        write_hub(study, study.config["inputs"]["ucsc"], shown, held, found)
