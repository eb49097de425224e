"""People and tokens looked after from the command line."""

import asyncio
import io
import json
from pathlib import Path

import pytest

from shopweave.cli import people
from shopweave.cli.serving import add_token, add_user
from shopweave.model.errors import Configuration
from tests.worlds import World

PASSWORD = "four words are enough"


def test_people_are_listed_changed_and_removed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(tmp_path, 2, simple=True)
    (tmp_path / "shopweave.toml").write_text(world.settings)
    (tmp_path / "simulators" / "shop-password").chmod(0o600)

    async def story() -> None:
        assert await people.list_people(tmp_path, as_json=False) == 0
        assert "Nobody may use the pages yet." in capsys.readouterr().out
        for email, role in (("boss@shop.example", "admin"), ("me@shop.example", "viewer")):
            monkeypatch.setattr("sys.stdin", io.StringIO(f"{PASSWORD}\n"))
            await add_user(tmp_path, email, role)
        await add_token(tmp_path, "me@shop.example", "report", "viewer")
        key = capsys.readouterr().out.splitlines()[-1]
        assert await people.list_people(tmp_path, as_json=True) == 0
        listed = json.loads(capsys.readouterr().out.splitlines()[-1])["people"]
        assert [(one["email"], one["role"]) for one in listed] == [
            ("boss@shop.example", "admin"),
            ("me@shop.example", "viewer"),
        ]
        number = listed[1]["tokens"][0]["number"]
        await people.list_people(tmp_path, as_json=False)
        shown = capsys.readouterr().out
        assert f"token {number} report: viewer, never used" in shown
        assert key not in shown
        await people.revoke_token(tmp_path, number)
        with pytest.raises(Configuration, match="USER-008"):
            await people.revoke_token(tmp_path, number)
        await people.change_role(tmp_path, "me@shop.example", "operator")
        with pytest.raises(Configuration, match="USER-006"):
            await people.remove_person(tmp_path, "boss@shop.example")
        await people.remove_person(tmp_path, "me@shop.example")
        assert "me@shop.example may no longer use the pages." in capsys.readouterr().out
        with pytest.raises(Configuration, match="USER-009"):
            await people.remove_person(tmp_path, "me@shop.example")

    asyncio.run(story())
