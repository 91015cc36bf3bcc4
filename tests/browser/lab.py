"""A JupyterLab of its own for tests: an empty configuration, one folder of notebooks, headless Chromium."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import nbformat
from playwright.sync_api import Browser, Page, WebSocket

ENABLED = Path(sys.prefix) / "etc/jupyter/jupyter_server_config.d/cnnlib.json"  # installing cnnlib writes it
PATIENCE = 240_000  # ms: a busy machine starts a server or a kernel in a minute


class Lab:
    """A running server; `open` shows a new notebook in it."""

    def __init__(self, folder: Path, url: str, browser: Browser) -> None:
        self.folder, self.url, self.browser = folder, url, browser
        self.messages: list[tuple[str, bool, int]] = []  # on the wire: "sent" or "received", a widget's, bytes

    def open(self, name: str, *cells: str, width: int = 1200, height: int = 900, dark: bool = False) -> Page:
        """A page on a notebook of these cells, once its kernel is idle."""
        self.write(name, *(nbformat.v4.new_code_cell(cell) for cell in cells))
        return self.show(name, width, height, dark)

    def write(self, name: str, *cells: nbformat.NotebookNode) -> None:
        notebook = nbformat.v4.new_notebook(cells=list(cells))
        notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3"}
        nbformat.write(notebook, self.folder / f"{name}.ipynb")

    def show(self, name: str, width: int = 1200, height: int = 900, dark: bool = False) -> Page:
        page = self.browser.new_page(viewport={"width": width, "height": height})
        page.set_default_timeout(PATIENCE)
        page.on("websocket", self._listen)
        page.goto(f"{self.url}/doc/tree/{name}.ipynb?token=explorers&reset")
        page.wait_for_selector(".jp-Notebook .jp-Cell")
        page.wait_for_function(
            "() => jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'"
        )
        self.command(page, "apputils:change-theme", theme="JupyterLab Dark" if dark else "JupyterLab Light")
        page.wait_for_selector(f"body[data-jp-theme-light={'false' if dark else 'true'}]", state="attached")
        return page

    def _listen(self, socket: WebSocket) -> None:
        def heard(way: str, payload: bytes | str) -> None:
            data = payload if isinstance(payload, bytes) else payload.encode()
            self.messages.append((way, b'"comm_msg"' in data, len(data)))

        socket.on("framesent", lambda payload: heard("sent", payload))
        socket.on("framereceived", lambda payload: heard("received", payload))

    @staticmethod
    def command(page: Page, name: str, **arguments: object) -> None:
        page.evaluate("([name, args]) => jupyterapp.commands.execute(name, args)", [name, arguments])

    def run(self, page: Page) -> None:
        """Run all cells and wait for the kernel."""
        self.command(page, "notebook:run-all-cells")
        page.wait_for_function("() => jupyterapp.shell.currentWidget.sessionContext.session.kernel.status === 'idle'")

    def python(self, page: Page, code: str) -> str:
        """Run code in the notebook's kernel, without a cell, and return what it printed."""
        return page.evaluate(
            """async code => {
                const kernel = jupyterapp.shell.currentWidget.sessionContext.session.kernel;
                const future = kernel.requestExecute({ code, store_history: false }); let said = "";
                future.onIOPub = m => { said += m.content.text ?? m.content.evalue ?? ""; };
                await future.done; return said;
            }""",
            code,
        )


def own_homes(folder: Path) -> dict[str, str]:
    """Environment variables that keep Jupyter's settings and open tabs in this folder: none of an earlier run's."""
    names = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    names += ("JUPYTERLAB_SETTINGS_DIR", "JUPYTERLAB_WORKSPACES_DIR")
    return {name: str(folder / "home" / name.lower()) for name in names}


@contextmanager
def jupyterlab(folder: Path, browser: Browser) -> Iterator[Lab]:
    """Start JupyterLab on a free port, with nothing but this environment's settings, and end it afterwards."""
    assert ENABLED.exists(), f"{ENABLED} is missing: install the course again, python -m pip install -e '.[test]'"
    environment = os.environ | own_homes(folder)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    options = "--no-browser --allow-root --expose-app-in-browser --IdentityProvider.token=explorers"
    options += f" --port={port}"
    command = [sys.executable, "-m", "jupyterlab", *options.split(), f"--ServerApp.root_dir={folder}"]
    with (folder / "log.txt").open("w") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        try:
            until = time.monotonic() + PATIENCE / 1000
            while True:
                try:
                    urllib.request.urlopen(f"{url}/api/status?token=explorers", timeout=5).close()
                    break
                except OSError:
                    if server.poll() is not None or time.monotonic() > until:
                        raise RuntimeError(f"JupyterLab did not start: {(folder / 'log.txt').read_text()}") from None
                    time.sleep(0.1)
            yield Lab(folder, url, browser)
        finally:
            server.terminate()  # it ends its kernels, too
            server.wait(30)
