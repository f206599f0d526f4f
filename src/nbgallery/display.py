"""How a gallery looks: one live attribute for each option. Knows nothing of items, messages or threads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import traitlets as t

from nbgallery import parameters
from nbgallery.button import Button


class Option(t.Any):
    """An attribute that is checked by a rule. It is kept as it was given, and travels as the rule returns it.

    Parameters
    ----------
    rule : callable
        Returns the value in the form in which it travels; raises `GalleryError`.
    default : object
        Its value when none is given.
    """

    # None is for the rule to judge.
    allow_none = False

    def __init__(self, rule: Callable[[Any], object], default: object = None) -> None:
        super().__init__(default_value=default)
        self.rule = rule
        self.tag(to_json=lambda value, _owner: rule(value))

    def validate(self, _owner: object, value: object) -> object:
        """Check a value; of a list a copy is kept, for the user may change it and assign it again."""
        self.rule(value)
        return list(value) if isinstance(value, list) else value


class DisplayOptions(t.HasTraits):
    """The display options of a gallery, as live attributes."""

    label = Option(parameters.label).tag(sync=True)
    show_label = Option(parameters.show_label).tag(sync=True)
    container = Option(parameters.container, default=True).tag(sync=True)
    scale = Option(parameters.scale).tag(sync=True)
    min_width = Option(parameters.min_width, 160).tag(sync=True)
    visible = Option(parameters.visible, default=True).tag(sync=True)
    elem_id = Option(parameters.elem_id).tag(sync=True)
    elem_classes = Option(parameters.elem_classes).tag(sync=True)
    columns = Option(parameters.columns, 2).tag(sync=True)
    rows = Option(parameters.rows).tag(sync=True)
    height = Option(parameters.height).tag(sync=True)
    fit_columns = Option(parameters.fit_columns, default=True).tag(sync=True)
    object_fit = Option(parameters.object_fit).tag(sync=True)
    allow_preview = Option(parameters.allow_preview, default=True).tag(sync=True)

    buttons = Option(parameters.buttons)
    show_share_button = Option(lambda value: parameters.buttons(None, show_share_button=value))
    show_download_button = Option(lambda value: parameters.buttons(None, show_download_button=value))
    show_fullscreen_button = Option(lambda value: parameters.buttons(None, show_fullscreen_button=value))
    _buttons = t.Any().tag(sync=True)

    def _chosen_buttons(self) -> list[str | Button]:
        return parameters.buttons(
            self.buttons,
            show_share_button=self.show_share_button,
            show_download_button=self.show_download_button,
            show_fullscreen_button=self.show_fullscreen_button,
        )

    @t.default("_buttons")
    def _button_states(self) -> list[object]:
        return [
            button.to_state() if isinstance(button, Button) else button for button in self._chosen_buttons()
        ]

    @t.observe("buttons", "show_share_button", "show_download_button", "show_fullscreen_button")
    def _buttons_follow(self, _change: object) -> None:
        self._buttons = self._button_states()
