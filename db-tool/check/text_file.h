/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * text_file - a text of the host's configuration, and its parts
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define TEXT_BLANKS " \t\r"
#define TEXT_FILE_MOST (1L << 20)

/* The whole file, to be freed. A FIFO does not hang it. -ENOENT, -EFBIG, -EINVAL: no
 * plain file */
int text_file_read(const char *path, char **ret);

/* The next line, cut out of `*text`; NULL behind the last. */
char *text_next_line(char **text);

/* The next word, cut out of `*line`; NULL behind the last. A "[...]" is one word, without
 * its brackets; `ret_bracketed` may be NULL. */
char *text_next_word(char **line, bool *ret_bracketed);

/* Without the blanks at both ends. */
char *text_trim(char *text);
