"""What a person's doing means for a gallery: its state follows, and its events fire, once each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbgallery.errors import MediaError
from nbgallery.events import EventData, FileData, PreviewData, SelectData
from nbgallery.media import identify
from nbgallery.selection import Ranges

if TYPE_CHECKING:
    from nbgallery.gallery import Gallery
    from nbgallery.values import Values


class GalleryPerson:
    """Applies to one gallery what the views report; each method is called under the gallery's lock.

    Parameters
    ----------
    gallery : Gallery
        Whose state and events these are.
    """

    def __init__(self, gallery: Gallery) -> None:
        self._gallery = gallery

    def select(self, index: int) -> None:
        """Select an item, or show another one in the preview."""
        self._gallery.set_quietly(selected_index=index)
        self._fire_selection(index, selected=True)

    def deselect(self, index: int) -> None:
        """Take the selection back."""
        self._gallery.set_quietly(selected_index=None)
        self._fire_selection(index, selected=False)

    def open_preview(self, index: int) -> None:
        """Open the preview on an item."""
        gallery = self._gallery
        gallery.set_quietly(preview=True)
        gallery.preview_open.fire(lambda: PreviewData(gallery, index, opened=True))

    def close_preview(self, index: int) -> None:
        """Close the preview."""
        gallery = self._gallery
        gallery.set_quietly(preview=False)
        gallery.preview_close.fire(lambda: PreviewData(gallery, index, opened=False))

    def change_selection(self, add: Ranges, remove: Ranges, toggled: int | None) -> None:
        """Change the multi-selection; a single item that was toggled fires an event."""
        selection = self._gallery.select_by_person(add, remove)
        if toggled is not None:
            self._fire_selection(toggled, selected=toggled in selection)

    def press(self, button: str) -> None:
        """Press one of the user's own buttons."""
        self._gallery.press(button)

    def find(self, text: str | None) -> None:
        """Look for a text; None shows everything again."""
        self._gallery.find_by_person(text)

    def _fire_selection(self, index: int, *, selected: bool) -> None:
        gallery = self._gallery
        if not (gallery.select.heard or gallery.deselect.heard):
            return
        # As it is now, whatever is edited until the listeners have their turn.
        values = gallery.paths()

        def data() -> EventData:
            # On the listeners' thread: a user's own sequence may take its time.
            return SelectData(gallery, index, _described(values, index), selected)

        gallery.select.fire(data)
        if not selected:
            gallery.deselect.fire(data)


def _described(values: Values, index: int) -> dict[str, Any]:
    item = values.items[index]

    def path() -> object:
        return values[index][0]

    try:
        media = identify(item.media)
    except MediaError:
        return {"image": FileData({}, path), "caption": item.caption}
    facts = {
        "url": media.url,
        "orig_name": media.name or None,
        "mime_type": media.mime or None,
        "size": media.size,
    }
    return {media.kind: FileData(facts, path), "caption": item.caption}
