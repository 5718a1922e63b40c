/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/line_words.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int line_word(const char **at, const char *name, char *value, size_t room)
{
	const size_t skip = strlen(name);

	if (strncmp(*at, name, skip) != 0)
		return -EINVAL;
	const char *begin = *at + skip;
	const size_t length = strcspn(begin, " \n");
	if (length == 0 || length >= room)
		return -EINVAL;
	for (size_t i = 0; i < length; i++)
		if (begin[i] <= 0x20 || begin[i] >= 0x7f || begin[i] == '=')
			return -EINVAL;
	memcpy(value, begin, length);
	value[length] = '\0';
	*at = begin + length;
	return 0;
}

int line_time(const char **at, const char *name, time_t *ret)
{
	char word[24], *end;

	const int error = line_word(at, name, word, sizeof(word));
	if (error < 0)
		return error;
	errno = 0;
	const long long seconds = strtoll(word, &end, 10);
	if (errno != 0 || *end != '\0' || seconds < 0)
		return -EINVAL;
	*ret = (time_t)seconds;
	return 0;
}
