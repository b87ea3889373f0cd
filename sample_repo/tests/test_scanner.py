"""Tests for the scanner and the thumbnail names."""

import tempfile
import unittest
from pathlib import Path

from musicvideos.scanner import scan
from musicvideos.settings import load_settings
from musicvideos.thumbnails import find_thumbnail, thumbnail_name

EXTENSIONS = (".mp4", ".mkv")


class ScannerTest(unittest.TestCase):
    def setUp(self) -> None:
        self.root = Path(self.enterContext(tempfile.TemporaryDirectory()))

    def test_finds_media_only(self) -> None:
        folder = self.root / "slow-ferry"
        folder.mkdir()
        (folder / "low_tide.MKV").write_bytes(b"12345")
        (folder / "cover.jpg").write_bytes(b"1")
        (found,) = scan(self.root, EXTENSIONS)
        self.assertEqual(found.path, "slow-ferry/low_tide.MKV")
        self.assertEqual((found.artist, found.title), ("Slow Ferry", "Low Tide"))
        self.assertEqual(found.size, 5)
        self.assertGreater(found.mtime, 0)

    def test_file_without_artist(self) -> None:
        (self.root / "loose.mp4").write_bytes(b"")
        (found,) = scan(self.root, EXTENSIONS)
        self.assertEqual(found.artist, "unknown")

    def test_shipped_media_have_thumbnails(self) -> None:
        settings = load_settings()
        found = list(scan(settings.media_dir, settings.extensions))
        if not found:
            self.skipTest("the media folder is empty")
        for item in found:
            with self.subTest(path=item.path):
                self.assertIsNotNone(find_thumbnail(settings.thumbnail_dir, item.path))

    def test_thumbnail_name_keeps_artist(self) -> None:
        self.assertEqual(thumbnail_name("slow-ferry/low-tide.mkv"), "slow-ferry_low-tide.jpg")


if __name__ == "__main__":
    unittest.main()
