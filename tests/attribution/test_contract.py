"""What every attribution method promises, asked of each one that exists."""

import functools
import inspect

import networks
import numpy as np
import pytest

from chromolens import plugins
from chromolens.attribution import front, methods
from chromolens.models.model import Model

METHODS = plugins.names(methods)
COMPLETE = [name for name in METHODS if name.startswith(("deeplift", "shapley", "kernel_shap"))]
BACKGROUND = [0.3, 0.2, 0.15, 0.35]
SETTINGS = {
    "integrated_gradients": {"steps": 3},
    "expected_gradients": {"samples": 2},
    "kernel_shap": {"samples": 64, "group": 4},
    "lime": {"samples": 64, "group": 4},
    "shapley_sampling": {"samples": 2, "group": 4},
    "smoothgrad": {"samples": 2},
}
SINGLE = {  # shares of a group are equal, so an additive model needs groups of one position
    name: {"group": 1} for name in ("kernel_shap", "lime", "shapley_sampling")
}
ASKING = (  # for values and gradients, whatever the layers: one network shows what they do
    "expected_gradients",
    "gradient_x_input",
    "integrated_gradients",
    "kernel_shap",
    "lime",
    "occlusion",
    "saliency",
    "shapley_sampling",
    "smoothgrad",
)
MAPS = ("cam", "grad_cam")  # importance of places, in no units of the target's
WITHOUT_REFERENCE = ("saliency", "lrp_epsilon")
ENDS_IN_A_MEAN = {"cnn": "averaged", "basset": "averaged", "dilated": "dilated"}


def on(names, methods):
    """Pairs of a method and a network of ``names``; the one of those that only ask is ``cnn``."""
    return [(one, name) for one in methods for name in (("cnn",) if one in ASKING else names)]


def ask(method, model, inputs, **options):
    options = {"batch_size": 8, **SETTINGS.get(method, {}), **options}
    return front.attribute(model, inputs, method=method, **options)


@pytest.fixture(scope="module")
def made():
    names = ("cnn", "basset", "dilated", "averaged")
    return {name: Model.of(getattr(networks, name)()) for name in names}


@pytest.fixture
def models(made, request):
    """Networks by their names; for ``cam`` others, that it can explain."""
    asked = getattr(request.node, "callspec", None)
    if asked and asked.params.get("method") == "cam":
        return {name: made[other] for name, other in ENDS_IN_A_MEAN.items()}
    return made


@pytest.fixture(params=METHODS)
def method(request):
    return request.param


@pytest.fixture(params=[name for name in METHODS if name not in MAPS])
def adding(request):
    """Methods whose contributions add up on an additive model."""
    return request.param


def with_unknown(inputs):
    inputs = inputs.copy()
    inputs[0, 3:6] = 0
    inputs[2, -1] = 0
    return inputs


@functools.cache
def additive_model():
    weights = np.random.default_rng(1).normal(size=(15, 4, 2)).astype(np.float32)
    model = Model.of(networks.additive(weights))
    model.background = BACKGROUND
    return weights, model


def expected_reference(kind, inputs):
    row = {"background": BACKGROUND, "uniform": [0.25] * 4, "zeros": [0] * 4}[kind]
    return np.array(row) * inputs.any(axis=-1, keepdims=True)


def check_additive(method, kind):
    weights, model = additive_model()
    inputs = with_unknown(networks.sequences(5, 15))
    result = ask(method, model, inputs, task=1, references=kind, **SINGLE.get(method, {}))
    reference = expected_reference("zeros" if method in WITHOUT_REFERENCE else kind, inputs)
    expected = (weights[:, :, 1] * (inputs - reference)).sum(axis=-1)
    np.testing.assert_allclose(result.contributions, expected, atol=1e-5)


def check_alone(method, model, **options):
    """At its place a row has the same bits whoever stands beside it; elsewhere, to rounding."""
    inputs = with_unknown(networks.sequences(11, model.length))
    whole = ask(method, model, inputs, **options)
    fields = ["contributions", "values", "completeness_error"]
    fields += [] if whole.hypothetical is None else ["hypothetical"]
    for rows in ([3], [0, 2, 9], [1, 4, 5, 6, 10]):
        part = ask(method, model, inputs[rows], places=rows, **options)
        for field in fields:
            found, expected = getattr(part, field), getattr(whole, field)[rows]
            np.testing.assert_array_equal(found, expected, err_msg=f"{field} of {rows}")
    for rows in ([10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0], [5, 5, 0, 5, 2]):
        part = ask(method, model, inputs[rows], **options)
        for field in fields:
            found, expected = getattr(part, field), getattr(whole, field)
            atol = 1e-5 * max(1, np.abs(np.nan_to_num(expected)).max())
            np.testing.assert_allclose(found, expected[rows], atol=atol, err_msg=field)


def check_complete(method, model, references):
    inputs = with_unknown(networks.sequences(6, model.length))
    result = ask(method, model, inputs, references=references(inputs))
    effect = np.abs(result.values - result.reference_values)
    bound = np.maximum(1e-4 * effect, 1e-5 * np.ptp(result.values))
    assert (np.abs(result.completeness_error) <= bound).all(), result.completeness_error
    check_error(result)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["background", "uniform", "zeros"])
def test_additive_model(adding, kind):
    check_additive(adding, kind)


@pytest.mark.slow
def test_additive_model_with_several_references(adding):
    weights, model = additive_model()
    inputs = networks.sequences(4, 15)
    references = np.random.default_rng(3).dirichlet(np.ones(4), (4, 3, 15)).astype(np.float32)
    result = ask(adding, model, inputs, references=references, **SINGLE.get(adding, {}))
    difference = inputs - references.mean(axis=1) * (adding not in WITHOUT_REFERENCE)
    expected = (weights[:, :, 0] * difference).sum(axis=-1)
    np.testing.assert_allclose(result.contributions, expected, atol=1e-5)


@pytest.mark.slow
def test_shapes_types_and_values(method, models):
    inputs = networks.sequences(3, 40)
    result = ask(method, models["cnn"], inputs, task=1)
    assert result.contributions.shape == (3, 40)
    says = plugins.constant(methods, method, "HYPOTHETICAL", True)
    assert (result.hypothetical is None) == (not says)
    assert result.hypothetical is None or result.hypothetical.shape == (3, 40, 4)
    told = {"equal_references", "fallbacks", "target", "codes"}
    assert result.codes.dtype == np.uint8 and result.codes.shape == (3, 40)
    for name in vars(result).keys() - told:
        array = getattr(result, name)
        assert array is None or array.dtype == np.float32
    assert result.equal_references.tolist() == [0, 0, 0] and result.target == "logit"
    expected = models["cnn"].logits(inputs).numpy()[:, 1]
    np.testing.assert_allclose(result.values, expected, atol=1e-5)
    uniform = models["cnn"].logits(np.full((1, 40, 4), 0.25, np.float32)).numpy()[0, 1]
    np.testing.assert_allclose(result.reference_values, np.full(3, uniform), atol=1e-5)


@pytest.mark.parametrize("name", METHODS)
def test_switches_keep_what_is_said_of_hypothetical_contributions(name, models):
    """A switch takes them away just where ``HYPOTHETICAL`` names it."""
    defaults = inspect.signature(plugins.load(methods, name)).parameters.values()
    says = plugins.constant(methods, name, "HYPOTHETICAL", True)
    network, inputs = models["averaged" if name == "cam" else "cnn"], networks.sequences(1, 40)
    for switch in (one for one in defaults if isinstance(one.default, bool)):
        result = ask(name, network, inputs, **{switch.name: not switch.default})
        taken = not says or (says is not True and switch.name in says)
        assert (result.hypothetical is None) == taken, switch.name


@pytest.mark.slow
def test_the_error_is_reported_where_a_sum_is_promised(method, models):
    result = ask(method, models["cnn"], networks.sequences(3, 40), task=1)
    promised = np.isfinite(result.completeness_error)
    assert promised.all() or not promised.any()
    assert promised.all() or method not in (*COMPLETE, "integrated_gradients")
    if promised.all():
        check_error(result)


def check_error(result):
    total = result.contributions.sum(axis=1, dtype=float)
    error = result.values - result.reference_values - total
    np.testing.assert_allclose(result.completeness_error, error, atol=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize(("method", "name"), on(("basset", "dilated"), METHODS))
def test_a_row_is_explained_alone(method, models, name):
    check_alone(method, models[name])


@pytest.mark.slow
def test_batch_size_changes_rounding_only(method, models):
    inputs = networks.sequences(9, 40)
    one, other = (ask(method, models["cnn"], inputs, batch_size=size) for size in (8, 5))
    scale = np.abs(one.contributions).max()
    np.testing.assert_allclose(one.contributions, other.contributions, atol=1e-5 * scale)


@pytest.mark.slow
def test_tasks_of_one_pass_are_tasks_alone(method, models):
    inputs = networks.sequences(3, 40)
    options = {"method": method, "batch_size": 8, **SETTINGS.get(method, {})}
    together = front.attribute_tasks(models["cnn"], inputs, tasks=[1, 0], **options)
    for task, result in zip([1, 0], together, strict=True):
        alone = front.attribute(models["cnn"], inputs, task=task, **options)
        np.testing.assert_allclose(result.contributions, alone.contributions, atol=1e-6)
        np.testing.assert_allclose(result.values, alone.values, atol=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("references", ["background", "zeros", "dinucleotide_shuffle"])
def test_unknown_bases_contribute_exactly_nothing(method, models, references):
    inputs = with_unknown(networks.sequences(4, 40))
    result = ask(method, models["cnn"], inputs, references=references)
    unknown = ~inputs.any(axis=-1)
    assert unknown.sum() == 4
    assert (result.contributions[unknown] == 0).all()
    assert result.hypothetical is None or (result.hypothetical[unknown] == 0).all()
    assert (result.contributions[~unknown] != 0).any()


@pytest.mark.slow
@pytest.mark.parametrize(("method", "name"), on(("cnn", "basset", "dilated"), COMPLETE))
@pytest.mark.parametrize("kind", ["background", "zeros", "sequences"])
def test_contributions_complete(method, models, name, kind):
    def references(inputs):
        if kind != "sequences":
            return kind
        others = [networks.sequences(len(inputs), inputs.shape[1], seed) for seed in (7, 8)]
        return np.stack(others, axis=1)

    check_complete(method, models[name], references)
