"""Who has a connection lane and who waits: never more than there may be, first come first served, none lost."""

from __future__ import annotations

from itertools import count

import pytest

from devrev_auth_client._lane_book import ClosedClientError, LaneBook, LaneWaiter
from tests.unit.gate_bench import FakeEvent

KEEP = 30.0
Lane = str
Waiter = LaneWaiter[Lane, FakeEvent]


def new_book(size: int) -> LaneBook[Lane, FakeEvent]:
    """A book whose lanes are called lane 1, lane 2 and so on, in the order in which they are opened."""
    numbers = count(1)
    return LaneBook(size, lambda book: f"lane {next(numbers)}", FakeEvent)


def full_book(size: int, waiting: int) -> tuple[LaneBook[Lane, FakeEvent], list[Lane], list[Waiter]]:
    """A book with every lane in use and so many callers in the queue."""
    book = new_book(size)
    lanes = [lane for lane in (book.take() for _ in range(size)) if lane is not None]
    assert book.take() is None
    return book, lanes, [book.join() for _ in range(waiting)]


def served(waiters: list[Waiter]) -> list[Lane | None]:
    """What each waiter was given."""
    assert all(waiter.event.is_set == (waiter.lane is not None) for waiter in waiters)
    return [waiter.lane for waiter in waiters]


def test_a_lane_is_opened_when_none_is_idle_and_no_more_than_there_may_be() -> None:
    """Then there is none, and the caller has to join the queue."""
    book = new_book(2)
    assert [book.take() for _ in range(4)] == ["lane 1", "lane 2", None, None]


def test_the_lane_last_given_back_is_taken_first() -> None:
    """So that few connections stay warm."""
    book, (first, second, third), _ = full_book(3, 0)
    for lane in (second, third, first):
        assert book.give_back(lane, 0.0, KEEP) == []
    assert [book.take() for _ in range(4)] == [first, third, second, None]


def test_a_free_lane_goes_to_whoever_waits_longest() -> None:
    """Whether it was given back or is new."""
    book, (first, second), waiters = full_book(2, 3)
    assert book.give_back(second, 0.0, KEEP) == []
    assert served(waiters) == [second, None, None]
    book.replace()
    assert served(waiters) == [second, "lane 3", None]
    assert book.give_back(first, 0.0, KEEP) == []
    assert served(waiters) == [second, "lane 3", first]
    assert [book.collect(waiter) for waiter in waiters] == [second, "lane 3", first]


def test_who_comes_later_finds_nothing_while_others_wait() -> None:
    """A lane that comes free is handed over in the same breath."""
    book, lanes, waiters = full_book(1, 1)
    book.give_back(lanes[0], 0.0, KEEP)
    assert book.take() is None
    assert served(waiters) == lanes


def test_a_lane_that_came_free_between_taking_and_joining_is_given_at_once() -> None:
    """Another thread may have been quicker than the queue."""
    book, lanes, _ = full_book(1, 0)
    book.give_back(lanes[0], 0.0, KEEP)
    assert served([book.join()]) == lanes


def test_who_leaves_the_queue_is_passed_over() -> None:
    """From the front, the middle and the end."""
    book, lanes, waiters = full_book(1, 5)
    assert [book.leave(waiters[place]) for place in (0, 2, 4)] == [None, None, None]
    book.give_back(lanes[0], 0.0, KEEP)
    assert served(waiters) == [None, lanes[0], None, None, None]


def test_who_leaves_with_a_lane_in_hand_gives_it_to_the_next() -> None:
    """Cancelled in the instant in which it was served."""
    book, lanes, waiters = full_book(1, 2)
    book.give_back(lanes[0], 0.0, KEEP)
    lane = book.leave(waiters[0])
    assert lane == lanes[0]
    book.give_back(lane, 0.0, KEEP)
    assert waiters[1].lane == lane


def test_a_discarded_lane_leaves_room_for_another() -> None:
    """Opened only when somebody needs it."""
    book, _, _ = full_book(2, 0)
    book.replace()
    assert [book.take(), book.take()] == ["lane 3", None]


def test_a_lane_that_cannot_be_opened_takes_no_room() -> None:
    """The caller meets the error, the next one tries again."""
    failing = True

    def open_lane(book: object) -> Lane:
        if failing:
            raise OSError("out of file descriptors")
        return "lane"

    book: LaneBook[Lane, FakeEvent] = LaneBook(1, open_lane, FakeEvent)
    with pytest.raises(OSError, match="out of file"):
        book.take()
    failing = False
    assert [book.take(), book.take()] == ["lane", None]


def test_lanes_that_a_burst_left_go_one_by_one() -> None:
    """Each lane given back lets the one that is idle the longest be closed, once that is too long ago."""
    book, (first, second, third), _ = full_book(3, 0)
    for lane in (first, second):
        assert book.give_back(lane, 0.0, KEEP) == []
    assert book.give_back(third, KEEP, KEEP) == []
    assert book.take() == third
    assert book.give_back(third, KEEP + 0.1, KEEP) == [first]
    assert book.take() == third
    assert book.give_back(third, KEEP + 0.2, KEEP) == [second]
    assert [book.take() for _ in range(4)] == [third, "lane 4", "lane 5", None]


def test_closing_wakes_all_who_wait_and_names_the_idle_lanes() -> None:
    """Nobody is served from then on; lanes in use are closed when they come back."""
    book, (first, second), waiters = full_book(2, 2)
    book.give_back(first, 0.0, KEEP)  # to the first waiter
    assert book.close() == []
    assert all(waiter.event.is_set for waiter in waiters)
    assert book.collect(waiters[0]) == first
    for refused in (book.take, book.join, lambda: book.collect(waiters[1])):
        with pytest.raises(ClosedClientError):
            refused()
    assert book.give_back(first, 0.0, KEEP) == [first]
    assert book.give_back(second, 0.0, KEEP) == [second]


def test_closing_names_each_idle_lane_once() -> None:
    """Closing twice closes nothing twice."""
    book, lanes, _ = full_book(3, 0)
    for lane in lanes[:2]:
        book.give_back(lane, 0.0, KEEP)
    assert (book.close(), book.close()) == (lanes[:2], [])
