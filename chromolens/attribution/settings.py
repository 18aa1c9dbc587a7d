"""Checks of settings that several methods share."""

from chromolens.errors import BadInput, describe


def check_count(method: str, name: str, value: object) -> None:
    """BadInput unless ``value`` is a whole number of 1 or more."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise BadInput(
            f"{method}: {name} is {describe(value)}", expected="a whole number, 1 or more"
        )


def check_number(
    method: str, name: str, value: object, *, above: float, upto: float | None = None
) -> None:
    """BadInput unless ``above`` < value (<= ``upto``)."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not above < value <= (float("inf") if upto is None else upto):
        most = "" if upto is None else f", at most {upto:g}"
        expected = f"a number above {above:g}{most}"
        raise BadInput(f"{method}: {name} is {describe(value)}", expected=expected)


def check_choice(method: str, name: str, value: object, known: tuple[str, ...]) -> None:
    """BadInput unless ``value`` is one of ``known``."""
    if not isinstance(value, str) or value not in known:
        message = f"{method}: there is no {name} {describe(value)}"
        raise BadInput(message, expected=f"one of {', '.join(known)}")


def check_switch(method: str, name: str, value: object) -> None:
    """BadInput unless ``value`` is true or false."""
    if not isinstance(value, bool):
        raise BadInput(f"{method}: {name} is {describe(value)}", expected="true or false")
