"""The docs page: what dbt knows of the project, and for a reviewer where columns come from and what is tested."""

from __future__ import annotations

import base64
import copy
import json

from inburgering.docs import list_rows
from inburgering.docs.column_lineage import ROWS, Column, ColumnLineage

MANIFEST_PLACE = '"MANIFEST.JSON INLINE DATA"'
CATALOG_PLACE = '"CATALOG.JSON INLINE DATA"'

# The lines of the lineage are blue on blue in dbt's page; from some distance nobody sees them.
FAINT_LINES, CLEAR_LINES = '"#006f8a"', '"#8cc9da"'

# What dbt's page cannot do by itself: it takes an image only by its address, opens the lineage only when loaded, and
# shows a list from its top. An address that ends in ?column=value,value&column=value opens the list at those lines.
PICTURES_LINEAGE_AND_LINES = """<script>
(pictures => new MutationObserver(() => document.querySelectorAll("img").forEach(image => {
  const picture = pictures[image.getAttribute("src")];
  if (picture) { image.src = picture; image.style.maxWidth = "100%"; }
})).observe(document, {childList: true, subtree: true}))(PICTURES);
document.addEventListener("click", event => {
  const link = event.target.closest("a[href*='g_v=1']");
  if (link) { location.href = link.href; location.reload(); }
});
(() => {
  let shown = [], shownFor = "";
  const show = () => {
    const asked = [...new URLSearchParams(location.hash.split("?")[1])];
    if (!asked.length || (shownFor === location.hash && shown.every(row => row.isConnected))) return;
    shown.forEach(row => row.classList.remove("asked"));
    shown = [];
    for (const table of document.querySelectorAll(".model-markdown table")) {
      const columns = [...table.querySelectorAll("th")].map(cell => cell.textContent.trim());
      if (asked.every(([column]) => columns.includes(column)))
        shown.push(...[...table.querySelectorAll("tbody tr")].filter(row => asked.every(([column, values]) =>
          values.split(",").includes(row.cells[columns.indexOf(column)].textContent.trim()))));
    }
    shownFor = shown.length ? location.hash : "";
    shown.forEach(row => row.classList.add("asked"));
    if (shown.length) setTimeout(() => shown[0].cells[0].scrollIntoView({block: "center"}));
  };
  new MutationObserver(show).observe(document, {childList: true, subtree: true});
  addEventListener("hashchange", show);
})();
</script>
<style>
  /* A strip of details as long as it is, names with their spaces, and descriptions that are whole. */
  .detail-body { white-space: normal !important; overflow-x: visible !important; }
  .detail-body .detail { max-width: 100%; overflow-wrap: anywhere; }
  .filename .ng-binding { white-space: pre !important; }
  tr.column-row td:nth-child(3) { white-space: normal !important; max-width: none !important; width: 60%; }
  tr.column-row p:last-child { margin-bottom: 0; }
  .model-markdown table { display: block; overflow-x: auto; }
  td:first-child code { overflow-wrap: anywhere; white-space: normal; }
  tr.asked td { background: #FFF2CC; }
</style>"""

# In the list of columns dbt's page shows a description as it is written: its marks too, and whatever follows.
AS_WRITTEN = '<span ng-show="!column.expanded">{{ column.description }}</span>'
FIRST_PARAGRAPH = (
    '<span ng-show="!column.expanded" marked="column.description.split(&quot;\\\\n\\\\n&quot;)[0]"></span>'
)


def docs_page(template: str, manifest: dict, catalog: dict, pictures: dict[str, bytes]) -> str:
    """Return dbt's page with its data, and the pictures (address in a text → SVG), all in one HTML text.

    Raises ValueError when dbt's page has no place for the data.
    """
    if not all(place in template for place in (MANIFEST_PLACE, CATALOG_PLACE, AS_WRITTEN)):
        raise ValueError("dbt's page has no place for its data")
    inline = {
        address: "data:image/svg+xml;base64," + base64.b64encode(svg).decode() for address, svg in pictures.items()
    }
    page = template.replace(FAINT_LINES, CLEAR_LINES).replace(AS_WRITTEN, FIRST_PARAGRAPH)
    page = page.replace(MANIFEST_PLACE, in_a_script(manifest)).replace(CATALOG_PLACE, in_a_script(catalog))
    head, body = page.split("<body", 1)
    return head + PICTURES_LINEAGE_AND_LINES.replace("PICTURES", in_a_script(inline)) + "<body" + body


def in_a_script(value: object) -> str:
    """Return JSON that cannot end the script it stands in."""
    return json.dumps(value).replace("</", "<\\/")


def for_reviewers(
    manifest: dict, lineage: ColumnLineage, marks: dict[str, str], lists: dict[str, list[dict[str, str]]]
) -> dict:
    """Return the manifest with only the project's own macros, and more in its descriptions.

    A text takes the place of every mark in the docs. Every column of a model under contract says where it comes from,
    every model and seed what is tested about it, every seed its rows (`lists`, by unique id), and every data test its
    owner. A list among the details of a source or a question stands below its description.
    """
    told = copy.deepcopy(manifest)
    project = manifest["metadata"]["project_name"]
    told["macros"] = {key: macro for key, macro in told["macros"].items() if macro["package_name"] == project}
    fill_marks(told["docs"], marks)
    for source in told["sources"].values():
        hide_landing(source, told["nodes"])
        move_lists(source)
    for exposure in told["exposures"].values():
        move_lists(exposure)
    for key, node in told["nodes"].items():
        node.pop("compiled_path", None)
        if node["resource_type"] in ("model", "seed"):
            node["description"] += tests_text(manifest, key)
        if node["resource_type"] == "seed":
            node["description"] += list_rows.rows_text(lists[key])
        if node["resource_type"] == "model" and node["config"]["contract"]["enforced"]:
            node["description"] += rows_text(manifest, lineage, key)
            for name, column in node["columns"].items():
                column["description"] += origin_text(manifest, lineage, Column(key, name))
        if node["resource_type"] == "test":
            node["description"] += f"\n\n**Owner, who acts when it fails:** the {node['config']['meta']['owner']}."
    return told


def move_lists(node: dict) -> None:
    """Move the lists among the details of a node below its description, where they can be read."""
    for meta in (node["meta"], node["config"]["meta"]):
        for key in [key for key, value in meta.items() if isinstance(value, list | dict)]:
            value = meta.pop(key)
            if meta is node["meta"]:
                entries = value.items() if isinstance(value, dict) else ((None, entry) for entry in value)
                lines = [
                    f"- {in_one_line(entry)}" if name is None else f"- {name}: {in_one_line(entry)}"
                    for name, entry in entries
                ]
                node["description"] += f"\n\n**{key}**\n\n" + "\n".join(lines)


def in_one_line(value: object) -> str:
    """Return a value of the details as text: lists and names with commas between, nested ones in brackets."""
    if isinstance(value, dict):
        return "; ".join(f"{key}: {in_one_line(entry)}" for key, entry in value.items())
    if isinstance(value, list):
        return ", ".join(
            f"({in_one_line(entry)})" if isinstance(entry, dict) else in_one_line(entry) for entry in value
        )
    return str(value)


def fill_marks(docs: dict[str, dict], marks: dict[str, str]) -> None:
    """Put every text in the place of its mark; raises ValueError for a mark that stands nowhere."""
    for mark, text in marks.items():
        places = [doc for doc in docs.values() if mark in doc["block_contents"]]
        if not places:
            raise ValueError(f"no place for {mark}")
        for doc in places:
            doc["block_contents"] = doc["block_contents"].replace(mark, text)


def hide_landing(source: dict, nodes: dict[str, dict]) -> None:
    """Name a source as its agency does, not by the folder that its rows lie in on this machine."""
    name = f"{source['source_name']}.{source['name']}"
    for node in nodes.values():
        if node.get("compiled_code"):
            node["compiled_code"] = node["compiled_code"].replace(source["relation_name"], name)
    source["relation_name"] = name
    for meta in (source["meta"], source["config"]["meta"], source["source_meta"], source["unrendered_config"]["meta"]):
        meta.pop("external_location", None)


def origin_text(manifest: dict, lineage: ColumnLineage, column: Column) -> str:
    """Return where a column comes from: the columns it is made from, in the end too, and those that choose the row."""
    direct = lineage.direct(column.relation)[column.name]
    text = "\n\n**Comes from:** "
    text += f"{in_words(manifest, direct.values)}." if direct.values else "worked out in this model."
    if direct.deciding:
        text += f"\n\n**Which row gives it is decided by:** {in_words(manifest, direct.deciding)}."
    in_the_end = lineage.in_the_end(column.relation)[column.name].values
    if in_the_end and in_the_end != direct.values:
        text += f"\n\n**In the end from:** {in_words(manifest, in_the_end)}."
    return text


def rows_text(manifest: dict, lineage: ColumnLineage, model: str) -> str:
    """Return the columns that filters, joins and groups of a model look at; empty when there are none."""
    deciding = lineage.rows(model)
    return f"\n\n**Which rows it has is decided by:** {in_words(manifest, deciding)}." if deciding else ""


def in_words(manifest: dict, columns: frozenset[Column]) -> str:
    """Return the columns in one line, each with a link to its page."""
    return ", ".join(
        f"the number of rows of {link(manifest, column.relation)}"
        if column.name == ROWS
        else f"{link(manifest, column.relation)}.`{column.name}`"
        for column in sorted(columns)
    )


def link(manifest: dict, key: str) -> str:
    """Return a link to the page of a model, seed, source or test."""
    node = manifest["sources"].get(key) or manifest["nodes"].get(key) or manifest["unit_tests"][key]
    name = f"{node['source_name']}.{node['name']}" if node["resource_type"] == "source" else node["name"]
    return f"[{name}](#!/{node['resource_type']}/{key})"


def tests_text(manifest: dict, key: str) -> str:
    """Return what is tested about a model or seed, and the owner of each; empty when nothing is."""
    lines = [
        f"- {test_link(manifest, test)}: {' '.join(manifest['nodes'][test]['description'].split())} "
        f"*Owner: the {manifest['nodes'][test]['config']['meta']['owner']}.*"
        for test in sorted(manifest["child_map"].get(key, []))
        if test.startswith("test.")
    ]
    lines += [
        f"- {link(manifest, test)}: {' '.join(manifest['unit_tests'][test]['description'].split())} "
        "*Unit test of a rule. Owner: the data engineer.*"
        for test in sorted(manifest["child_map"].get(key, []))
        if test.startswith("unit_test.") and manifest["unit_tests"][test]["model"] == manifest["nodes"][key]["name"]
    ]
    return "\n\n**Tests of this table**\n\n" + "\n".join(lines) if lines else ""


def test_link(manifest: dict, key: str) -> str:
    """Return a link to the page of a test; one with a page is a test of its own, others stand with their model."""
    test = manifest["nodes"][key]
    return f"`{test['name']}`" if test.get("test_metadata") else link(manifest, key)
