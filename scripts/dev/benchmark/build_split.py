"""Split the seconds of a dbt build, by the log of dbt: the start, the SQL, and the work of dbt on every node."""

from __future__ import annotations

import datetime
import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class BuildSplit:
    """The seconds of one build: until the first node started, in SQL per kind of node and per node, and as a whole."""

    nodes: int
    start: float
    sql_per_kind: dict[str, float]
    sql_per_node: dict[str, float]
    whole: float

    @property
    def sql(self) -> float:
        """Return the seconds in SQL."""
        return sum(self.sql_per_kind.values())

    @property
    def per_node(self) -> float:
        """Return the seconds of work on a node outside SQL."""
        return (self.whole - self.start - self.sql) / self.nodes


def read_split(log: Path, started: float, ended: float) -> BuildSplit:
    """Read the split of one build from a JSON log at level debug; `started` and `ended` are UNIX times."""
    first_node = ended
    nodes = set()
    per_kind: Counter[str] = Counter()
    per_node: Counter[str] = Counter()
    with log.open(encoding="utf-8") as file:
        for line in file:
            event = json.loads(line)
            name, node = event["info"]["name"], event["data"].get("node_info", {})
            if name == "NodeStart":
                nodes.add(node["unique_id"])
                first_node = min(first_node, datetime.datetime.fromisoformat(event["info"]["ts"]).timestamp())
            elif name == "SQLQueryStatus":
                seconds = event["data"]["elapsed"]
                per_kind[node.get("resource_type", "hook")] += seconds
                per_node[node.get("node_name", "hook")] += seconds
    return BuildSplit(len(nodes), first_node - started, dict(per_kind), dict(per_node), ended - started)
