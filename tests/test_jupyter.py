"""What the course adds to Jupyter's server: what is saved, and what is read."""

import asyncio
import inspect
import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nbformat
import pytest
from jupyter_server.services.contents.largefilemanager import AsyncLargeFileManager, LargeFileManager

from cnnlib import jupyter
from cnnlib.pictures import as_output

PNG, WIDGET = as_output(b"png", "a picture"), {"application/vnd.jupyter.widget-view+json": {}}


class Connection:
    """A kernel's connection to the page, as far as the extension knows it."""

    def __init__(self) -> None:
        self.heard: list[Any] = []
        self.websocket_handler = SimpleNamespace(set_nodelay=self.heard.append)

    def connect(self) -> str:
        self.heard.append("connected")
        return "the future of a server"


class Files:
    """A server's manager of files, of either kind, in a folder, with the course's extension loaded."""

    def __init__(self, kind: type, folder: Path) -> None:
        self.manager = kind(root_dir=str(folder))
        self.settings: dict[str, Any] = {"kernel_websocket_connection_class": Connection}
        web_app = SimpleNamespace(settings=self.settings)
        jupyter._load_jupyter_server_extension(SimpleNamespace(contents_manager=self.manager, web_app=web_app))

    def __getattr__(self, name: str) -> Any:
        def call(*args: Any, **kwargs: Any) -> Any:
            async def wait() -> Any:
                answer = getattr(self.manager, name)(*args, **kwargs)
                return await answer if inspect.isawaitable(answer) else answer

            return asyncio.run(wait())

        return call


@pytest.fixture(params=[AsyncLargeFileManager, LargeFileManager])
def files(request: pytest.FixtureRequest, tmp_path: Path) -> Files:
    return Files(request.param, tmp_path)


def saved(files: Files, kernel: str = "python3", outputs: tuple[Any, ...] = ()) -> Any:
    """A notebook as it is read after it was saved."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1", outputs=list(outputs))])
    notebook.metadata = {"kernelspec": {"name": kernel, "display_name": "x"}, "language_info": {"name": "python"}}
    files.save({"type": "notebook", "content": notebook}, "a.ipynb")
    return files.get("a.ipynb")["content"]


def test_a_notebook_is_read_with_what_the_kernel_will_report(files: Files) -> None:
    report = "import json; from ipykernel.ipkernel import IPythonKernel as k; print(json.dumps(k.language_info))"
    told = subprocess.run([sys.executable, "-c", report], capture_output=True, text=True, check=True)
    assert saved(files).metadata.language_info == json.loads(told.stdout)
    assert saved(files, kernel="ir").metadata.language_info == {"name": "python"}


def test_messages_of_a_kernel_leave_at_once(files: Files) -> None:
    connection = files.settings["kernel_websocket_connection_class"]()
    assert isinstance(connection, Connection)
    assert connection.connect() == "the future of a server"
    assert connection.heard == [True, "connected"]


def test_whatever_is_no_notebook_is_read_as_it_is(files: Files, tmp_path: Path) -> None:
    saved(files)
    (tmp_path / "a.txt").write_text("words")
    assert files.get("a.txt")["content"] == "words"
    assert {entry["name"] for entry in files.get("")["content"]} == {"a.ipynb", "a.txt"}
    assert files.get("a.ipynb", content=False)["content"] is None


def test_a_widget_is_saved_as_its_picture_alone(files: Files) -> None:
    outputs = [nbformat.v4.new_output("display_data", data) for data in (WIDGET | PNG, WIDGET, PNG)]
    printed = nbformat.v4.new_output("stream", text="printed")
    kept = saved(files, outputs=(*outputs, printed)).cells[0].outputs
    assert [output.get("data") for output in kept] == [PNG, WIDGET, PNG, None]
    files.save({"type": "file", "format": "text", "content": "words"}, "a.txt")
