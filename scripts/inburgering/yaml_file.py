"""Read the project's YAML files, in which a key stands once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml


class _OneOfEachKey(yaml.SafeLoader):
    """Refuses a key that stands twice in a mapping, where YAML readers otherwise keep the last without a word."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict:
        keys = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        for place, (key, _) in enumerate(node.value):
            if isinstance(key, yaml.ScalarNode) and key.value in keys[:place]:
                line = key.start_mark.line + 1
                raise yaml.constructor.ConstructorError(None, None, f"line {line}: {key.value} stands there twice")
        return super().construct_mapping(node, deep)


def read_yaml(path: Path) -> Any:
    """Return what a YAML file says; raises yaml.YAMLError for one that cannot be read or has a key twice."""
    return yaml.load(path.read_text(encoding="utf-8"), _OneOfEachKey)  # noqa: S506
