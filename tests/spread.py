"""Which worker does which test: any free one takes the next, and none waits for one that died."""

from functools import cache
from pathlib import Path
from typing import Any

from xdist.scheduler import LoadScopeScheduling


class Spread(LoadScopeScheduling):
    """Test by test; a notebook, or a file that sets up something costly, stays whole."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.split("::")[0]
        return file if _whole(Path(self.config.rootpath, file)) else nodeid

    def remove_node(self, node: Any) -> str | None:
        """Others do what a dead worker left, but for the test that it died of, which is returned.

        xdist's own way hands out again what was done as well, and then waits for it for ever.
        """
        units = self.assigned_work.pop(node)
        left = [(unit, test) for unit in units.values() for test, done in unit.items() if not done]
        if not left:
            return None
        unit, deadly = left[0]
        unit[deadly] = True
        self.workqueue.update({scope: unit for scope, unit in units.items() if not all(unit.values())})
        for other in self.assigned_work:
            self._reschedule(other)
        return deadly


@cache
def _whole(file: Path) -> bool:
    costly = file.suffix != ".py" or file.stem.endswith("_browser")
    return costly or 'scope="module"' in file.read_text(encoding="utf-8")
