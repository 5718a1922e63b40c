/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What we leave to the next process: the note of an exchange (commit.lock), the note of
 * the spare files, the seal. First byte: which. What is accepted is written and read
 * again, and says the same.
 */
#include "fuzz.h"

#include "core/run_file.h"
#include "core/seal.h"
#include "core/settings.h"
#include "map/exchange_note.h"
#include "map/spare_note.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Where a note has the boot's id: else no input would get further. */
#define BOOT_AT 8
#define BOOT_LABEL " boot="
#define BOOT_SIZE 36

static void put_boot_id(int fd, off_t at)
{
	char boot[BOOT_SIZE];
	const int from = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);

	must(from >= 0 && read(from, boot, BOOT_SIZE) == BOOT_SIZE);
	must(pwrite(fd, boot, BOOT_SIZE, at) == BOOT_SIZE);
	(void)close(from);
}

static void read_exchange(struct fuzz_input *input)
{
	struct exchange_note note, again;
	const int fd = fuzz_file(input->at, input->left);
	const uint8_t *label =
		memmem(input->at, input->left, BOOT_LABEL, strlen(BOOT_LABEL));

	if (label)
		put_boot_id(fd, label - input->at + (off_t)strlen(BOOT_LABEL));
	if (exchange_note_read(fd, &note) == 1) {
		must(exchange_note_present(fd));
		must(note.map[0] == '/' && strchr(note.map, '\n') == NULL);
		must(exchange_note_write(fd, &note, NULL) == 0);
		must(exchange_note_read(fd, &again) == 1);
		must(note.ours == again.ours && note.in == again.in);
		must(note.out == again.out && strcmp(note.map, again.map) == 0);
	}
	must(exchange_note_clear(fd, NULL) == 0);
	must(!exchange_note_present(fd) && exchange_note_read(fd, &note) == 0);
	(void)close(fd);
}

static bool same_list(const struct change_list *a, const struct change_list *b)
{
	return a->size == b->size &&
	       (a->size == 0 || memcmp(a->bytes, b->bytes, a->size) == 0);
}

/* It ends, and all that it names lies inside it. */
static void walk_list(const struct change_list *list)
{
	struct change change;
	size_t at = 0, last = 0;
	int found;

	if (list->size == 0)
		return;
	const char *end = list->bytes + list->size;
	while ((found = change_list_next(list, &at, &change)) == 1) {
		const char *key = change.key.data, *value = change.value.data;
		must(at > last && at <= list->size);
		must(key >= list->bytes && key + change.key.size <= end);
		must(!value ||
		     (value >= list->bytes && value + change.value.size <= end));
		last = at;
	}
	must(found < 0 || at == list->size);
}

static void take_spares(struct fuzz_input *input)
{
	struct spare_note note, again;
	const int fd = fuzz_file(input->at, input->left);

	put_boot_id(fd, BOOT_AT);
	const int found = spare_note_take(fd, &note);
	must(found == 0 || found == 1);
	must(lseek(fd, 0, SEEK_END) == 0);
	for (size_t i = 0; i < SPARES && found; i++) {
		must(note.spare[i].slot <= SPARES);
		must(note.spare[i].lacks.size <= CHANGE_LIST_MAX);
		walk_list(&note.spare[i].lacks);
	}
	if (found) {
		must(spare_note_write(fd, &note) == 0);
		must(spare_note_take(fd, &again) == 1);
		must(map_identity_equal(&note.table, &again.table));
		for (size_t i = 0; i < SPARES; i++)
			must(note.spare[i].slot == again.spare[i].slot &&
			     same_list(&note.spare[i].lacks, &again.spare[i].lacks));
		must(note.one_form == again.one_form);
		spare_note_free(&again);
	}
	spare_note_free(&note);
	(void)close(fd);
}

static void settings_for_seal(struct settings *settings)
{
	settings_default(settings);
	must(settings_set(settings, "run_dir", fuzz_folder(), SETTINGS_FILE, NULL) == 0);
	must(settings_complete(settings, NULL) == 0);
}

/* The table's state is a fixed one: an input can know it. */
static void read_seal(struct fuzz_input *input)
{
	const struct map_identity map = { 1, 2, 3, { 4, 5 }, { 6, 7 } };
	struct map_identity other = map;
	struct settings settings;
	struct seal seal = { .leases = -1 }, again;
	char *text = fuzz_rest(input);

	settings_for_seal(&settings);
	must(run_file_write(settings.run_dir, "seal", text, NULL) == 0);
	if (seal_matches(&settings, &map, &seal)) {
		must(seal_write(&settings, &seal, NULL) == 0);
		must(seal_matches(&settings, &map, &again) &&
		     again.leases == seal.leases);
		other.ctime.tv_nsec++;
		must(!seal_matches(&settings, &other, NULL));
		settings.ipv6_prefix = 64;
		must(!seal_matches(&settings, &map, NULL));
	} else {
		must(seal.leases == -1);
	}
	seal_break(&settings);
	must(!seal_matches(&settings, &map, NULL));
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, size };

	switch (fuzz_byte(&input) % 3) {
	case 0:
		read_exchange(&input);
		break;
	case 1:
		take_spares(&input);
		break;
	default:
		read_seal(&input);
	}
	return 0;
}
