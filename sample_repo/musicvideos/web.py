"""A small Flask application that shows the catalogue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from musicvideos.catalog import Catalog
from musicvideos.settings import Settings, load_settings
from musicvideos.thumbnails import find_thumbnail

try:
    from flask import Flask, render_template_string, send_from_directory
except ImportError:  # the command line works without Flask
    if not TYPE_CHECKING:
        Flask = None

PAGE = """<!doctype html>
<title>Music videos</title>
<h1>Music videos</h1>
<ul>
{% for video, thumbnail in rows %}
  <li>
    {% if thumbnail %}<img src="/thumbnails/{{ thumbnail }}" alt="" width="120">{% endif %}
    {{ video.artist }} - {{ video.title }} ({{ video.size // 1000 }} kB)
  </li>
{% else %}
  <li>The catalogue is empty. Run "python -m musicvideos scan".</li>
{% endfor %}
</ul>
"""


def create_app(settings: Settings | None = None) -> Flask:
    """Build the application; gunicorn calls this too."""
    if Flask is None:
        raise ModuleNotFoundError("the web page needs Flask", name="flask")
    config = settings or load_settings()
    app = Flask(__name__)

    @app.get("/")
    def index() -> str:
        with Catalog(config.database) as catalog:
            videos = catalog.videos()
        rows = []
        for video in videos:
            thumbnail = find_thumbnail(config.thumbnail_dir, video.path)
            rows.append((video, thumbnail.name if thumbnail else None))
        return render_template_string(PAGE, rows=rows)

    @app.get("/thumbnails/<name>")
    def thumbnail(name: str):
        return send_from_directory(config.thumbnail_dir, name)

    return app
