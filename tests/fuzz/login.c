/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The whole module, with any bytes for user, service and remote host: one byte of what is
 * called, then the three, each with a NUL. The table's folder is not there, so that a new
 * client waits in the queue.
 *
 * The login passes; what is logged is printable and bounded; the queue has the one
 * address that PAM_RHOST named, as a lease that says the user, and nothing else.
 */
#include "fuzz.h"

#include "fake_pam.h"

#include "base/why.h"
#include "core/escape.h"
#include "core/lease_dir.h"
#include "core/lease_file.h"
#include "core/settings.h"
#include "pam_smtpafterpop/login.h"

#include <fcntl.h>
#include <security/pam_modules.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { OPEN_SESSION, ACCOUNT, CREDENTIALS, HOOKS };

struct scene {
	char state[128], run[128], conf[160];
	struct lease_dir leases;
};

static void make_conf(const struct scene *scene)
{
	const char *path = scene->conf + strlen("conf=");
	const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	must(fd >= 0);
	must(dprintf(fd,
		     "map = hash:%s/none/access.db\nstate_dir = %s\nrun_dir = %s\n"
		     "expiry_watch = 0\nwait = 0\npeer = rhost\n",
		     scene->state, scene->state, scene->run) > 0);
	(void)close(fd);
}

static const struct scene *the_scene(void)
{
	static struct scene scene = { .leases = { .fd = -1 } };

	if (scene.leases.fd >= 0)
		return &scene;
	(void)snprintf(scene.state, sizeof(scene.state), "%s/state", fuzz_folder());
	(void)snprintf(scene.run, sizeof(scene.run), "%s/run", fuzz_folder());
	(void)snprintf(scene.conf, sizeof(scene.conf), "conf=%s/conf", fuzz_folder());
	make_conf(&scene);
	must(lease_dir_prepare(scene.state, "", NULL) == 0);
	must(lease_dir_open(scene.state, &scene.leases, NULL) == 0);
	return &scene;
}

static int call(struct pam_handle *pamh, unsigned how, const struct scene *scene)
{
	const char *arguments[] = { scene->conf, how & 4 ? "debug" : "debug=no",
				    how & 8 ? "on_error=fail" : "on_error=ignore" };

	switch (how % HOOKS) {
	case OPEN_SESSION:
		return pam_sm_open_session(pamh, 0, 3, arguments);
	case ACCOUNT:
		return pam_sm_acct_mgmt(pamh, 0, 3, arguments);
	default:
		must(pam_sm_authenticate(pamh, 0, 3, arguments) == PAM_IGNORE);
		return pam_sm_setcred(pamh, PAM_ESTABLISH_CRED, 3, arguments);
	}
}

static void check_answer(unsigned how, int answer)
{
	if (how % HOOKS != OPEN_SESSION)
		must(answer == PAM_IGNORE);
	else
		must(answer == PAM_SUCCESS || (how & 8 && answer == PAM_SESSION_ERR));
}

static void check_log(const struct pam_handle *pamh)
{
	must(pamh->lines <= 1);
	for (size_t i = 0; i < pamh->lines; i++) {
		must(pamh->line[i][0] != '\0' && fuzz_is_plain(pamh->line[i]));
		must(strlen(pamh->line[i]) < LOGIN_TEXT - 1);
	}
}

/* The lease of this client, who is taken out of the queue. */
static void check_lease(const struct scene *scene, const struct pam_handle *pamh,
			enum lease_folder folder, const struct client_address *client)
{
	char user[LEASE_USER];
	struct lease lease;

	must(lease_read(&scene->leases, folder, client, &lease, NULL) == 0);
	escape_text(pamh->user[0] ? pamh->user : "-", " =", user, sizeof(user));
	must(strcmp(lease.user, user) == 0 && lease.until == 0);
	must(lease_unlink(&scene->leases, folder, client) == 0);
}

static void check_queue(const struct scene *scene, const struct pam_handle *pamh)
{
	struct client_address client;
	bool may = client_address_parse_remote(pamh->rhost, &client) == 0 &&
		   !client_address_never(&client);

	for (enum lease_folder folder = LEASE_PENDING; folder <= LEASE_DEFERRED; folder++)
		if (may && lease_present(&scene->leases, folder, &client)) {
			check_lease(scene, pamh, folder, &client);
			may = false;
		}
	for (enum lease_folder folder = LEASE_ACTIVE; folder <= LEASE_SETTLED; folder++)
		must(lease_folder_empty(&scene->leases, folder));
}

/* The lowest descriptor that is free. */
static int next_descriptor(void)
{
	const int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	must(fd >= 0 && close(fd) == 0);
	return fd;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct scene *scene = the_scene();
	struct fuzz_input input = { data, size };
	const unsigned how = fuzz_byte(&input);
	char user[FUZZ_TEXT], service[FUZZ_TEXT];
	struct pam_handle pamh = { .lines = 0 };

	pamh.user = fuzz_text(&input, user);
	pamh.service = fuzz_text(&input, service);
	char *rhost = fuzz_rest(&input);
	pamh.rhost = rhost;
	const int next = next_descriptor();
	check_answer(how, call(&pamh, how, scene));
	must(next_descriptor() == next); /* nothing of ours is left open */
	check_log(&pamh);
	check_queue(scene, &pamh);
	fake_pam_end(&pamh);
	free(rhost);
	return 0;
}
