"""The way to look at images and videos in a notebook.

Examples
--------
>>> import nbgallery
>>> gallery = nbgallery.Gallery([])
>>> len(gallery)
0
"""

from __future__ import annotations

from nbgallery._version import __version__
from nbgallery.button import Button
from nbgallery.cache import CacheInfo
from nbgallery.errors import GalleryError, MediaError
from nbgallery.events import ChangeData, EventData, FileData, PreviewData, SelectData
from nbgallery.gallery import Gallery
from nbgallery.items import Item

__all__ = [
    "Button",
    "CacheInfo",
    "ChangeData",
    "EventData",
    "FileData",
    "Gallery",
    "GalleryError",
    "Item",
    "MediaError",
    "PreviewData",
    "SelectData",
    "__version__",
]
