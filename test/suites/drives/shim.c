/* Loaded into nvme-cli and smartctl, it answers what they ask of a drive from files: $RACK/nvme900/ for /dev/nvme900 and its
 * namespaces. `health`: the SMART / Health Information log, `controller` and `namespace`: Identify's data, `status` and `errno`:
 * the number that every command ends with, `hangs`: no answer ever. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/nvme_ioctl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { INVALID_FIELD = 0x4002, GET_LOG_PAGE = 0x02, IDENTIFY = 0x06, HEALTH_LOG = 0x02, OF_NAMESPACE = 0, OF_CONTROLLER = 1 };

static int drive_behind(int fd, int *number) {
	char link[32], path[256];
	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	ssize_t length = readlink(link, path, sizeof path - 1);
	if (length < 0) return 0;
	path[length] = 0;
	return sscanf(path, "/dev/nvme%d", number) == 1;
}

static int open_answer(int drive, const char *name) {
	char path[512];
	snprintf(path, sizeof path, "%s/nvme%d/%s", getenv("RACK"), drive, name);
	return open(path, O_RDONLY | O_CLOEXEC);
}

static int number_in(int drive, const char *name, int *number) {
	char text[16] = "";
	int file = open_answer(drive, name);
	if (file < 0) return 0;
	ssize_t length = read(file, text, sizeof text - 1);
	close(file);
	*number = (int)strtol(text, NULL, 0);
	return length >= 0;
}

static int fill(int drive, const char *name, unsigned long long address, unsigned length, unsigned long long offset) {
	void *data = (void *)(unsigned long)address;
	int file = open_answer(drive, name);
	memset(data, 0, length);
	if (file < 0) return INVALID_FIELD;
	ssize_t count = pread(file, data, length, (off_t)offset);
	close(file);
	return count < 0 ? INVALID_FIELD : 0;
}

/* Both of the kernel's commands begin alike. */
static int answer(int drive, const struct nvme_passthru_cmd *command) {
	int number;
	unsigned what = command->cdw10 & 0xff;
	unsigned long long offset = (unsigned long long)command->cdw13 << 32 | command->cdw12;
	while (number_in(drive, "hangs", &number)) sleep(1);
	if (number_in(drive, "errno", &number)) {
		errno = number;
		return -1;
	}
	if (number_in(drive, "status", &number)) return number;
	if (command->opcode == GET_LOG_PAGE && what == HEALTH_LOG) return fill(drive, "health", command->addr, command->data_len, offset);
	if (command->opcode == IDENTIFY && what == OF_CONTROLLER) return fill(drive, "controller", command->addr, command->data_len, 0);
	if (command->opcode == IDENTIFY && what == OF_NAMESPACE) return fill(drive, "namespace", command->addr, command->data_len, 0);
	return INVALID_FIELD;
}

int ioctl(int fd, unsigned long request, ...) {
	int drive;
	va_list rest;
	va_start(rest, request);
	void *argument = va_arg(rest, void *);
	va_end(rest);
	if (drive_behind(fd, &drive)) {
		if (request == NVME_IOCTL_ID) return 1;
		if (request == NVME_IOCTL_ADMIN_CMD || request == NVME_IOCTL_ADMIN64_CMD) return answer(drive, argument);
	}
	return (int)syscall(SYS_ioctl, fd, request, argument);
}
