/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * table_folder - the folders on the way to the table
 *
 * sendmail refuses a map below a folder that its group or others may write (safefile),
 * and whoever may write one can put another table in the place of ours, whatever reads
 * it.
 */
#pragma once

struct check;

void table_folder_look(struct check *check);
