/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/verdict.h"

#include "core/table_marker.h"

#include <stdio.h>
#include <string.h>

#define CONNECT "connect:"

/* What is asked, and where. */
struct question {
	const struct table *table;
	const struct record_form *form;
	const struct client_address *client;
	char own_key[RECORD_KEY]; /* where our record stands, or would */
};

/* 1 decided, 0 go on */
static int judge_key(const struct question *question, const char *key, bool is_connect,
		     struct verdict *ret, struct why *why)
{
	const struct table *table = question->table;
	struct map_entry entry;

	if (ret->ours && strcmp(key, question->own_key) == 0)
		return 0;
	const int found = table->backend->get(table->map, key, &entry, why);
	if (found <= 0)
		return found;
	const enum record_effect effect = record_effect_of(question->form, entry.value);
	if (effect == EFFECT_GRANTS)
		ret->word = VERDICT_GRANTED;
	else if (effect == EFFECT_REFUSES || is_connect)
		ret->word = VERDICT_REFUSED;
	if (ret->word != VERDICT_FREE)
		(void)snprintf(ret->key, sizeof(ret->key), "%s", key);
	/* Any hit ends the mail server's walk, also one that decides nothing. */
	return 1;
}

static int judge_step(const struct question *question, const char *bare,
		      struct verdict *ret, struct why *why)
{
	char tagged[RECORD_KEY + sizeof(CONNECT)];
	int decided = 0;

	(void)snprintf(tagged, sizeof(tagged), CONNECT "%s", bare);
	if (question->form->mta == MTA_SENDMAIL)
		decided = judge_key(question, tagged, true, ret, why);
	return decided != 0 ? decided : judge_key(question, bare, false, ret, why);
}

/* Our record (0), or the static one that stands on its key (1). */
static int judge_own_key(const struct question *question, struct verdict *ret,
			 struct why *why)
{
	const struct table *table = question->table;
	struct record_marker marker;
	struct map_entry entry;

	/* The marker first: the entry lives until the next get only. */
	const int marked = table_marker(table, question->client, &marker, why);
	if (marked < 0)
		return marked;
	const int found = table->backend->get(table->map, question->own_key, &entry, why);
	if (found <= 0)
		return found;
	ret->ours = marked > 0 && table_marker_owns(&marker, question->form,
						    question->own_key, entry.value);
	return ret->ours ? 0 : 1;
}

int verdict_of(const struct table *table, const struct record_form *form,
	       const struct client_address *client, struct verdict *ret, struct why *why)
{
	struct question question = { .table = table, .form = form, .client = client };
	struct verdict verdict = { .word = VERDICT_FREE };
	char bare[RECORD_KEY];

	record_key(form, client, question.own_key);
	const int occupied = judge_own_key(&question, &verdict, why);
	int decided = occupied < 0 ? occupied : 0;
	for (unsigned step = 0; decided == 0 && record_walk(form, client, step, bare);
	     step++)
		decided = judge_step(&question, bare, &verdict, why);
	if (decided < 0)
		return decided;

	/* A value that decides nothing, but on our key: not ours to change. */
	if (occupied > 0 && verdict.word == VERDICT_FREE) {
		verdict.word = VERDICT_REFUSED;
		(void)snprintf(verdict.key, sizeof(verdict.key), "%s", question.own_key);
	}
	*ret = verdict;
	return 0;
}
