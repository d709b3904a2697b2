"""Ctrl-C ends the example service cleanly."""

import signal
from pathlib import Path

from tests.e2e.serving import demo


def test_ctrl_c_ends_it_with_a_word_and_without_a_traceback(tmp_path: Path) -> None:
    with demo(tmp_path) as served:
        served.service.process.send_signal(signal.SIGINT)
        assert served.service.process.wait(timeout=20) == 0
        output = served.service.output

    assert output.endswith("Stopped. What you did is kept; the next start goes on from there.\n")
    assert "Traceback" not in output
