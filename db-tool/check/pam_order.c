/* SPDX-License-Identifier: BSD-2-Clause */
#include "db-tool/check/pam_order.h"

#include "base/ascii.h"
#include "db-tool/check/pam_stack.h"

#include <stdlib.h>
#include <string.h>

static bool is_one_of(const char *module, const char *const *names)
{
	for (; *names; names++)
		if (strcmp(module, *names) == 0)
			return true;
	return false;
}

bool pam_order_chooses(const struct pam_entry *entry)
{
	static const char *const names[] = { "pam_succeed_if.so", "pam_usertype.so",
					     "pam_listfile.so",	  "pam_rootok.so",
					     "pam_wheel.so",	  "pam_deny.so",
					     "pam_group.so",	  NULL };

	return is_one_of(pam_entry_module(entry), names);
}

static bool asks_for_a_password(const struct pam_entry *entry)
{
	static const char *const names[] = {
		"pam_unix.so",	"pam_sss.so",	  "pam_ldap.so",
		"pam_krb5.so",	"pam_winbind.so", "pam_mysql.so",
		"pam_pgsql.so", "pam_userdb.so",  NULL
	};

	return is_one_of(pam_entry_module(entry), names);
}

/* What "name=ACTION" says in a bracketed control, or NULL. */
static const char *action_of(const char *control, const char *name)
{
	const size_t length = strlen(name);

	for (const char *at = control; (at = strstr(at, name)); at++)
		if ((at == control || strchr(" \t", at[-1])) && at[length] == '=')
			return at + length + 1;
	return NULL;
}

const char *pam_order_on_success(const struct pam_entry *entry)
{
	const char *action = NULL;

	if (!entry->bracketed)
		return ascii_equal(entry->control, "sufficient") ? "done" : "ok";
	action = action_of(entry->control, "success");
	if (!action)
		action = action_of(entry->control, "default");
	return action ? action : "bad";
}

static bool ends_on_success(const struct pam_entry *entry)
{
	const char *action = pam_order_on_success(entry);

	return strncmp(action, "done", 4) == 0 || strncmp(action, "die", 3) == 0;
}

static bool may_refuse(const struct pam_entry *entry)
{
	if (strcmp(pam_entry_module(entry), "pam_permit.so") == 0)
		return false;
	if (!entry->bracketed)
		return strcmp(entry->control, "required") == 0 ||
		       strcmp(entry->control, "requisite") == 0;
	return strstr(entry->control, "=bad") || strstr(entry->control, "=die");
}

/* Whether what happens to this line's stack happens to ours too: it is in none, or ours
 * is inside of the same one. */
static bool is_around(const struct pam_stack *stack, const struct pam_entry *entry,
		      const struct pam_entry *ours)
{
	unsigned substack = ours->substack;

	while (substack != entry->substack && substack != 0)
		substack = stack->parent[substack];
	return substack == entry->substack;
}

/* Of the substacks that `inner` is in the one right below `outer`; 0: it is in none. */
static unsigned child_of(const struct pam_stack *stack, unsigned outer, unsigned inner)
{
	while (inner != outer && inner != 0 && stack->parent[inner] != outer)
		inner = stack->parent[inner];
	return inner == outer ? 0 : inner;
}

/* As libpam counts: a substack is one line. */
static bool jumps_over(const struct pam_stack *stack, size_t from, size_t ours)
{
	const struct pam_entry *entry = &stack->entry[from];
	long left = strtol(pam_order_on_success(entry), NULL, 10);
	unsigned last = 0;

	for (size_t i = from + 1; i <= ours; i++) {
		const struct pam_entry *next = &stack->entry[i];

		if (next->kind != entry->kind)
			continue;
		if (next->level < entry->level)
			return false;
		const unsigned substack =
			child_of(stack, entry->substack, next->substack);
		if ((substack == 0 || substack != last) && left-- == 0)
			return false;
		last = substack;
	}
	return true;
}

static bool is_early(const struct pam_stack *stack, size_t ours,
		     const struct pam_entry **ret_by)
{
	for (size_t i = ours + 1; i < stack->count; i++) {
		const struct pam_entry *entry = &stack->entry[i];

		if (entry->kind == KIND_ACCOUNT && may_refuse(entry)) {
			*ret_by = entry;
			return true;
		}
	}
	return false;
}

enum line_trouble pam_order_judge(const struct pam_stack *stack, size_t ours,
				  const struct pam_entry **ret_by)
{
	const struct pam_entry *own = &stack->entry[ours];
	enum line_trouble trouble = LINE_FINE;

	for (size_t i = 0; i < ours; i++) {
		const struct pam_entry *entry = &stack->entry[i];

		if (entry->kind != own->kind || pam_order_chooses(entry))
			continue;
		if (own->kind == KIND_AUTH && !entry->bracketed &&
		    strcmp(entry->control, "required") == 0 &&
		    asks_for_a_password(entry)) {
			*ret_by = entry;
			trouble = LINE_IN_CHAIN;
		}
		if (!is_around(stack, entry, own))
			continue;
		const bool ends = ends_on_success(entry);
		if (ends || jumps_over(stack, i, ours)) {
			*ret_by = entry;
			return ends ? LINE_ENDED : LINE_JUMPED;
		}
	}
	if (own->kind == KIND_ACCOUNT && is_early(stack, ours, ret_by))
		return LINE_EARLY;
	return trouble;
}
