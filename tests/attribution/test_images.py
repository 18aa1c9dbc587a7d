"""Networks of images (n, height, width, channels) at the front door, against answers by hand."""

import keras
import networks
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

import chromolens
from chromolens.attribution import front
from chromolens.errors import BadInput
from chromolens.models.model import Model

HEIGHT, WIDTH, CHANNELS = 6, 8, 3


@pytest.fixture(scope="module")
def network():
    """A convolution whose maps are half as large, a mean over them, two classes."""
    inputs = keras.Input((HEIGHT, WIDTH, CHANNELS))
    maps = layers.Conv2D(5, 3, strides=2, padding="same", activation="relu", name="maps")(inputs)
    x = layers.GlobalAveragePooling2D()(maps)
    return networks.randomised(
        keras.Model(inputs, layers.Dense(2, activation="softmax", name="class")(x))
    )


@pytest.fixture(scope="module")
def images():
    return np.random.default_rng(2).random((3, HEIGHT, WIDTH, CHANNELS)).astype(np.float32)


def ask(network, images, method, **options):
    options = {"references": "zeros", "task": 1, "batch_size": 4, **options}
    return front.attribute(network, images, method=method, **options)


def logits(network, images, column):
    """The logit and the maps that it comes from, by layers alone."""
    maps = network.get_layer("maps")(images)
    kernel, bias = network.get_layer("class").weights
    return (tf.reduce_mean(maps, axis=[1, 2]) @ kernel + bias)[:, column], maps


def stretched(maps):
    """(n, 3, 4) -> (n, HEIGHT, WIDTH), linear between the middles of places along each axis."""
    for axis, size in ((1, HEIGHT), (2, WIDTH)):
        places = maps.shape[axis]
        middles = (np.arange(size) + 0.5) * places / size - 0.5
        maps = np.apply_along_axis(lambda row: np.interp(middles, np.arange(len(row)), row),  # noqa: B023
                                   axis, maps)  # fmt: skip
    return maps


def test_cam_and_grad_cam_of_images(network, images):
    with tf.GradientTape() as tape:
        values, maps = logits(network, tf.constant(images), 1)
    alpha = tape.gradient(values, maps).numpy().mean(axis=(1, 2))
    maps, weights = maps.numpy(), network.get_layer("class").kernel.numpy()[:, 1]
    cam = ask(network, images, "cam")
    np.testing.assert_allclose(cam.contributions, stretched(maps @ weights), atol=1e-5)
    signed = np.einsum("nhwf,nf->nhw", maps, alpha)
    found = ask(network, images, "grad_cam").contributions
    np.testing.assert_allclose(found, stretched(np.maximum(signed, 0)), atol=1e-5)
    assert np.abs(found).max() > 1e-4
    np.testing.assert_allclose(cam.values, values.numpy(), atol=1e-5)


def test_gradients_and_their_shapes(network, images):
    pixels = tf.constant(images)
    with tf.GradientTape() as tape:
        tape.watch(pixels)
        values, _ = logits(network, pixels, 1)
    slopes = tape.gradient(values, pixels).numpy()
    found = ask(network, images, "gradient_x_input")
    np.testing.assert_allclose(found.contributions, (slopes * images).sum(axis=-1), atol=1e-5)
    assert found.hypothetical.shape == images.shape and "6 x 8 pixels" in repr(found)
    mean = images.mean(axis=0)[None, None]
    found = ask(network, images, "gradient_x_input", references=mean, task=[1, 1, 1])
    expected = (slopes * (images - mean[0])).sum(axis=-1)
    np.testing.assert_allclose(found.contributions, expected, atol=1e-5)


def test_deeplift_adds_up(network, images):
    found = ask(network, images, "deeplift_rescale")
    here, at_zero = (logits(network, some, 1)[0].numpy() for some in (images, images[:1] * 0))
    np.testing.assert_allclose(found.contributions.sum(axis=(1, 2)), here - at_zero, atol=1e-5)


def test_occlusion_hides_squares(network, images):
    found = ask(network, images[:1], "occlusion", window=4, stride=2).contributions[0]
    total, times = np.zeros((2, HEIGHT, WIDTH))
    whole = logits(network, images[:1], 1)[0].numpy()
    for top in (0, 2):
        for left in (0, 2, 4):
            square = (slice(top, top + 4), slice(left, left + 4))
            hidden = images[:1].copy()
            hidden[0][square] = 0
            total[square] += (whole - logits(network, hidden, 1)[0].numpy()) / 16
            times[square] += 1
    np.testing.assert_allclose(found, total / times, atol=1e-6)


def test_ascent_and_units_of_images(network, images):
    values = chromolens.target_values(Model.of(network), images, tasks=[0], target="maps/2:1,3")
    maps = network.get_layer("maps")(images).numpy()
    np.testing.assert_allclose(values[:, 0], maps[:, 1, 3, 2], atol=1e-5)
    found = chromolens.gradient_ascent(network, form="l2", starts=2, steps=3)
    assert found.inputs.shape == (2, HEIGHT, WIDTH, CHANNELS)


def test_what_images_cannot_have_is_refused(network, images):
    with pytest.raises(BadInput, match="(?s)shares of letters.*zeros"):
        front.attribute(network, images, method="saliency")
    with pytest.raises(BadInput, match="n, 6, 8, 3"):
        ask(network, images[:, :5], "saliency")
    with pytest.raises(BadInput, match="no one direction"):
        chromolens.audit(network, images)
    with pytest.raises(BadInput, match="height_width_channels"):
        Model.of(network, layout="width_height_channels")
