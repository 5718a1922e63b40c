/* SPDX-License-Identifier: BSD-2-Clause */
#include "fake_pam.h"

#include "fuzz.h"

#include <security/pam_ext.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int pam_get_item(const pam_handle_t *pamh, int item, const void **value)
{
	switch (item) {
	case PAM_USER:
		*value = pamh->user;
		return PAM_SUCCESS;
	case PAM_SERVICE:
		*value = pamh->service;
		return PAM_SUCCESS;
	case PAM_RHOST:
		*value = pamh->rhost;
		return PAM_SUCCESS;
	default:
		return PAM_BAD_ITEM;
	}
}

static size_t index_of(const pam_handle_t *pamh, const char *name)
{
	size_t i = 0;

	while (i < pamh->marks && strcmp(pamh->mark[i].name, name) != 0)
		i++;
	return i;
}

int pam_get_data(const pam_handle_t *pamh, const char *name, const void **data)
{
	const size_t i = index_of(pamh, name);

	if (i == pamh->marks)
		return PAM_NO_MODULE_DATA;
	*data = pamh->mark[i].data;
	return PAM_SUCCESS;
}

int pam_set_data(pam_handle_t *pamh, const char *name, void *data,
		 void (*cleanup)(pam_handle_t *pamh, void *data, int status))
{
	const size_t i = index_of(pamh, name);

	must(i < FAKE_MARKS);
	struct fake_mark *mark = &pamh->mark[i];
	if (i == pamh->marks)
		pamh->marks++;
	else
		mark->cleanup(pamh, mark->data, PAM_DATA_REPLACE);
	(void)snprintf(mark->name, sizeof(mark->name), "%s", name);
	mark->data = data;
	mark->cleanup = cleanup;
	return PAM_SUCCESS;
}

void pam_syslog(const pam_handle_t *pamh, int priority, const char *format, ...)
{
	/* libpam has it const; the lines are ours. */
	struct pam_handle *own = (struct pam_handle *)(uintptr_t)pamh;
	va_list args;

	(void)priority;
	must(own->lines < FAKE_LINES);
	va_start(args, format);
	must(vsnprintf(own->line[own->lines++], FAKE_LINE, format, args) < FAKE_LINE);
	va_end(args);
}

void fake_pam_end(struct pam_handle *pamh)
{
	for (size_t i = 0; i < pamh->marks; i++)
		pamh->mark[i].cleanup(pamh, pamh->mark[i].data, PAM_SUCCESS);
	pamh->marks = 0;
}
