"""Attribution methods: one module each, behind the front door in ``attribution/front.py``.

To add a method, write one file ``attribution/methods/NAME.py`` with

    def explain(target, inputs, references, *, setting: int = 1) -> Explanation:

or ``explain(target, inputs, references, seeds, *, ...)`` where it draws at random.

Its keyword-only arguments are its settings; its docstring gives the equation and the source.
It is compiled into one TensorFlow graph, and gets

``target``
    A ``chromolens.models.targets.Target``: a callable inputs -> (n, tasks) for all the tasks
    at once, to be asked with ``frozen`` weights anywhere but at the inputs themselves.
``inputs`` : float32 tensor (n, length, channels)
``references`` : float32 tensor (n, r, length, channels), or (1, 1, length, channels) where one
    constant reference serves every input (then no input has an N).
``seeds`` : int32 tensor (n, 2)
    Of each row, from its id; ``gradients.draws`` draws with them. Rows that pad a batch have 0.

and returns an ``explanation.Explanation``; methods that come down to multipliers build it with
``explanation.by_multipliers``, methods that put positions in the reference with
``games.players.explain_games``. A method without hypothetical contributions says so in its file,

    HYPOTHETICAL = False                # or {"absolute": False}: only where the setting is this

so that a study that needs them is refused before it starts. One that adds up but for an error of
its quadrature names the setting that lessens it, and values to try in the order of their costs:

    PILOT = {"steps": [50, 100, 200]}   # ``checks.pilot`` takes the first that is good enough
    TOLERANCE = 0.05                    # of the effect; 1e-4 where it isn't said

Batching, padding, N, kinds of
references, seeds and checks are done once, at the front door; a row's answer may depend on that
row alone. The contract test finds the new file by itself.
"""

ENTRY = "explain"
KIND = "attribution method"

TOLERANCE = 1e-4
"""By how much of the effect contributions may miss it, where a method doesn't say."""
