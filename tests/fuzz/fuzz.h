/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz - what each fuzzer is made of
 *
 * A fuzzer is one function that takes any bytes, hands them to the code under test and
 * asserts what must hold for all bytes: not only that nothing crashes. It runs twice:
 * under libFuzzer (clang with AddressSanitizer), which looks for new inputs, and, in each
 * build, over the corpus and the crashes that were once found (replay.c).
 *
 * To add one: NAME.c, a folder corpus/NAME/, its name in meson.build.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The one function that a fuzzer has. Returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What does not hold is said, and ends the process: libFuzzer keeps the input. */
#define must(what) ((what) ? (void)0 : fuzz_fail(#what, __FILE__, __LINE__))
_Noreturn void fuzz_fail(const char *what, const char *file, int line);

/* The input, to be taken apart from its front. */
struct fuzz_input {
	const uint8_t *at;
	size_t left;
};

#define FUZZ_TEXT 1024

/* 0 behind the end. */
unsigned fuzz_byte(struct fuzz_input *input);
/* A text up to the next NUL or the end, cut to what fits. Returns `text`. */
const char *fuzz_text(struct fuzz_input *input, char text[static FUZZ_TEXT]);

/* All that is left, as a text; to be freed. It ends at its first NUL. */
char *fuzz_rest(struct fuzz_input *input);

/* One line of printable ASCII, without its newline. */
bool fuzz_is_plain(const char *text);

/* A file of nobody's folder (mode 0600) that has these bytes. */
int fuzz_file(const void *bytes, size_t size);
#define FUZZ_PATH 32
const char *fuzz_path(int fd, char path[static FUZZ_PATH]);

/* A folder for as long as the process lives, on a memory disk if there is one. */
const char *fuzz_folder(void);
