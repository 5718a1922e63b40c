/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * options - a mistake among the options, by the word that it is in
 *
 * Every option has a long form, and the short options begin with ':' (behind a '+'):
 * getopt_long() then tells a missing value from an unknown option.
 */
#pragma once

#include <getopt.h>

struct command;

/* What getopt_long() returned is no option: '?' or ':'. `command` NULL: before it.
 * Says so; returns EXIT_USAGE. */
int wrong_option(const struct command *command, const struct option *longopts, int found,
		 char **argv);
