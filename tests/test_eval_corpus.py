"""Case folders as case sets, and encoders held against each other on them."""

from __future__ import annotations

import numpy as np
import pytest

from casefolio.eval.cases import CaseSet
from casefolio.eval.encoders import as_json, as_text, compare_encoders
from casefolio.eval.sets import load_sets
from casefolio.ingest.errors import SetError, UsageError

pytestmark = pytest.mark.usefixtures("own_cache")


@pytest.fixture
def folder(tmp_path):
    case = tmp_path / "part" / "lease"
    case.mkdir(parents=True)
    (case / "lease.txt").write_text(
        "Lease\n\nThe tenant pays 900 euros a month.\n\nThe notice period is three months.\n"
    )
    (case / "mail.txt").write_text("Dear Ms Orlova,\n\nthe boiler was mended on 4 May.\n\nYours\nPiet Haan\n")
    (case / "questions.tsv").write_text(
        "f1.1\tmoney\tHow much is the rent?\tlease.txt|900 euros\t900\n"
        "f1.2\tmoney\trent amount\tlease.txt|900 euros\t900\n"
        "f2.1\tdate\twhen was the boiler mended\tmail.txt|4 May\t4 May\n"
        "f3.1\tnone-absent\twho is the guarantor\t-\t-\n"
    )
    (case / "claims.tsv").write_text("supports\tlease.txt|900 euros\tThe rent is 900 euros.\n")
    return tmp_path


def test_a_case_folder_is_a_case_set_without_its_questions(folder):
    (found,) = load_sets([folder])
    assert isinstance(found, CaseSet)
    assert found.documents == ("lease.txt", "mail.txt")
    assert sorted(p.name for p in found.root.iterdir()) == ["lease.txt", "mail.txt"]
    cases = {c.id: c for c in found.cases}
    assert cases["lease.f1.1"].gold[0].quote == "900 euros"
    assert cases["lease.f1.1"].group == cases["lease.f1.2"].group != cases["lease.f2.1"].group
    assert not cases["lease.f3.1"].answerable
    again = load_sets([folder / "part" / "lease"])[0]
    assert again.sha256 == found.sha256


def test_a_faulty_case_folder_is_named(folder):
    (folder / "part" / "lease" / "questions.tsv").write_text("f1\tmoney\tq\tlease.txt|901 euros\ta\n")
    with pytest.raises(SetError, match="does not hold the quote"):
        load_sets([folder])


def test_encoders_stand_side_by_side(folder):
    sets = load_sets([folder])
    lines = compare_encoders(sets, ["minilm", "minilm"])
    assert {line.setting for line in lines} == {"cross-patient", "patient-centred"}
    assert all(line.ratio == pytest.approx(1.0) and 0 < line.value <= 1 for line in lines)
    assert all(line.n == 3 for line in lines)
    assert "mAP@100" in as_text(lines)
    assert len(as_json(lines)) == len(lines)
    with pytest.raises(UsageError, match="two encoders"):
        compare_encoders(sets, ["minilm"])
    assert not np.isnan(lines[0].value)
