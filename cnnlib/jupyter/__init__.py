"""What the course adds to Jupyter's server. Installing cnnlib enables it, by the two JSON files beside this one.

extension.json loads this module in every server of the environment, however that was started; settings.json keeps
JupyterLab from asking about news and from looking for updates.
"""

import inspect
import platform
from collections.abc import Awaitable
from typing import Any

from cnnlib.pictures import taken_out

# What ipykernel reports of this Python. Written out, since importing a kernel changes how widgets of this process talk.
LANGUAGE: dict[str, Any] = {
    "name": "python",
    "version": platform.python_version(),
    "mimetype": "text/x-python",
    "codemirror_mode": {"name": "ipython", "version": 3},
    "pygments_lexer": "ipython3",
    "nbconvert_exporter": "python",
    "file_extension": ".py",
}


def keep_pictures(model: dict[str, Any], **kwargs: Any) -> None:
    """A pre-save hook: save a widget that has a picture as the picture alone.

    JupyterLab trusts a notebook that it ran itself, and would show "model not found" instead of the picture when it is
    opened again.
    """
    cells = model["content"]["cells"] if model["type"] == "notebook" else []
    for data in (output.get("data", {}) for cell in cells for output in cell.get("outputs", [])):
        if taken_out(data)[1] or "image/png" in data:
            data.pop("application/vnd.jupyter.widget-view+json", None)


def name_language(model: dict[str, Any]) -> dict[str, Any]:
    """A notebook as it is read, with the language_info that this environment's kernel will report.

    JupyterLab writes that report into the notebook. Where it differs, as Python's version does, an untouched notebook
    counts as changed, and closing it asks whether to save.
    """
    metadata = (model["content"] or {}).get("metadata", {}) if model["type"] == "notebook" else {}
    if metadata.get("kernelspec", {}).get("name") == "python3":
        metadata["language_info"] = dict(LANGUAGE)
    return model


def prompt(connection: type) -> type:
    """A kernel's connection to the page whose messages leave at once.

    As it is, TCP keeps a small message back until the page has acknowledged the one before (Nagle's algorithm): about
    40 ms, as the kernel says "busy" before it answers.
    """

    class Prompt(connection):
        def connect(self) -> Any:
            self.websocket_handler.set_nodelay(True)
            return super().connect()

    return Prompt


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": __name__}]


def _load_jupyter_server_extension(app: Any) -> None:
    settings, name = app.web_app.settings, "kernel_websocket_connection_class"
    settings[name] = prompt(settings[name])
    files = app.contents_manager
    files.register_pre_save_hook(keep_pictures)
    read = files.get

    async def later(model: Awaitable[dict[str, Any]]) -> dict[str, Any]:
        return name_language(await model)

    def get(*args: Any, **kwargs: Any) -> Any:
        model = read(*args, **kwargs)
        return later(model) if inspect.isawaitable(model) else name_language(model)

    files.get = get  # the server has hooks for saving, and none for reading
