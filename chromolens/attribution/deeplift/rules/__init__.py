"""How one kind of layer hands contributions back to its inputs.

A module here says ``RULES``: family -> layer class -> function (layer, *inputs) -> Pair. See
``chromolens.attribution.deeplift.walk``. All DeepLIFT methods follow ``rescale``. Families
``revealcancel``, ``genomics`` and ``original_pool`` stand before it where they have a rule; theirs
may take and give a ``chromolens.attribution.deeplift.pair.Split``.
"""
