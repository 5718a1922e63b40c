/* SPDX-License-Identifier: BSD-2-Clause */
#include "db-tool/log.h"

#include "db-tool/command.h"

#include <syslog.h>

void log_open(struct tool *tool)
{
	openlog("sapdb", LOG_PID, LOG_MAIL);
	tool->log = true;
}
