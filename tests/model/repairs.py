# SPDX-License-Identifier: BSD-2-Clause
"""Each repair: where it bites, and which test drives that on the real programs.

`call` is the system call that stands for the step of the trace at which the world is held.
A row of several rules: any one of them would do.
"""

from typing import NamedTuple


class Repair(NamedTuple):
    rules: tuple[str, ...]
    scenario: str  # its shortest trace is printed
    step: str      # a part of the trace's line at which it goes wrong
    call: str      # what that is in the product
    test: str      # MODULE.CLASS.METHOD, or unit/NAME


RENEWALS = "race.test_renewals.Renewals."
AT_EXPIRY = RENEWALS + "test_a_login_at_any_step_of_an_expiry"
STOPS = "race.test_stop_points.Commit.test_commit"
TRACES = "race.test_traces."

REPAIRS = (
    # A login
    Repair(("looks_after_touch",), "a lapsed client comes back", "dates the file",
           "utimensat active/A", AT_EXPIRY),
    Repair(("looks_at_date",), "in three folders at once", "dates the file",
           "newfstatat active/A", RENEWALS + "test_an_expiry_at_any_step_of_a_login"),
    Repair(("looks_again",), "a request that lapsed in the queue", "finds its request gone",
           "newfstatat pending/A", TRACES + "Requests.test_a_request_that_is_taken_is_made_again"),
    Repair(("watches_expiry",), "nobody runs the timer", "makes pending",
           "newfstatat expired", "pam.test_unwatched"),
    Repair(("settled_by_seal",), "he refuses no more", "moves a new table",
           "newfstatat access.db", TRACES + "Settled.test_a_mv_takes_the_refusal_away"),
    # Closing
    Repair(("ends_locked",), "a revoke of a known client", "takes commit.lock",
           "flock commit.lock", TRACES + "Closing.test_nothing_ends_without_the_lock"),
    Repair(("looks_after_rename",), "a lapsed client comes back", "moves active",
           "renameat active/A ending/A", AT_EXPIRY),
    Repair(("takes_up_ending",), "renewed in ending/, and left there", "-- the timer",
           "getdents64 ending", TRACES + "Closing.test_what_is_left_in_ending"),
    Repair(("renewed_waits",), "renewed in ending/, its record gone", "moves ending",
           "renameat2 ending/A pending/A", TRACES + "Closing.test_what_is_left_in_ending"),
    Repair(("counts_leases",), "active/ is lost", "loses active",
           "getdents64 active", TRACES + "Closing.test_active_is_lost"),
    Repair(("idle_looks_at_copy",), "an insert that is killed", "KILLED",
           "any, before the exchange", TRACES + "Closing.test_a_kill_at_any_step_of_an_insert"),
    Repair(("dates_revoked",), "a revoke that is killed", "KILLED",
           "renameat active/A ending/A",
           "race.test_renewals.Revokes.test_a_kill_at_any_step_of_a_revoke"),
    # A commit
    Repair(("reconciles",), "a mv, the service, a kill", "moves a new table",
           "read seal", STOPS),
    Repair(("waiting_wins",), "ended, and come back", "lists pending",
           "newfstatat active/A", "unit/commit"),
    Repair(("moves_listed",), "a lapsed client comes back twice at once", "makes pending",
           "getdents64 pending", TRACES + "Requests.test_a_request_at_any_step_of_a_commit"),
    Repair(("keeps_newer",), "an older request beside a lease", "moves A to active",
           "renameat2 pending/A active/A",
           TRACES + "Requests.test_an_older_request_dates_nothing_back"),
    Repair(("takes_deferred",), "one deferred, one new", "lists pending",
           "getdents64 deferred", "unit/commit"),
    Repair(("defers_failed",), "a makemap, the service", "gives up waiting",
           "renameat pending/A deferred/A", "unit/expire"),
    Repair(("empties_settled",), "he refuses no more", "writes the seal",
           "unlinkat settled/A", TRACES + "Settled.test_a_login_at_any_step_of_the_commit"),
    Repair(("empties_first",), "he refuses no more", "writes the seal",
           "renameat .seal.new seal", TRACES + "Settled.test_a_login_at_any_step_of_the_commit"),
    Repair(("looks_at_lapsed",), "a request that lapsed in the queue", "lapsed in the queue",
           "renameat pending/A ending/A", TRACES + "Requests.test_a_lapsed_request_is_renewed"),
    Repair(("markers",), "he refuses a known client", "moves a new table",
           "the library's get", STOPS),
    # The exchange
    Repair(("checks_out",), "a mv, one known, one new", "exchanges; the base",
           "newfstatat .access.db.pam_sap", STOPS),
    Repair(("puts_back_all",), "two mv, the timer, a kill", "exchanges back",
           "renameat2 (second)", STOPS),
    Repair(("notes",), "two mv, the timer, a kill", "KILLED",
           "pwrite64 commit.lock", STOPS),
    Repair(("notes_put_back",), "two mv, the timer, a kill", "KILLED",
           "pwrite64 commit.lock (second)", STOPS),
    Repair(("locks_new", "seals_same"), "a makemap, one known, one new",
           "has the exclusive lock", "flock .access.db.pam_sap",
           TRACES + "Exchange.test_the_new_file_is_locked_until_it_is_sealed"),
    Repair(("marks_retired",), "a makemap, one known, one new", "exit 73",
           "fchown or unlinkat .access.db.pam_sap", STOPS),
    Repair(("tells_readers",), "two logins of a new client", "exchanges; the base",
           "utimensat (of the descriptor)",
           TRACES + "Exchange.test_readers_are_told_before_the_login_returns"),
)
