"""`run` while code is written: half of a file, mistakes, and what a handler raises."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import urllib3

from tests.core.support.commands import get, until
from tests.core.support.server import SECONDS, Server, clean_environment

MANAGE = """
from api.core.cli.main import main

main("shop.app:application")
"""
APP = """
from api.core import resources
from api.core.application import Application, namespaces
from shop.rooms import ns

application = Application(
    import_name="shop.app:application",
    title="Shop",
    version="1",
    namespaces=(ns, *namespaces(resources)),
)
"""
ROOMS = """
from api.core import Namespace, Resource, public

ns = Namespace("rooms", "Rooms", path="/rooms")


@ns.route("")
class Rooms(Resource):
    @public
    def get(self):
        \"\"\"List the rooms\"\"\"
        return {"rooms": "NAME"}
"""
# name: what the file has instead, and what the terminal says
BROKEN = {
    "half a file": (ROOMS[: ROOMS.index("(self)")], "SyntaxError"),
    "no such module": (f"import no_such_module\n{ROOMS}", "No module named 'no_such_module'"),
    "an exception": (f"{ROOMS}\n1 / 0\n", "ZeroDivisionError"),
    "a declaration": (ROOMS.replace("    @public\n", ""), "Error: Rooms.get"),
    "nothing": ("", "cannot import name 'ns'"),
}


class Starting(Server):
    """A server that need not answer at its start."""

    def _wait(self) -> None:
        """Its test waits."""


class Shop:
    """A project of a team in a directory of its own."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.rooms = directory / "shop" / "rooms.py"
        self.app = directory / "shop" / "app.py"
        self.rooms.parent.mkdir()
        (directory / "shop" / "__init__.py").touch()
        (directory / "manage.py").write_text(MANAGE)
        self.app.write_text(APP)
        self.write("one")

    def write(self, name: str) -> None:
        """Write a good file of the room of that name."""
        self.rooms.write_text(ROOMS.replace("NAME", name))

    def serve(self, kind: type[Server] = Server, *options: str) -> Server:
        return kind(self.directory, "run", *options, manage=(str(self.directory / "manage.py"),))


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    return Shop(tmp_path_factory.mktemp("shop"))


@pytest.fixture(scope="module")
def running(shop: Shop) -> Iterator[Server]:
    with shop.serve() as server:
        yield server


def answers(server: Server, status: int, text: str) -> Callable[[], bool]:
    """Whether /rooms answers with that status and this in its body."""

    def asked() -> bool:
        try:
            with urllib3.PoolManager() as pool:
                got = pool.request("GET", f"{server.url}/rooms", retries=False, timeout=SECONDS)
                return got.status == status and text in got.data.decode()
        except urllib3.exceptions.HTTPError:
            # The restart has cut it off.
            return False

    return asked


@pytest.mark.parametrize("name", ["half a file", "no such module", "a declaration", "nothing"])
def test_broken_file(shop: Shop, running: Server, name: str) -> None:
    """A broken file is shown in the terminal, and the API is back when the file is mended."""
    code, error = BROKEN[name]
    began = len(running.log)
    shop.rooms.write_text(code)
    until(answers(running, 500, "The terminal says why."))
    said = running.log[began:]
    assert error in said
    assert "Waiting until a file is changed. Stop: Ctrl+C" in said
    shop.write(f"mended after {name}")
    until(answers(running, 200, f"mended after {name}"))
    assert running.log.count("Swagger UI") == 1


def test_broken_env_file(shop: Shop, running: Server) -> None:
    """A broken line of .env is shown, too, and the API is back when it is mended."""
    path = shop.directory / ".env"
    shop.rooms.write_text("")
    until(answers(running, 500, "The terminal says why."))
    path.write_text("LOG_LEVEL='in")
    shop.write("with a broken .env")
    until(lambda: "Error: .env, line 1: " in running.log)
    path.write_text("LOG_LEVEL=info\n")
    until(answers(running, 200, "with a broken .env"))


def test_traceback_of_a_handler(shop: Shop, running: Server) -> None:
    """The traceback of a handler's exception is in the terminal, with the line of its file."""
    shop.rooms.write_text(ROOMS.replace('{"rooms": "NAME"}', "1 / 0"))
    until(answers(running, 500, "internal-error"))
    until(lambda: "ZeroDivisionError: division by zero" in running.log)
    assert f'File "{shop.rooms}", line ' in running.log
    shop.write("whole")
    until(answers(running, 200, "whole"))


def test_broken_script(tmp_path: Path) -> None:
    """manage.py itself may be broken for a while as well."""
    shop = Shop(tmp_path)
    script = tmp_path / "manage.py"
    with shop.serve() as server:
        script.write_text(f"{MANAGE}\n(")
        until(lambda: "Waiting until a file is changed. Stop: Ctrl+C" in server.log)
        assert "SyntaxError" in server.log
        shop.write("two")
        script.write_text(MANAGE)
        until(answers(server, 200, "two"))


@pytest.mark.parametrize("file", ["rooms", "app"])
def test_broken_at_the_start(tmp_path: Path, file: str) -> None:
    """A first start with a broken file waits as well; when it is mended, all of it happens."""
    shop = Shop(tmp_path)
    path = {"rooms": shop.rooms, "app": shop.app}[file]
    good = path.read_text()
    path.write_text(good + "\n1 / (")
    with shop.serve(Starting) as server:
        until(answers(server, 500, "The terminal says why."))
        assert server.log.count("SyntaxError") == 1
        assert "Swagger UI" not in server.log
        path.write_text(good)
        until(answers(server, 200, "one"))
        assert get(f"{server.url}/health/ready").status == 200
        shop.write("two")
        until(answers(server, 200, "two"))
        assert server.log.count("Swagger UI") == 1


@pytest.mark.parametrize("arguments", [("run", "--no-reload"), ("routes",)])
@pytest.mark.parametrize(("name", "lines"), [("an exception", None), ("a declaration", 1)])
def test_other_commands_end(
    tmp_path: Path, arguments: tuple[str, ...], name: str, lines: int | None
) -> None:
    """Without a reload, and in any other command, broken code ends it."""
    shop = Shop(tmp_path)
    shop.rooms.write_text(BROKEN[name][0])
    ended = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=tmp_path,
        env=clean_environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )
    assert ended.returncode == 1
    assert BROKEN[name][1] in ended.stderr
    assert lines is None or len(ended.stderr.splitlines()) == lines
