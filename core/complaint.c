/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/complaint.h"

#include "base/ascii.h"
#include "base/why.h"
#include "core/run_file.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define SLOTS 64
#define SLOT_NAME sizeof("complaint-address-63")
#define ADDRESS_LASTS (24L * 3600)

static const char *const names[] = {
	[COMPLAINT_MAP] = "complaint-map",
	[COMPLAINT_EXPIRY] = "complaint-expiry",
	[COMPLAINT_FULL] = "complaint-full",
	[COMPLAINT_STATE] = "complaint-state",
	[COMPLAINT_QUEUE] = "complaint-queue",
	[COMPLAINT_HOLD] = "complaint-hold",
	[COMPLAINT_SERVICE] = "complaint-service",
	[COMPLAINT_METRICS] = "complaint-metrics",
};

const char *complaint_topic_name(enum complaint_topic topic)
{
	return names[topic] + strlen("complaint-");
}

static bool make(const char *run_dir, const char *name, const char *text)
{
	char before[WHY_MAX];

	const bool known = run_file_read(run_dir, name, before, sizeof(before)) >= 0 &&
			   strncmp(before, text, sizeof(before) - 1) == 0;
	/* A flood meets the same trouble at each login: its time is all that is new. */
	if (!known || run_file_date(run_dir, name) < 0)
		(void)run_file_write(run_dir, name, text, NULL);
	return !known;
}

static bool is_fresh(const char *run_dir, const char *name, struct timespec now,
		     long seconds)
{
	time_t made;

	return run_file_mtime(run_dir, name, &made) == 0 && made <= now.tv_sec + 1 &&
	       now.tv_sec - made < seconds;
}

bool complaint_make(const char *run_dir, enum complaint_topic topic, const char *text)
{
	return make(run_dir, names[topic], text);
}

/* FNV-1a. */
static unsigned slot_of(const char *service)
{
	uint32_t hash = 2166136261U;

	for (; *service; service++)
		hash = (hash ^ (unsigned char)*service) * 16777619U;
	return hash % SLOTS;
}

/* A daemon's own connection has another port at each login. */
static void without_numbers(const char *text, char kept[static WHY_MAX])
{
	size_t length = 0;

	for (; *text && length < WHY_MAX - 1; text++) {
		const bool digit = ascii_is_digit(*text);
		if (!digit)
			kept[length++] = *text;
		else if (length == 0 || kept[length - 1] != '#')
			kept[length++] = '#';
	}
	kept[length] = '\0';
}

bool complaint_make_address(const char *run_dir, const char *service, struct timespec now,
			    const char *text)
{
	char name[SLOT_NAME + 1], kept[WHY_MAX];

	without_numbers(text, kept);
	(void)snprintf(name, sizeof(name), "complaint-address-%u", slot_of(service));
	const bool lapsed = !is_fresh(run_dir, name, now, ADDRESS_LASTS);
	return make(run_dir, name, kept) || lapsed;
}

bool complaint_is_fresh(const char *run_dir, enum complaint_topic topic,
			struct timespec now, long seconds)
{
	return is_fresh(run_dir, names[topic], now, seconds);
}

bool complaint_withdraw(const char *run_dir, enum complaint_topic topic)
{
	return run_file_remove(run_dir, names[topic]) == 0;
}
