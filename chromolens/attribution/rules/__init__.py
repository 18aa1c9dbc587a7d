"""How one kind of layer hands contributions back to its inputs.

A module here says ``FAMILIES``, the rule families it serves, and ``RULES``: layer class ->
function (layer, *inputs) -> Pair. See ``chromolens.attribution._walk``. ``rescale`` serves all
DeepLIFT methods; ``revealcancel``, ``genomics`` and ``original_pool`` stand before it where
they have a rule, and theirs may take and give a ``chromolens.attribution._split.Split``. Rules of
the families ``guided`` and ``lrp`` are functions (settings of the method, layer, *inputs) ->
tensor: see ``chromolens.attribution._modified``.
"""
