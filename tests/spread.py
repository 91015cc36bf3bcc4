"""Which worker does which test: any free one takes the next, and none waits for one that died."""

from functools import cache
from pathlib import Path
from typing import Any

from xdist.scheduler import LoadScopeScheduling

ONE_WORKER = "ONE_WORKER = True"  # stands in a file whose tests take too much memory for several at once


class Spread(LoadScopeScheduling):
    """Test by test; a notebook, or a file that sets up something costly, stays whole."""

    def __init__(self, config: Any, log: Any) -> None:
        super().__init__(config, log)
        self.deadly: set[str] = set()

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.split("::")[0]
        return file if _whole(Path(self.config.rootpath, file)) else nodeid

    def remove_node(self, node: Any) -> str | None:
        """Others do what a dead worker left. What it died of is tried once more: the system may have ended it.

        xdist's own way hands out again what was done as well, and then waits for it for ever.

        Returns:
            The test that a worker died of for the second time, which fails.
        """
        units = self.assigned_work.pop(node)
        left = [(unit, test) for unit in units.values() for test, done in unit.items() if not done]
        if not left:
            return None
        unit, test = left[0]
        again = test in self.deadly
        unit[test] = again
        self.deadly.add(test)
        self.workqueue.update({scope: unit for scope, unit in units.items() if not all(unit.values())})
        for other in self.assigned_work:
            self._reschedule(other)
        return test if again else None


@cache
def _whole(file: Path) -> bool:
    costly = file.suffix != ".py" or file.stem.endswith("_browser")
    return costly or any(sign in file.read_text(encoding="utf-8") for sign in ('scope="module"', ONE_WORKER))
