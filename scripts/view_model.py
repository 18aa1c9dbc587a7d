"""What one model's tasks and hidden units want to see, see, and hold on to."""

from chromolens import tables
from chromolens.inputs.batches import open_inputs
from chromolens.inputs.folds import Folds
from chromolens.inputs.windows import rows_of
from chromolens.models import devices
from chromolens.models.model import load_model
from chromolens.runlog import log_to
from chromolens.tables.inputs import CHOSEN
from chromolens.tables.views import VIEWS
from chromolens.views.study import Views, views_of

log_to(snakemake.log[0])
devices.configure(threads=snakemake.threads)

params = snakemake.params
inputs = open_inputs(snakemake.input.windows, snakemake.input.source or None)
chosen = tables.read(CHOSEN, snakemake.input.picked)
rows = rows_of(chosen, inputs.windows, "explain", list(params.explains), len(chosen))
model, folds = load_model(snakemake.input.model), Folds(params.folds)
rows = {
    task: folds.rows(inputs.windows, model.facts["fold"], "test", among=own)
    for task, own in rows.items()
}
table = views_of(model, inputs, rows, Views(**params.views), params.seed)
tables.write(VIEWS, table, snakemake.output.table, model=snakemake.wildcards.model)
