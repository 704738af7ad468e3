"""What sqlfluff sees in place of dbt's `var`: the variables of the project itself, for lists stand among them."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import yaml

PROJECT = Path(__file__).parents[2] / "dbt_project.yml"
VARS = yaml.safe_load(PROJECT.read_text(encoding="utf-8"))["vars"]


class Var(ModuleType):
    """A module that can be called, since sqlfluff takes modules for stubs and nothing else."""

    def __call__(self, name: str, default: object = None) -> object:
        """Return the value of a variable."""
        return VARS.get(name, default)


sys.modules[__name__].__class__ = Var
