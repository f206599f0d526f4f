"""What can be wrong: with a parameter, or with one item."""

from __future__ import annotations

from traitlets import TraitError


class GalleryError(TraitError, ValueError):
    """A parameter, or a value assigned to one, is not what the gallery takes.

    The message names the parameter, the value and what is allowed. It is both a ``TraitError`` and a
    ``ValueError``, so that code written for either catches it.

    Examples
    --------
    >>> raise GalleryError("columns=0: give a whole number from 1 up")
    Traceback (most recent call last):
        ...
    nbgallery.errors.GalleryError: columns=0: give a whole number from 1 up
    """


class MediaError(ValueError):
    """One item cannot be drawn; the message is the sentence on its error tile.

    It never reaches the user as an exception of the whole list: the rest of the gallery is untouched.

    Examples
    --------
    >>> str(MediaError("there is no file 'cat.png'"))
    "there is no file 'cat.png'"
    """
