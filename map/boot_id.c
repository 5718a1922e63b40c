/* SPDX-License-Identifier: BSD-2-Clause */
#include "map/boot_id.h"

#include "base/cleanup.h"

#include <fcntl.h>

bool boot_id_read(char ret[static BOOT_ID])
{
	cleanup_fd int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);

	return fd >= 0 && read(fd, ret, BOOT_ID) == BOOT_ID;
}
