"""What is done with staff: hired, changed, given roles, signed out, let go; and with personal data."""

from dangban.people.actions.accounts import (
    change_own_password,
    end_other_sessions,
    end_session,
    reset_password,
    reset_second_factor,
    set_preferences,
)
from dangban.people.actions.leaving import check_successor, depart, falls_to, off_board
from dangban.people.actions.offering import offer_new_permissions
from dangban.people.actions.privacy import (
    erase_personal_data,
    export_personal_data,
    lift_hold,
    place_hold,
    reveal,
)
from dangban.people.actions.rights import (
    add_default_roles,
    assign_shops,
    change_role,
    grant_role,
    join_team,
    leave_team,
    revoke_role,
)
from dangban.people.actions.staff import (
    add_default_departments,
    add_department,
    add_team,
    change_person,
    hire,
    log_export,
    set_skills,
)

__all__ = [
    "add_default_departments",
    "add_default_roles",
    "add_department",
    "add_team",
    "assign_shops",
    "change_own_password",
    "change_person",
    "change_role",
    "check_successor",
    "depart",
    "end_other_sessions",
    "end_session",
    "erase_personal_data",
    "export_personal_data",
    "falls_to",
    "grant_role",
    "hire",
    "join_team",
    "leave_team",
    "lift_hold",
    "log_export",
    "off_board",
    "offer_new_permissions",
    "place_hold",
    "reset_password",
    "reset_second_factor",
    "reveal",
    "revoke_role",
    "set_preferences",
    "set_skills",
]
