"""Attribution: the methods, what families of them share, and the front door to all.

``front``, ``references``, ``result`` and ``strands`` are what a caller meets; ``methods`` has a
file for each method, and says how to add one, with the shapes and units of what it gets and gives;
``deeplift``, ``signals``, ``games``, ``mutants`` and ``gradients`` are what methods of one family
share.
"""
