"""How one kind of layer hands contributions back to its inputs.

A module here says ``FAMILIES``, the rule families it serves (``rescale``), and ``RULES``: layer
class -> function (layer, *inputs) -> Pair. See ``chromolens.attribution._walk``. Rules of the
families ``guided`` and ``lrp`` are functions (settings of the method, layer, *inputs) -> tensor:
see ``chromolens.attribution._modified``.
"""
