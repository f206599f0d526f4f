"""What is shown of a gallery, as its views start from it, and what follows when that changes."""

from __future__ import annotations

import traitlets as t

from nbgallery import parameters
from nbgallery.arrangement import Arrangement
from nbgallery.display import DisplayOptions, Option
from nbgallery.feed import Feed
from nbgallery.finder import Finder
from nbgallery.items import Change
from nbgallery.pages import Page, Pages, opening_edge, screen_size
from nbgallery.selection import Ranges
from nbgallery.state import first_touched, is_new, read_indices
from nbgallery.synced import Guarded, SyncedWidget


class ShownItems(DisplayOptions, SyncedWidget):
    """The synced side of what is shown. Indices in it are positions in what is shown, not in the list."""

    _arrangement: Arrangement
    _finder: Finder
    _feed: Feed
    _pages: Pages

    # Live both ways
    preview = Option(parameters.preview).tag(sync=True, echo_update=False)
    selected_index = Guarded(lambda value, self: parameters.selected_index(value, len(self))).tag(
        sync=True, echo_update=False, to_json=lambda _value, self: self._selected_position()
    )
    selection = Guarded(
        lambda value, self: Ranges.from_indices(value, len(self)),
        default=Ranges(),
        read=read_indices,
    )

    # What the views start from; later, messages say what changes in it
    _count = t.Int(0).tag(sync=True)
    _revision = t.Int(1).tag(sync=True)
    _selection = t.Any(()).tag(sync=True)
    _find = t.Any(None).tag(sync=True, to_json=lambda _value, self: self._finder.state)
    _groups = t.Any(None).tag(sync=True, to_json=lambda _value, self: self._arrangement.groups)
    _page_limit = t.Int(0).tag(sync=True)
    _page_0 = t.Any(None).tag(sync=True)
    _page_1 = t.Any(None).tag(sync=True)
    _page_2 = t.Any(None).tag(sync=True)

    # What follows a change of what is shown

    def _shown_changed(self, change: Change) -> None:
        """Let what serves the views follow a change of what is shown; call it under the lock."""
        self._feed.list_changed(change)
        if not change.operations:
            return
        self._wire.list_changed(change)
        self.set_quietly(
            _count=change.count,
            _revision=change.revision,
            _page_limit=min(self._page_limit, first_touched(change)),
            _selection=self._selected_positions().pairs(),
        )

    def _rearranged(self, change: Change) -> None:
        """Let everything follow a change of what is shown that is none of the list; under the lock."""
        self._shown_changed(change)
        position = self._selected_position()
        if position is None and self.selected_index is not None and self.preview:
            # What is hidden is not looked at either.
            self.preview = False
        if position is not None and is_new(position, change):
            self._wire.traits_changed(["selected_index"])

    def _selected_position(self) -> int | None:
        return None if self.selected_index is None else self._arrangement.position(self.selected_index)

    def _selected_positions(self) -> Ranges:
        return self._arrangement.to_positions(self.selection)

    # The first screen

    def _screen(self) -> int:
        columns, rows = parameters.columns(self.columns), parameters.rows(self.rows)
        return screen_size(columns, rows, parameters.height(self.height), len(self._arrangement))

    def _first_page(self) -> Page | None:
        return self._pages.first(self._screen(), opening_edge(parameters.columns(self.columns)))

    def _open_again(self) -> None:
        """Make the first screen anew, for views to come."""
        page = self._first_page()
        with self._turn():
            # A page that an edit has overtaken says nothing any more.
            shown = self._arrangement
            page = page if page is not None and page["revision"] == shown.revision else None
            self.set_quietly(_page_limit=len(shown), _page_0=page, _page_1=None, _page_2=None)
            self._wire.traits_changed(["_page_limit", "_page_0", "_page_1", "_page_2"])
        self._pages.follow_up()

    def _set_page(self, number: int, page: Page) -> None:
        self.set_quietly(**{f"_page_{number}": page})
        self._wire.traits_changed([f"_page_{number}"])
