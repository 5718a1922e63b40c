/* SPDX-License-Identifier: BSD-2-Clause */
/* Dovecot's settings: does each login come to PAM, and to our line? */
#include "db-tool/check/probe.h"

#include "db-tool/check/pam_place.h"
#include "db-tool/check/pam_stack.h"

#include <string.h>

#define WHERE "dovecot.conf"

static const struct fault no_session = { "dovecot-session", SEVERITY_ERROR,
					 "Dovecot opens no PAM session unless it is told "
					 "to: the session line is never run, and "
					 "nothing is opened." };
static const struct fault cache = {
	"dovecot-cache", SEVERITY_ERROR,
	"A login that is answered from the cache never comes to PAM: it opens and renews "
	"nothing, from whatever address."
};
static const struct fault cache_ttl = {
	"dovecot-cache-lifetime", SEVERITY_WARNING,
	"Logins are answered from the cache without PAM until after the lease has ended."
};
static const struct fault worker = {
	"dovecot-worker", SEVERITY_ERROR,
	"Such a worker may write no lease: nothing is opened."
};
static const struct fault no_pam = { "dovecot-no-pam", SEVERITY_ERROR,
				     "No login comes to PAM: nothing is opened." };

/* A line of ours of this kind, and not in a file that all come to. */
static bool has_line(const struct check *check, enum pam_kind kind)
{
	char service[DOVECOT_WORD];

	for (size_t i = 0; dovecot_conf_service(&check->dovecot, i, service); i++) {
		cleanup_pam_stack struct pam_stack stack = { 0 };

		if (pam_stack_read(PAM_FOLDER, service, &stack) < 0)
			continue;
		for (size_t j = 0; j < stack.count; j++)
			if (stack.entry[j].kind == kind &&
			    pam_entry_is_ours(&stack.entry[j]) &&
			    !pam_file_is_shared(stack.entry[j].file))
				return true;
	}
	return false;
}

static void look_at_session(struct check *check)
{
	if (dovecot_conf_opens_session(&check->dovecot) ||
	    !has_line(check, KIND_SESSION) || has_line(check, KIND_ACCOUNT))
		return;
	struct finding *found = finding_add(&check->findings, &no_session, WHERE);
	finding_what(found,
		     "The PAM line is of the type session, and Dovecot's passdb has no "
		     "session=yes.");
	if (check->dovecot.is_24)
		finding_mend(found, "printf 'passdb pam {\\n  session = yes\\n}\\n' "
				    ">>/etc/dovecot/conf.d/99-pam_sap.conf");
	else
		finding_mend(found,
			     "sed -i -E 's/^( *)#?args = dovecot$/\\1args = session=yes "
			     "dovecot/' /etc/dovecot/conf.d/auth-system.conf.ext "
			     "&& systemctl restart dovecot");
}

/* 2.3 caches PAM only with a cache_key; one without the address lets any through. */
static void look_at_cache(struct check *check, const struct dovecot_passdb *passdb)
{
	const struct dovecot_conf *dovecot = &check->dovecot;
	const bool by_address = !dovecot->is_24 && strstr(passdb->cache_key, "%r");
	const bool short_lived =
		by_address && check->settings->lifetime_ms / 1000 <= dovecot->cache_ttl_s;
	const struct fault *fault = by_address ? &cache_ttl : &cache;

	if (!passdb->pam || !dovecot->cache || !passdb->cached ||
	    (by_address && !short_lived) ||
	    finding_is_there(&check->findings, fault, WHERE))
		return;
	struct finding *found = finding_add(&check->findings, fault, WHERE);
	if (by_address)
		finding_what(found,
			     "auth_cache_ttl is not shorter than the lifetime of a "
			     "lease.");
	else
		finding_what(found,
			     "auth_cache_size is set, and the passdb of PAM is cached "
			     "whatever the client's address.");
	finding_mend(found, "printf 'auth_cache_size = 0\\n' "
			    ">>/etc/dovecot/conf.d/99-pam_sap.conf && systemctl restart "
			    "dovecot");
}

static void look_at_worker(struct check *check)
{
	const char *user = check->dovecot.worker_user;

	if (user[0] == '\0' || strcmp(user, "root") == 0 ||
	    check->settings->queue_group[0] != '\0')
		return;
	struct finding *found = finding_add(&check->findings, &worker, WHERE);
	finding_what(found,
		     "Dovecot's auth-worker is the user %s, and queue_group is not set.",
		     user);
	finding_mend(found, "man pam_sap.conf # queue_group");
}

static void look_at_passdbs(struct check *check)
{
	size_t pam = 0;

	for (size_t i = 0; i < check->dovecot.passdbs; i++) {
		pam += check->dovecot.passdb[i].pam;
		look_at_cache(check, &check->dovecot.passdb[i]);
	}
	if (pam > 0)
		return;
	struct finding *found = finding_add(&check->findings, &no_pam, WHERE);
	finding_what(found, "None of Dovecot's passdbs has the driver pam.");
	finding_mend(found,
		     "sed -i 's/^#!include auth-system/!include auth-system/' "
		     "/etc/dovecot/conf.d/10-auth.conf && systemctl restart dovecot");
}

bool probe_dovecot(struct check *check)
{
	if (!check->dovecot.there)
		return not_here(check, "no Dovecot");
	if (!check->dovecot.known)
		return not_here(check, "doveconf does not tell Dovecot's settings");
	look_at_session(check);
	look_at_worker(check);
	look_at_passdbs(check);
	return looked_at(check, "doveconf -n");
}
