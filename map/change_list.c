/* SPDX-License-Identifier: BSD-2-Clause */
#include "map/change_list.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_ROOM 512
#define REMOVED UINT32_MAX

struct head {
	uint32_t key, value; /* sizes; REMOVED instead of the value's */
};

/* Room for `size` bytes more at the end, or NULL: the list is cut. */
static char *grow(struct change_list *list, size_t size)
{
	size_t room = list->room ? list->room : FIRST_ROOM;

	while (room < list->size + size)
		room *= 2;
	char *bytes = list->cut || (room > CHANGE_LIST_MAX && !list->endless) ? NULL
		      : room == list->room ? list->bytes
					   : realloc(list->bytes, room);
	if (!bytes) {
		list->cut = true;
		return NULL;
	}
	list->bytes = bytes;
	list->room = room;
	char *end = bytes + list->size;
	list->size += size;
	return end;
}

static void add(struct change_list *list, struct map_bytes key, struct map_bytes value)
{
	const struct head head = { .key = (uint32_t)key.size,
				   .value = value.data ? (uint32_t)value.size : REMOVED };
	const size_t value_size = value.data ? value.size : 0;

	if (key.size > CHANGE_LIST_MAX || value_size > CHANGE_LIST_MAX) {
		list->cut = true;
		return;
	}
	char *end = grow(list, sizeof(head) + key.size + value_size);
	if (!end)
		return;
	memcpy(end, &head, sizeof(head));
	memcpy(end + sizeof(head), key.data, key.size);
	if (value_size > 0)
		memcpy(end + sizeof(head) + key.size, value.data, value_size);
}

void change_list_put(struct change_list *list, struct map_bytes key,
		     struct map_bytes value)
{
	add(list, key, value);
}

void change_list_remove(struct change_list *list, struct map_bytes key)
{
	add(list, key, (struct map_bytes){ 0 });
}

void change_list_append(struct change_list *list, const struct change_list *tail)
{
	list->cut |= tail->cut;
	char *end = tail->size > 0 ? grow(list, tail->size) : NULL;
	if (end)
		memcpy(end, tail->bytes, tail->size);
}

int change_list_next(const struct change_list *list, size_t *at, struct change *ret)
{
	struct head head;
	size_t left = list->size - *at;

	if (left == 0)
		return 0;
	if (left < sizeof(head))
		return -EBADMSG;
	memcpy(&head, list->bytes + *at, sizeof(head));
	left -= sizeof(head);
	const size_t value = head.value == REMOVED ? 0 : head.value;
	if (head.key > left || value > left - head.key)
		return -EBADMSG;

	const char *key = list->bytes + *at + sizeof(head);
	*ret = (struct change){ .key = { key, head.key } };
	if (head.value != REMOVED)
		ret->value = (struct map_bytes){ key + head.key, value };
	*at += sizeof(head) + head.key + value;
	return 1;
}

void change_list_free(struct change_list *list)
{
	free(list->bytes);
	*list = (struct change_list){ 0 };
}
