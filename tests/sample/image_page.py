"""Types what docs/commands/image.md shows, with an archive of an image that tells the case.

`python -m tests.sample.image_page` writes the outputs in the page anew.
"""

from __future__ import annotations

import os
import re
import tempfile
from pathlib import Path

from tests.image.archives import Layer, save_of
from tests.sample.page import ROOT
from tests.sample.shell import blocks, tools, typed

PAGE = ROOT / "docs" / "commands" / "image.md"
_HOME = "usr/local/lib/python3.12/site-packages"
_STEPS = (
    "/bin/sh -c #(nop) ADD file:6b1e in / ",
    '/bin/sh -c #(nop)  CMD ["python3"]',
    "RUN /bin/sh -c apt-get update && apt-get install -y gcc # buildkit",
    "COPY . /app # buildkit",
    "RUN /bin/sh -c pip install -r /app/requirements.txt # buildkit",
    "RUN /bin/sh -c chown -R app /app # buildkit",
    'CMD ["python" "-m" "musicvideos"]',
)
_APP: Layer = {
    "app/musicvideos/web.py": 4_000,
    "app/data/thumbnails.bin": 1_200_000,
    "app/.git/pack": 190_000,
}


def layers() -> list[Layer]:
    """A thousandth of what such an image holds."""
    opencv = f"{_HOME}/cv2/cv2.abi3.so"
    record = f"{_HOME}/opencv_python_headless-4.10.0.dist-info/RECORD"
    return [
        {"usr/bin/python3": 40_000, "usr/lib/libc.so.6": 80_000},
        {
            "usr/bin/gcc": 150_000,
            "var/lib/dpkg/info/gcc-12.list": b"/usr/bin/gcc\n",
            "var/lib/apt/lists/deb_main_Packages": 180_000,
        },
        _APP,
        {
            opencv: 1_100_000,
            f"{_HOME}/cv2/tests/test_cv.py": 110_000,
            record: b"cv2/cv2.abi3.so,,\ncv2/tests/test_cv.py,,\n",
            "root/.cache/pip/http/opencv.whl": 450_000,
        },
        _APP,
    ]


def replay(page: str, folder: Path) -> str:
    """The page with the outputs that its commands have now."""
    (folder / "app.tar").write_bytes(save_of(layers(), steps=_STEPS))
    found = tools(folder)

    def answer(shown: re.Match[str]) -> str:
        return shown["head"] + typed(shown["command"], str(folder), found, {})

    return blocks("image").sub(answer, page)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        text = replay(PAGE.read_text("utf-8"), Path(os.path.realpath(place)))
    PAGE.write_text(text, encoding="utf-8")
