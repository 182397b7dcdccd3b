"""docs/exports.md tells the truth: the same data, versions and columns as the code, in the same order."""

import re
from pathlib import Path

from reporting.exports import DATASETS

PAGE = Path(__file__).resolve().parents[2] / "docs/exports.md"
SECTION = re.compile(r"^### ([^\n]+): `(\w+)`, version (\d+)$(.*?)(?=^### |\Z)", re.MULTILINE | re.DOTALL)
LINE = re.compile(r"^\| `([\w]+)` \| ([\w ]+) \| (.+) \|$", re.MULTILINE)


def test_the_docs_have_every_column_of_every_dataset_and_no_others() -> None:
    documented = {
        name: (title, int(version), [tuple(line) for line in LINE.findall(text)])
        for title, name, version, text in SECTION.findall(PAGE.read_text())
    }
    assert documented == {
        dataset.name: (
            dataset.title,
            dataset.version,
            [(column.name, column.kind.value, column.meaning) for column in dataset.columns],
        )
        for dataset in DATASETS.values()
    }


def test_focus_has_the_columns_of_the_specification_once_each() -> None:
    names = [name for name in DATASETS["focus"].names if not name.startswith("x_")]
    assert len(names) == 57
    assert names == sorted(set(names))


def test_no_dataset_names_a_column_twice() -> None:
    for dataset in DATASETS.values():
        assert len(set(dataset.names)) == len(dataset.names)
