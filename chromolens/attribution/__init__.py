"""Attribution methods: one module each, behind the front door in ``front``.

To add a method, write one file ``attribution/NAME.py`` with

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
    Of each row, from its id; ``_draws`` draws with them. Rows that pad a batch have zeros.

and returns an ``_explanation.Explanation``; methods that come down to multipliers build it with
``_explanation.by_multipliers``, methods that put positions in the reference with
``_games.explain_games``. A method without hypothetical contributions says so in its file,

    HYPOTHETICAL = False                # or {"absolute": False}: only where the setting is this

so that a study that needs them is refused before it starts. Batching, padding, N, kinds of
references, seeds and checks are done once, in ``front``; a row's answer may depend on that row
alone. The contract test finds the new file by itself.
"""

ENTRY = "explain"
