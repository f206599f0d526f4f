"""Listeners: what they are given, their order, and that one that fails stops nobody."""

from __future__ import annotations

import contextvars
import functools
import logging
import threading
from typing import TYPE_CHECKING, Any, Optional

import pytest

from nbgallery.events import EventData, PreviewData, SelectData
from nbgallery.listeners import Event, Listener, ListenerQueue
from tests.unit.doubles import PATIENCE

if TYPE_CHECKING:
    import nowhere  # type: ignore[import-not-found]  # that it is not there is what is tested
    from nowhere import SelectData as Elsewhere

DATA: Any = SelectData(None, 3, {}, selected=True)  # type: ignore[arg-type]  # no gallery is needed here


class Desk:
    def __init__(self) -> None:
        self.shown: list[str] = []
        self.queue = ListenerQueue(self.shown.append)
        self.event = Event(
            "select", SelectData, self.queue, "To select an item, assign gallery.selected_index"
        )

    def fire(self, data: EventData = DATA) -> None:
        self.event.fire(lambda: data)
        self.wait()

    def wait(self) -> None:
        done = threading.Event()
        self.queue._thread.post(done.set)
        assert done.wait(PATIENCE)


@pytest.fixture
def desk():
    return Desk()


class Called:
    """What a listener was called with."""

    def __init__(self):
        self.calls = []

    def __call__(self, *given, **named):
        self.calls.append((given, named))


got = Called()


@pytest.fixture(autouse=True)
def forget():
    got.calls.clear()


def one(data):
    got(data)


def none():
    got()


def optional(number=5):
    got(number)


def annotated_second(number=5, data: SelectData | None = None):
    got(number, data)


def annotated_required(number=5, *, data: SelectData):
    got(number, data)


def annotated_optional(data: Optional[SelectData], number: int = 5):  # noqa: UP045 - people write it
    got(number, data)


def annotated_base(number=5, data: EventData | None = None):
    got(number, data)


def annotated_with_what_is_not_there(number: nowhere.Number = 5, data: SelectData = DATA, *rest: int):
    got(number, data, *rest)


def annotated_under_another_roof(number=5, data: nowhere.SelectData | None = None):
    got(number, data)


def annotated_by_an_unknown_alias(data: Elsewhere):
    got(data)


def positional_only(data: SelectData, /):
    got(data)


def any_number(*data):
    got(*data)


def any_keywords(**named):
    got(named)


class Holder:
    def method(self, data):
        got(data)

    @classmethod
    def of_class(cls, data):
        got(data)

    @staticmethod
    def static(data: SelectData, number=5):
        got(data, number)


class Callable:
    def __call__(self, number=5, data: SelectData | None = None):
        got(number, data)


@functools.wraps(annotated_second)
def wrapped(*given, **named):
    annotated_second(*given, **named)


@pytest.mark.parametrize(
    "function, expected",
    [
        (one, (DATA,)),
        (none, ()),
        (optional, (5,)),
        (annotated_second, (5, DATA)),
        (annotated_required, (5, DATA)),
        (annotated_optional, (5, DATA)),
        (annotated_base, (5, DATA)),
        (annotated_with_what_is_not_there, (5, DATA)),
        (annotated_under_another_roof, (5, DATA)),
        (annotated_by_an_unknown_alias, (DATA,)),
        (positional_only, (DATA,)),
        (any_number, (DATA,)),
        (any_keywords, ({},)),
        (Holder().method, (DATA,)),
        (Holder.of_class, (DATA,)),
        (Holder.static, (DATA, 5)),
        (Callable(), (5, DATA)),
        (wrapped, (5, DATA)),
        (functools.partial(annotated_second, 7), (7, DATA)),
        (functools.partial(functools.partial(one)), (DATA,)),
        (lambda data: got.calls.append(((data, "lambda"), {})), (DATA, "lambda")),
        (got.calls.append, None),
    ],
)
def test_a_listener_is_given_what_it_asks_for(desk, function, expected):
    desk.event(function)
    desk.fire()
    assert desk.shown == []
    if expected is None:
        assert got.calls == [DATA]
    else:
        assert got.calls == [(expected, {})]


def test_builtins_are_called_with_the_data(desk, capsys):
    desk.event(print)
    desk.fire()
    assert "index=3" in capsys.readouterr().out


def test_a_function_defined_inside_another_with_a_local_import(desk):
    def make():
        from nbgallery.events import PreviewData as Local  # noqa: PLC0415 - that is what is tested

        def listener(number=5, data: PreviewData | None = None, other: Local | int = 3):
            got(number, data, other)

        return listener

    desk.event(make())
    desk.fire()
    assert got.calls == [((5, DATA, 3), {})]


@pytest.mark.parametrize("given", [3, None, "grid", [1], object()])
def test_what_is_no_function_is_a_type_error_that_names_the_remedy(desk, given):
    with pytest.raises(
        TypeError, match=r"gallery\.select\(.*give a function.*assign gallery\.selected_index"
    ):
        desk.event(given)
    assert not desk.event.heard


@pytest.mark.parametrize("function", [lambda _a, _b: None, lambda *, data: data, lambda _a, *, _b: None])
def test_a_function_that_asks_for_more_is_refused(desk, function):
    with pytest.raises(TypeError, match="the listener requires"):
        desk.event(function)


def test_functions_that_would_not_run_are_refused(desk):
    async def later(data):
        got(data)

    def generator(data):
        yield data

    async def both(data):
        yield data

    for function in (later, generator, both, functools.partial(later)):
        with pytest.raises(TypeError, match="neither async nor a generator"):
            desk.event(function)


class TestHandle:
    def test_is_called_as_the_function(self, desk):
        @desk.event
        def double(number: int = 3) -> int:
            """Twice as much."""
            return 2 * number

        assert isinstance(double, Listener)
        assert double(4) == 8
        assert (vars(double)["__name__"], double.__doc__) == ("double", "Twice as much.")
        assert "double" in repr(double)

    def test_can_be_stacked(self):
        first, second = Desk(), Desk()

        @first.event
        @second.event
        def listener(number=5, data: SelectData | None = None):
            got(number, data)

        first.fire()
        second.fire()
        assert got.calls == [((5, DATA), {})] * 2

    def test_removed_it_hears_nothing_more(self, desk):
        handle = desk.event(one)
        assert desk.event.heard
        handle.remove()
        handle.remove()
        assert not desk.event.heard
        desk.fire()
        assert got.calls == []

    def test_removed_while_its_call_is_pending(self, desk):
        handles: list[Listener[..., object]] = []
        desk.event(lambda: handles.pop().remove())
        handles.append(desk.event(one))
        desk.event(none)
        desk.fire()
        assert got.calls == [((), {})]

    def test_registered_twice_it_is_called_twice(self, desk):
        desk.event(none)
        second = desk.event(none)
        desk.fire()
        assert len(got.calls) == 2
        second.remove()
        desk.fire()
        assert len(got.calls) == 3


class TestRunning:
    def test_in_the_order_of_registering_and_of_happening(self, desk):
        seen: list[tuple[str, Any]] = []
        desk.event(lambda data: seen.append(("a", data)))
        desk.event(lambda data: seen.append(("b", data)))
        for number in range(50):
            desk.event.fire(lambda number=number: number)
        desk.wait()
        assert seen == [(name, number) for number in range(50) for name in "ab"]

    def test_the_data_is_made_once_and_on_their_thread(self, desk):
        made: list[str] = []
        desk.event(one)
        desk.event(none)

        def make() -> EventData:
            made.append(threading.current_thread().name)
            return DATA  # type: ignore[no-any-return]  # it stands for one

        desk.event.fire(make)
        desk.wait()
        assert made == ["nbgallery-listeners"]

    def test_without_listeners_no_data_is_made(self, desk):
        desk.event.fire(lambda: 1 / 0)
        desk.wait()
        assert desk.shown == []

    @pytest.mark.parametrize("error", [ValueError("no such thing"), SystemExit(1), KeyError()])
    def test_one_that_fails_is_shown_and_logged_and_the_next_runs(self, desk, caplog, error):
        @desk.event
        def broken():
            raise error

        desk.event(none)
        with caplog.at_level(logging.ERROR):
            desk.fire()
        assert len(got.calls) == 1
        (sentence,) = desk.shown
        assert sentence.startswith(f"the select listener broken raised {type(error).__name__}")
        assert str(error) in sentence
        assert "Traceback" in caplog.text
        assert "raise error" in caplog.text

    def test_data_that_cannot_be_made_is_shown(self, desk, caplog):
        desk.event(one)
        with caplog.at_level(logging.ERROR):
            desk.event.fire(lambda: 1 / 0)
            desk.wait()
        assert got.calls == []
        assert desk.shown == ["reading the item of a select event raised ZeroDivisionError: division by zero"]

    def test_what_is_no_listener_is_guarded_too(self, desk, caplog):
        with caplog.at_level(logging.ERROR):
            desk.queue.run("the button 'Keep'", lambda: 1 / 0)
            desk.queue.run("the button 'Keep'", got)
            desk.wait()
        assert desk.shown == ["the button 'Keep' raised ZeroDivisionError: division by zero"]
        assert len(got.calls) == 1

    def test_closed_it_runs_nothing_more(self, desk):
        started, go_on = threading.Event(), threading.Event()

        @desk.event
        def running():
            started.set()
            assert go_on.wait(PATIENCE)
            got()

        desk.event(one)
        desk.event.fire(lambda: DATA)
        desk.event.fire(lambda: DATA)
        desk.queue.run("the button 'Keep'", none)
        assert started.wait(PATIENCE)
        desk.queue.close()
        go_on.set()
        desk.wait()
        assert got.calls == [((), {})]

    def test_in_the_context_of_the_cell_that_registered_it(self, desk):
        where = contextvars.ContextVar("where", default="nowhere")

        def register() -> None:
            where.set("first cell")

            @desk.event
            def listener():
                got(where.get())
                where.set("changed by the listener")

        contextvars.copy_context().run(register)
        where.set("second cell")
        desk.fire()
        desk.fire()
        assert [given for given, _ in got.calls] == [("first cell",)] * 2

    def test_a_listener_may_register_and_fire(self, desk):
        @desk.event
        def first():
            first.remove()
            desk.event(one)
            desk.event.fire(lambda: DATA)

        desk.fire()
        desk.wait()
        assert got.calls == [((DATA,), {})]
