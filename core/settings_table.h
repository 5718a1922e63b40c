/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * settings_table - one row for each setting, and how each kind of value is read
 *
 * To add a setting: a member in struct settings, its default in settings_default(),
 * a row in settings_table.c, a paragraph in pam_sap.conf(5) and a line in the default
 * pam_sap.conf. A test compares the four.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct settings;
struct why;

struct setting {
	const char *name;
	/* -EINVAL for a value that is not allowed; the caller adds name and range. */
	int (*set)(const struct setting *setting, void *member, const char *value);
	size_t offset;	   /* of the member in struct settings */
	long least, most;  /* or, for a text, `most` bytes with the NUL */
	bool argument;	   /* a module argument may set it */
	const char *range; /* completes "must be ..." */
};

extern const struct setting settings_table[];
extern const size_t settings_table_size;

const struct setting *setting_by_name(const char *name);

int set_time(const struct setting *setting, void *member, const char *value);
int set_time_or_zero(const struct setting *setting, void *member, const char *value);
int set_number(const struct setting *setting, void *member, const char *value);
int set_switch(const struct setting *setting, void *member, const char *value);
int set_text(const struct setting *setting, void *member, const char *value);
int set_path(const struct setting *setting, void *member, const char *value);
int set_path_or_none(const struct setting *setting, void *member, const char *value);
int set_networks(const struct setting *setting, void *member, const char *value);
int set_ports(const struct setting *setting, void *member, const char *value);
int set_mta(const struct setting *setting, void *member, const char *value);
int set_prefix(const struct setting *setting, void *member, const char *value);
int set_ipv6_form(const struct setting *setting, void *member, const char *value);
int set_on_error(const struct setting *setting, void *member, const char *value);
int set_key_tag(const struct setting *setting, void *member, const char *value);
/* These two set more than one member: `settings` itself is the member. */
int set_map(const struct setting *setting, void *settings, const char *value);
int set_peers(const struct setting *setting, void *settings, const char *value);
