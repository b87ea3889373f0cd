"""Tests for the catalogue."""

import unittest

from musicvideos.catalog import Catalog
from musicvideos.playlists import sort_videos
from musicvideos.scanner import MediaFile

FIRST = MediaFile("slow-ferry/low-tide.mkv", "Slow Ferry", "Low Tide", 300, 20.0)
SECOND = MediaFile("harbour-lane/night-train.mp4", "Harbour Lane", "Night Train", 500, 10.0)


class CatalogTest(unittest.TestCase):
    def setUp(self) -> None:
        self.catalog = self.enterContext(Catalog(":memory:"))

    def test_sync_stores_and_sorts(self) -> None:
        self.assertEqual(self.catalog.sync([FIRST, SECOND]), (2, 0))
        titles = [video.title for video in self.catalog.videos()]
        self.assertEqual(titles, ["Night Train", "Low Tide"])

    def test_sync_updates_and_drops(self) -> None:
        self.catalog.sync([FIRST, SECOND])
        changed = MediaFile(FIRST.path, FIRST.artist, FIRST.title, 301, 21.0)
        self.assertEqual(self.catalog.sync([changed]), (1, 1))
        (video,) = self.catalog.videos()
        self.assertEqual(video.size, 301)

    def test_filter_by_artist_ignores_case(self) -> None:
        self.catalog.sync([FIRST, SECOND])
        self.assertEqual(len(self.catalog.videos("slow ferry")), 1)

    def test_get(self) -> None:
        self.catalog.sync([FIRST])
        self.assertEqual(self.catalog.get(1).path, FIRST.path)
        self.assertIsNone(self.catalog.get(99))

    def test_playlist_orders(self) -> None:
        self.catalog.sync([FIRST, SECOND])
        videos = self.catalog.videos()
        self.assertEqual(sort_videos(videos, "smallest")[0].title, "Low Tide")
        self.assertEqual(sort_videos(videos, "newest")[0].title, "Low Tide")
        with self.assertRaises(ValueError):
            sort_videos(videos, "loudest")


if __name__ == "__main__":
    unittest.main()
