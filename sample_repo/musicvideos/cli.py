"""The command line."""

from __future__ import annotations

import argparse
import sys
from datetime import datetime
from pathlib import Path

from musicvideos import playlists
from musicvideos.catalog import Catalog, Video
from musicvideos.scanner import scan
from musicvideos.settings import Settings, load_settings


def build_parser() -> argparse.ArgumentParser:
    """Describe the commands and their options."""
    parser = argparse.ArgumentParser(prog="musicvideos", description="Manage music videos.")
    commands = parser.add_subparsers(dest="command", required=True)
    scan_ = commands.add_parser("scan", help="read the media folder into the catalogue")
    scan_.add_argument("--log", type=Path, help="append the result to this file")
    list_ = commands.add_parser("list", help="show the catalogue")
    list_.add_argument("--artist", help="only this artist")
    playlist = commands.add_parser("playlist", help="write an M3U playlist")
    playlist.add_argument("--artist", help="only this artist")
    playlist.add_argument("--order", choices=playlists.ORDERS, default="artist")
    playlist.add_argument("--output", type=Path, help="write to this file")
    cover = commands.add_parser("cover", help="download a thumbnail (needs requests)")
    cover.add_argument("id", type=int)
    cover.add_argument("url")
    lookup = commands.add_parser("lookup", help="search MusicBrainz (needs httpx)")
    lookup.add_argument("id", type=int)
    commands.add_parser("serve", help="run the web page (needs Flask)")
    return parser


def run_scan(settings: Settings, log: Path | None) -> None:
    """Read the media folder into the catalogue."""
    with Catalog(settings.database) as catalog:
        stored, dropped = catalog.sync(scan(settings.media_dir, settings.extensions))
    print(f"{stored} videos in the catalogue, {dropped} dropped")
    if log is not None:
        with log.open("a", encoding="utf-8") as handle:
            stamp = datetime.now().isoformat(sep=" ", timespec="seconds")
            handle.write(f"{stamp} INFO scan: stored={stored} dropped={dropped}\n")


def find_video(settings: Settings, video_id: int) -> Video:
    """Return one video or end the program with a message."""
    with Catalog(settings.database) as catalog:
        video = catalog.get(video_id)
    if video is None:
        raise SystemExit(f"no video with number {video_id}")
    return video


def run_playlist(settings: Settings, args: argparse.Namespace) -> None:
    """Write a playlist to a file or to standard output."""
    with Catalog(settings.database) as catalog:
        videos = playlists.sort_videos(catalog.videos(args.artist), args.order)
    text = playlists.to_m3u(videos, settings.media_dir)
    if args.output:
        args.output.write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)


def run(args: argparse.Namespace, settings: Settings) -> None:
    """Run one command."""
    if args.command == "scan":
        run_scan(settings, args.log)
    elif args.command == "list":
        with Catalog(settings.database) as catalog:
            for video in catalog.videos(args.artist):
                size = f"{video.size / 1000:.1f} kB"
                print(f"{video.id:>3}  {video.artist:<16} {video.title:<22} {size:>10}")
    elif args.command == "playlist":
        run_playlist(settings, args)
    elif args.command == "cover":
        from musicvideos.fetch import fetch_cover

        video = find_video(settings, args.id)
        print(fetch_cover(args.url, video.path, settings.thumbnail_dir, settings.download_dir))
    elif args.command == "lookup":
        from musicvideos.metadata import lookup

        video = find_video(settings, args.id)
        for found in lookup(video.artist, video.title):
            print(f"{found.artist} - {found.title} ({found.released or 'no date'})")
    elif args.command == "serve":
        from musicvideos.web import create_app

        create_app(settings).run(host=settings.host, port=settings.port)


def main(argv: list[str] | None = None) -> int:
    """Parse the command line and return the exit code."""
    args = build_parser().parse_args(argv)
    try:
        run(args, load_settings())
    except ModuleNotFoundError as error:
        print(f"{args.command} needs the package {error.name}", file=sys.stderr)
        return 1
    return 0
