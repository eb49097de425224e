"""The marks of tests: proven lines are noted, and a service CI asks for is never skipped."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from tools.pains import pains, proofs
from tools.seeds import LAST, last, pristine

pytest_plugins = ["pytester"]
GIT = shutil.which("git") or "git"
CONFTEST = Path("tests/conftest.py").read_text("utf-8")
TESTS = """
import pytest

@pytest.mark.seed("ICE-01")
def test_proves(): ...

@pytest.mark.seed("ICE-02", by="docs")
def test_tells(): ...

@pytest.mark.seed("ICE-03")
@pytest.mark.mariadb
def test_needs():
    pytest.skip("not there")

@pytest.mark.postgres
def test_needs_another():
    pytest.skip("not there")
"""


@pytest.fixture
def suite(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    monkeypatch.delenv("SHOPWEAVE_REQUIRE", raising=False)
    pytester.makeini(
        "[pytest]\ntestpaths = .\nmarkers =\n seed\n pain\n mariadb\n postgres\n browser\n long\n uncounted\n"
    )
    pytester.makeconftest(CONFTEST)
    (pytester.path / "seeds.txt").write_text("ICE-01\nICE-02\nICE-03\n")
    return pytester


def test_proven_lines_are_written_down(suite: pytest.Pytester) -> None:
    suite.makepyfile(TESTS)
    suite.runpytest("-m", "seed", "--seeds-report=out.json").assert_outcomes(
        passed=2, skipped=1, deselected=1
    )
    found = json.loads((suite.path / "out.json").read_text())
    assert found == {"tests": ["ICE-01"], "docs": ["ICE-02"], "failed": ["ICE-03"], "of": ""}


def commit(suite: pytest.Pytester) -> str:
    """Make a commit of the files of a suite; gives its name."""
    who = ("-c", "user.name=test", "-c", "user.email=test@shop.example")
    (suite.path / ".gitignore").write_text("__pycache__\n.pytest_cache\n.cache\n")
    for asked in (("init", "-q"), ("add", "."), (*who, "commit", "-qm", "tests: all")):
        subprocess.run([GIT, *asked], check=True)
    return pristine()


def test_a_whole_run_by_several_processes_is_told_again_while_its_files_are_the_same(
    suite: pytest.Pytester,
) -> None:
    suite.makepyfile('import pytest\n@pytest.mark.seed("ICE-01")\ndef test_one(): ...\n')
    suite.makepyfile(test_two='import pytest\n@pytest.mark.seed("ICE-02")\ndef test_two(): ...\n')
    name = commit(suite)
    suite.runpytest("-n", "2", f"--seeds-report={LAST}").assert_outcomes(passed=2)
    found = last()
    assert found is not None
    assert (sorted(found.tests), found.failed, found.of) == (["ICE-01", "ICE-02"], [], name)
    Path("seeds.txt").write_text("ICE-01\n")
    assert last() is None


@pytest.mark.parametrize("asked", [("-k", "proves"), ("-m", "seed"), ("test_one.py",)])
def test_what_only_some_tests_found_is_not_told_again(suite: pytest.Pytester, asked: tuple[str, ...]) -> None:
    suite.makepyfile(test_one='import pytest\n@pytest.mark.seed("ICE-01")\ndef test_proves(): ...\n')
    commit(suite)
    suite.runpytest(f"--seeds-report={LAST}", *asked).assert_outcomes(passed=1)
    assert last() is None


@pytest.mark.parametrize("text", ["def test_it(): assert False\n", "import nothing_of_the_kind\n"])
def test_what_a_failed_run_found_is_not_told_again(suite: pytest.Pytester, text: str) -> None:
    suite.makepyfile(text)
    commit(suite)
    assert suite.runpytest(f"--seeds-report={LAST}").ret != 0
    assert last() is None


def test_a_service_that_is_asked_for_is_not_skipped(
    suite: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    suite.makepyfile(TESTS)
    monkeypatch.setenv("SHOPWEAVE_REQUIRE", "mariadb, chromium")
    done = suite.runpytest()
    done.assert_outcomes(passed=2, skipped=1, failed=1)
    done.stdout.fnmatch_lines(["*SHOPWEAVE_REQUIRE asks for mariadb, but: *not there*"])


def test_a_line_that_does_not_exist_is_refused(suite: pytest.Pytester) -> None:
    suite.makepyfile('import pytest\n@pytest.mark.seed("ICE-77")\ndef test_it(): ...\n')
    done = suite.runpytest()
    assert done.ret == pytest.ExitCode.USAGE_ERROR
    done.stderr.fnmatch_lines(["*there is no line ICE-77*"])


def test_a_complaint_that_nobody_made_is_refused(suite: pytest.Pytester) -> None:
    suite.makepyfile('import pytest\n@pytest.mark.pain("shop/shop#1")\ndef test_it(): ...\n')
    done = suite.runpytest()
    assert done.ret == pytest.ExitCode.USAGE_ERROR
    done.stderr.fnmatch_lines(["*there is no line shop/shop#1*"])


def test_every_complaint_is_answered_by_a_test_or_openly_not_yet() -> None:
    known, proven = pains(), proofs()
    names = [one.name for one in known]
    assert len(set(names)) == len(names) >= 42
    assert set(proven) <= set(names)
    assert [one.name for one in known if not one.later and not proven.get(one.name)] == []
    assert [one.name for one in known if bool(one.answer) < bool(proven.get(one.name))] == []
