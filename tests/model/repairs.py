# SPDX-License-Identifier: BSD-2-Clause
"""Each repair: where it bites, and which test drives that on the real programs.

`call` is the system call, with the ends of its files' paths, that stands for the step: the
test says it in these words, and fails when the program does not come to be held there. A is
the client.
"""

from typing import NamedTuple


class Repair(NamedTuple):
    rule: str
    scenario: str   # its shortest trace is printed
    step: str       # a part of the trace's line at which it goes wrong
    call: str       # what that is in the product
    test: str       # MODULE.CLASS.METHOD
    others: tuple[str, ...] = ()  # second safeguards: it bites when these are off, too


LOGINS = "race.test_traces_login.Logins.test_"
CLOSING = "race.test_traces_closing.Closing.test_"
QUEUE = "race.test_traces_commit.Queue.test_"
SETTLED = "race.test_traces_commit.Settled.test_"
REFUSED = "race.test_traces_commit.Refused.test_"
MOVES = "race.test_traces_exchange.Moves.test_"
EXCHANGE = "race.test_traces_exchange.Exchange.test_"
EXCHANGES = "renameat2 .access.db.pam_sap access.db"

REPAIRS = (
    # A login
    Repair("looks_after_touch", "a lapsed client comes back", "dates the file",
           "utimensat active/A", LOGINS + "a_touch_of_a_lease_that_ends_is_none"),
    Repair("looks_at_date", "in three folders at once", "dates the file",
           "utimensat active/A", LOGINS + "a_touch_of_a_lease_that_was_replaced_is_none"),
    Repair("looks_again", "a request that lapsed in the queue", "finds its request gone",
           "newfstatat pending/A", LOGINS + "a_request_that_is_taken_is_made_again"),
    Repair("watches_expiry", "nobody runs the timer", "makes pending",
           "newfstatat expired", LOGINS + "nothing_is_opened_when_nobody_would_close_it"),
    Repair("settled_by_seal", "he refuses no more", "moves a new table",
           "utimensat settled/A", LOGINS + "a_mv_takes_the_refusal_away_at_that_moment"),
    # Closing
    Repair("ends_locked", "a revoke of a known client", "takes commit.lock",
           "flock commit.lock", CLOSING + "nothing_ends_without_the_lock"),
    Repair("looks_after_rename", "a lapsed client comes back", "moves active",
           "renameat active/A ending/A", CLOSING + "a_login_before_the_rename_is_seen_behind_it"),
    Repair("takes_up_ending", "renewed in ending/, and left there", "-- the timer",
           "getdents64 ending", CLOSING + "what_a_dead_one_left_in_ending"),
    Repair("renewed_waits", "renewed in ending/, its record gone", "moves ending",
           "renameat2 ending/A pending/A", CLOSING + "renewed_in_ending_and_closed_already"),
    Repair("counts_leases", "active/ is lost", "loses active",
           "getdents64 active", CLOSING + "active_is_lost"),
    Repair("idle_looks_at_copy", "an insert that is killed", "KILLED",
           "fsync .access.db.pam_sap", CLOSING + "an_insert_that_dies_over_its_copy"),
    Repair("dates_revoked", "a revoke that is killed", "KILLED",
           "renameat active/A ending/A", CLOSING + "a_revoke_that_dies_before_the_rename"),
    Repair("ends_blocked", "a block that is killed", "KILLED",
           "renameat active/A ending/A", CLOSING + "a_block_that_dies_before_the_rename"),
    # A commit
    Repair("reconciles", "a mv, the service, a kill", "moves a new table",
           "openat access.db", QUEUE + "a_new_table_is_made_right_as_a_whole"),
    Repair("waiting_wins", "ended, and come back", "lists pending",
           "openat ending/A", QUEUE + "ended_and_come_back"),
    Repair("moves_listed", "a lapsed client comes back twice at once", "makes pending",
           "getdents64 deferred", QUEUE + "a_request_behind_the_list_is_not_taken_for_shown"),
    Repair("keeps_newer", "an older request beside a lease", "moves A to active",
           "renameat .seal.new seal", QUEUE + "an_older_request_dates_nothing_back"),
    Repair("takes_deferred", "one deferred, one new", "lists pending",
           "close pending", QUEUE + "what_was_deferred_is_taken_along"),
    Repair("leaves_blocked", "a block and a new login, the service", "finds no block",
           "newfstatat expired", QUEUE + "a_block_behind_the_look_at_blocks"),
    Repair("closes_blocked", "a block of a known client", "moves ending",
           "renameat2 ending/A pending/A", CLOSING + "renewed_in_ending_and_blocked"),
    Repair("defers_failed", "a makemap, the service", "gives up waiting",
           "openat access.db", QUEUE + "a_commit_that_fails_silences_the_bell"),
    Repair("empties_settled", "he refuses no more", "writes the seal",
           "renameat .seal.new seal",
           SETTLED + "what_was_said_of_the_old_table_is_gone_with_the_new_seal"),
    Repair("empties_first", "he refuses no more", "writes the seal",
           "unlinkat settled/A", SETTLED + "and_it_goes_before_the_seal_comes"),
    Repair("looks_at_lapsed", "a request that lapsed in the queue", "lapsed in the queue",
           "read pending/A", QUEUE + "a_lapsed_request_is_renewed_as_it_leaves"),
    Repair("markers", "he refuses a known client", "moves a new table",
           "openat access.db", REFUSED + "a_known_client_is_refused"),
    # The exchange
    Repair("checks_out", "a mv, one known, one new", "exchanges; the base",
           EXCHANGES, MOVES + "what_comes_out_is_looked_at"),
    Repair("puts_back_all", "two mv, the timer, a kill", "exchanges back",
           EXCHANGES, MOVES + "the_newest_is_put_back"),
    Repair("notes", "two mv, the timer, a kill", "KILLED",
           EXCHANGES, MOVES + "a_kill_behind_the_exchange"),
    Repair("notes_put_back", "two mv, the timer, a kill", "KILLED",
           EXCHANGES, MOVES + "a_kill_behind_the_exchange_that_puts_back"),
    Repair("locks_new", "a makemap, one known, one new", "has the exclusive lock",
           EXCHANGES, EXCHANGE + "the_new_file_is_locked_until_it_is_sealed", ("seals_same",)),
    Repair("seals_same", "a makemap, one known, one new", "cuts the file at the path",
           EXCHANGES, EXCHANGE + "what_somebody_wrote_to_is_not_sealed", ("locks_new",)),
    Repair("marks_retired", "a makemap, one known, one new", "exit 73",
           EXCHANGES, EXCHANGE + "a_makemap_that_waits_for_the_retired_file_gives_up"),
    Repair("tells_readers", "two logins of a new client", "exchanges; the base",
           EXCHANGES, EXCHANGE + "readers_are_told_before_the_login_returns"),
)


class SpareRepair(NamedTuple):
    """Of the spares: turns.py."""
    rule: str
    step: str        # a part of its shortest trace
    strangers: bool  # only somebody else's doing tells
    call: str        # N is the spare; "": the order of steps plays no part
    test: str        # as above; or unit/FILE.FUNCTION, where there is no call
    others: tuple[str, ...] = ()


SPARES = "race.test_traces_spares.Spares.test_"

# A commit that dies over a spare: any one of three is enough to keep that from being taken.
# That what retired a spare is on the disk first: power.py, and faults.test_power_cut.
SPARE_REPAIRS = (
    # Commits one after the other, no two at once.
    SpareRepair("lacks_all", "do what it lacks", False, "",
                "unit/map_contract_spares.three_files_take_turns"),
    SpareRepair("clears_note", "KILL", False,
                "renameat2 .access.db.pam_sap.N .access.db.pam_sap",
                SPARES + "the_note_is_cleared_before_a_spare_is_touched",
                ("takes_name", "checks_spare")),
    SpareRepair("takes_name", "KILL", False, "pwrite64 .access.db.pam_sap",
                SPARES + "a_spare_has_no_name_while_it_is_written_to",
                ("clears_note", "checks_spare")),
    SpareRepair("checks_spare", "a spare is written to", True, "openat .access.db.pam_sap.N",
                SPARES + "what_a_stranger_wrote_to_a_spare_is_not_taken"),
    SpareRepair("checks_readers", "a reader comes", True, "openat .access.db.pam_sap.N",
                SPARES + "a_spare_that_somebody_reads_is_left_as_it_is"),
    SpareRepair("checks_table", "rebuild", False, "openat access.db",
                SPARES + "spares_of_another_table_make_none"),
)
