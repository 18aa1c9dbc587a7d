"""A config file as it is written: refused with its line where YAML means something else.

YAML lets a key stand twice, writes names as numbers and answers (``007`` is 7, ``no`` is False),
and lets few lines stand for billions of values.
"""

from pathlib import Path

import yaml

from chromolens.errors import BadInput, absent, in_words

MOST = 100_000
"""Values in one file; the largest shipped study has a few hundred."""


def read_config_file(path: str | Path) -> dict:
    """What the YAML or JSON file at ``path`` states; BadInput with its line where it can't be."""
    try:
        loader = yaml.SafeLoader(Path(path).read_text(encoding="utf-8"))
        node = loader.get_single_node()
        if node is None:
            return {}
        if not isinstance(node, yaml.MappingNode):
            raise BadInput("the config has no keys", expected="key: value", where=str(path))
        _size(node, {}, loader, path)
        return loader.construct_document(node)
    except BadInput:
        raise
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise BadInput(
            f"the config is not YAML: {', '.join(filter(None, [error.context, error.problem]))}",
            expected="plain text, numbers, lists and key: value, indented by spaces",
            where=f"{path}, line {mark.line + 1}" if mark else str(path),
        ) from error
    except FileNotFoundError as error:
        raise absent(path) from error
    except (yaml.YAMLError, ValueError, OSError, RecursionError) as error:
        raise BadInput(
            f"the config can't be read: {in_words(error)}",
            expected="YAML: plain text, numbers, lists and key: value",
            where=str(path),
        ) from error


def _size(node: yaml.Node, sizes: dict, loader: yaml.SafeLoader, path: str | Path) -> int:
    """How many values ``node`` comes to with its aliases written out; at most ``MOST``."""
    if node not in sizes:
        sizes[node] = MOST  # what holds itself has no end
        parts = node.value if isinstance(node, yaml.CollectionNode) else []
        if isinstance(node, yaml.MappingNode):
            _check_keys([key for key, _ in parts], loader, path)
            parts = [value for _, value in parts]
        sizes[node] = 1 + sum(_size(part, sizes, loader, path) for part in parts)
    if sizes[node] > MOST:
        raise BadInput(
            "the config's aliases (*name) stand for too many values",
            expected=f"at most {MOST:,} values",
            where=_place(node, path),
        )
    return sizes[node]


def _check_keys(keys: list[yaml.Node], loader: yaml.SafeLoader, path: str | Path) -> None:
    """BadInput unless each key is text, is read as it is written, and stands there once."""
    found: set[str] = set()
    for key in keys:
        text = key.value if isinstance(key, yaml.ScalarNode) else "..."
        merge = key.tag.endswith(":merge")
        if not merge and str(loader.construct_object(key, deep=True)) != text:
            raise BadInput(
                f"config: YAML reads the key {text} as {loader.construct_object(key)!r}",
                where=_place(key, path),
                remedy=f'put it in quotes if it is a name: "{text}"',
            )
        if text in found:
            raise BadInput(f"config: the key {text!r} occurs twice", where=_place(key, path))
        found.add(text)


def _place(node: yaml.Node, path: str | Path) -> str:
    return f"{path}, line {node.start_mark.line + 1}"
