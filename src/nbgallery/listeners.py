"""Registering listeners, and running them in order, on a thread of their own, with what they ask for."""

from __future__ import annotations

import contextvars
import functools
import inspect
import logging
import re
import sys
import typing
from collections.abc import Callable, Sequence
from typing import Any, Generic, ParamSpec, TypeVar

from nbgallery.describe import describe
from nbgallery.events import EventData
from nbgallery.serial import SerialThread

logger = logging.getLogger(__name__)

P = ParamSpec("P")
R = TypeVar("R")


class Listener(Generic[P, R]):
    """A registered function: still callable as the function, and removable.

    Parameters
    ----------
    event : Event
        The event that it listens to.
    function : callable
        What is run.

    Raises
    ------
    TypeError
        When ``function`` is not callable, is async, or asks for more than the event's data.
    """

    def __init__(self, event: Event, function: Callable[P, R]) -> None:
        _check_function(function, event)
        self._event = event
        self._function = function
        self._parameter = _data_parameter(function, event)
        # What a listener prints appears below the cell that registered it, not below the one that runs by
        # chance.
        self._context = contextvars.copy_context()
        functools.update_wrapper(self, function, updated=())

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Call the function as if it were no listener."""
        return self._function(*args, **kwargs)

    def __repr__(self) -> str:
        return f"<listener of {self._event.name}: {self._function!r}>"

    def remove(self) -> None:
        """Listen no more; what is pending for it is dropped."""
        self._event.drop(self)

    def handle(self, data: EventData) -> None:
        """Run the function for one event."""
        function: Callable[..., Any] = self._function
        run = self._context.copy().run
        if self._parameter is None:
            run(function)
        elif self._parameter == "":
            run(function, data)
        else:
            run(function, **{self._parameter: data})


class Event:
    """One event of a gallery: call it with a function, or put it above one as a decorator.

    Parameters
    ----------
    name : str
        The event's name.
    data_type : type
        What its listeners are told.
    queue : ListenerQueue
        Where they run.
    remedy : str
        What to use instead, for those who take the event's name for that of a command.

    Examples
    --------
    >>> from nbgallery import Gallery, SelectData
    >>> gallery = Gallery()
    >>> @gallery.select
    ... def show(data: SelectData) -> None:
    ...     print(data.index)
    >>> show.remove()
    """

    def __init__(self, name: str, data_type: type[EventData], queue: ListenerQueue, remedy: str = "") -> None:
        self.name = name
        self.data_type = data_type
        self.remedy = remedy
        self._queue = queue
        self._listeners: list[Listener[..., Any]] = []

    def __call__(self, function: Callable[P, R]) -> Listener[P, R]:
        """Register a listener.

        Parameters
        ----------
        function : callable
            Called with the event's data if it has a parameter for it: the one annotated with a data class, or
            the only required one. A function without parameters is called without.

        Returns
        -------
        Listener
            Callable as the function; ``.remove()`` ends it.
        """
        listener = Listener(self, function)
        self._listeners.append(listener)
        return listener

    def __repr__(self) -> str:
        return f"<event {self.name}, {len(self._listeners)} listeners>"

    @property
    def heard(self) -> bool:
        """Whether anyone listens."""
        return bool(self._listeners)

    def drop(self, listener: Listener[..., Any]) -> None:
        """Remove a listener; nothing happens when it is not registered."""
        if listener in self._listeners:
            self._listeners.remove(listener)

    def fire(self, make_data: Callable[[], EventData]) -> None:
        """Queue every listener; returns at once. The data is made on their thread, and once."""
        if self._listeners:
            self._queue.post(self, list(self._listeners), make_data)

    def still_has(self, listener: Listener[..., Any]) -> bool:
        """Whether the listener has not been removed since."""
        return listener in self._listeners


class ListenerQueue:
    """Runs the listeners of one gallery one after another, on a thread of their own.

    Parameters
    ----------
    report : callable
        Given a sentence to show on the gallery when a listener raises.
    """

    def __init__(self, report: Callable[[str], None]) -> None:
        self._report = report
        self._thread = SerialThread("nbgallery-listeners")
        self._closed = False

    def post(
        self, event: Event, listeners: Sequence[Listener[..., Any]], make_data: Callable[[], EventData]
    ) -> None:
        """Run listeners when those before them are done."""
        self._thread.post(lambda: self._run_all(event, listeners, make_data))

    def run(self, name: str, work: Callable[[], object]) -> None:
        """Run something of the user's that is not a listener of an event."""

        def guarded() -> None:
            if self._closed:
                return
            try:
                work()
            except BaseException as error:  # noqa: BLE001 - shown on the gallery, as a listener's is
                self._tell(name, error)

        self._thread.post(guarded)

    def close(self) -> None:
        """Run nothing more; what is running ends by itself."""
        self._closed = True

    def _run_all(
        self, event: Event, listeners: Sequence[Listener[..., Any]], make_data: Callable[[], EventData]
    ) -> None:
        if self._closed:
            return
        try:
            data = make_data()
        except BaseException as error:  # noqa: BLE001 - what a user's own sequence raises is told like a listener's error
            self._tell(f"reading the item of a {event.name} event", error)
            return
        for listener in listeners:
            self._run(event, listener, data)

    def _run(self, event: Event, listener: Listener[..., Any], data: EventData) -> None:
        if self._closed or not event.still_has(listener):
            return
        try:
            listener.handle(data)
        except BaseException as error:  # noqa: BLE001 - shown on the gallery; the next listener still runs
            self._tell(f"the {event.name} listener {getattr(listener, '__name__', '')}".rstrip(), error)

    def _tell(self, name: str, error: BaseException) -> None:
        logger.error("%s raised", name, exc_info=error)
        text = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        self._report(f"{name} raised {text}")


def _check_function(function: object, event: Event) -> None:
    if not callable(function):
        message = (
            f"gallery.{event.name}({describe(function)}): give a function; {event.name} registers a listener"
        )
        raise TypeError(f"{message}. {event.remedy}" if event.remedy else message)
    own = _own_function(function)
    if (
        inspect.iscoroutinefunction(own)
        or inspect.isasyncgenfunction(own)
        or inspect.isgeneratorfunction(own)
    ):
        raise TypeError(
            f"gallery.{event.name}({describe(function)}): "
            "give a function that is neither async nor a generator"
        )


def _data_parameter(function: Callable[..., Any], event: Event) -> str | None:
    """Name the parameter that takes the data: "" for the first by position, None when there is none."""
    try:
        parameters = _signature(function).parameters
    except ValueError:
        # Some builtins have no signature to be read; print, which has one, is the usual first listener.
        return ""
    annotations = _annotations(function)
    for name, parameter in parameters.items():
        if _is_data(annotations.get(name, parameter.annotation)):
            return "" if parameter.kind is parameter.POSITIONAL_ONLY else name
    required = [
        parameter
        for parameter in parameters.values()
        if parameter.default is parameter.empty
        and parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
    ]
    if len(required) > 1 or (required and required[0].kind is inspect.Parameter.KEYWORD_ONLY):
        names = ", ".join(parameter.name for parameter in required)
        message = (
            f"gallery.{event.name}: the listener requires {names}; it is called with one "
            f"{event.data_type.__name__}. Annotate the parameter that takes it, and give the others defaults"
        )
        raise TypeError(message)
    takes_any = any(parameter.kind is parameter.VAR_POSITIONAL for parameter in parameters.values())
    return "" if required or takes_any else None


def _signature(function: Callable[..., Any]) -> inspect.Signature:
    if sys.version_info >= (3, 14):
        import annotationlib  # noqa: PLC0415 - not there before

        # Evaluating what a TYPE_CHECKING import names would raise.
        return inspect.signature(function, annotation_format=annotationlib.Format.FORWARDREF)
    return inspect.signature(function)


def _annotations(function: Callable[..., Any]) -> dict[str, Any]:
    """Evaluate the annotations; none, when one names what is not there (a TYPE_CHECKING import)."""
    try:
        return typing.get_type_hints(_own_function(function))
    except (NameError, TypeError, AttributeError):
        return {}


def _own_function(function: Callable[..., Any]) -> Callable[..., Any]:
    """Find what the user wrote, under partials, decorators and listeners; of an object, the method."""
    while True:
        unwrapped = inspect.unwrap(function)
        if isinstance(unwrapped, functools.partial):
            unwrapped = unwrapped.func
        if unwrapped is function:
            break
        function = unwrapped
    if inspect.isroutine(function):
        return function
    method = "__init__" if isinstance(function, type) else "__call__"
    found: Callable[..., Any] = getattr(function if isinstance(function, type) else type(function), method)
    return found


def _is_data(annotation: object) -> bool:
    """Whether an annotation, evaluated or not, names one of the events' data classes."""
    if isinstance(annotation, type):
        return issubclass(annotation, EventData)
    if isinstance(annotation, (str, typing.ForwardRef)):
        text = annotation if isinstance(annotation, str) else annotation.__forward_arg__
        ours = {cls.__name__ for cls in _all_subclasses(EventData)}
        return not ours.isdisjoint(re.findall(r"\w+", text))
    return any(_is_data(part) for part in typing.get_args(annotation))


def _all_subclasses(base: type[EventData]) -> list[type[EventData]]:
    return [base, *(cls for child in base.__subclasses__() for cls in _all_subclasses(child))]
