"""The table of states: everything open has somebody and a time, and nothing is a dead end."""

from __future__ import annotations

from dangban.aftersales.rules import flow


def test_every_open_state_waits_for_somebody_and_has_a_rule_for_its_time() -> None:
    for state in flow.STATES.values():
        assert state.is_final or (state.waits_for in flow.PARTIES and state.due is not None), state.code


def test_every_state_can_be_reached_and_left_for_an_end() -> None:
    reached, todo = {"opened"}, ["opened"]
    while todo:
        for act in flow.acts_from(todo.pop()):
            new = set(act.to) - reached
            reached |= new
            todo.extend(new)
    assert reached == set(flow.STATES)
    ends = {"closed", "withdrawn"}
    leading = set(ends)
    for _round in flow.STATES:
        leading |= {state for state in flow.STATES if any(set(act.to) & leading for act in flow.acts_from(state))}
    assert leading == set(flow.STATES)


def test_acts_name_states_that_there_are() -> None:
    for act in flow.ACTS.values():
        assert set(act.sources) | set(act.to) <= set(flow.STATES), act.code
        assert not any(flow.STATES[source].is_final for source in act.sources), act.code
    assert all(not state.lapses or state.lapses in flow.ACTS for state in flow.STATES.values())
