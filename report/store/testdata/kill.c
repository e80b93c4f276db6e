// A library to preload into a program that is to be killed while it writes. It counts what the program
// does to files whose path holds $KILL_NAME (writing, syncing, cutting, renaming, removing), logs each
// to $KILL_LOG, and in the place of operation number $KILL_AT kills the program, as a power switch that
// spares the disk's cache would: what was written before is in the file. With $KILL_TORN so is the first
// half of a write in whose place it is killed. With $KILL_TERMINATE C++ ends the program there, as it does where
// an exception comes out of a destructor.
//
//	gcc -shared -fPIC -o kill.so kill.c -ldl
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static pthread_mutex_t one = PTHREAD_MUTEX_INITIALIZER;
static long operations;

// operation counts one, and reports whether it is a write to be torn.
static int operation(const char *what, const char *path) {
	const char *name = getenv("KILL_NAME");
	if (name == NULL || strstr(path, name) == NULL)
		return 0;
	pthread_mutex_lock(&one);
	const char *at = getenv("KILL_AT"), *log = getenv("KILL_LOG");
	int now = ++operations == (at == NULL ? 0 : atol(at));
	void (*terminate)(void) = (void (*)(void))dlsym(RTLD_DEFAULT, "_ZSt9terminatev");
	if (now && getenv("KILL_TERMINATE") != NULL && terminate != NULL)
		terminate();
	if (now && (getenv("KILL_TORN") == NULL || strcmp(what, "write") != 0))
		kill(getpid(), SIGKILL);
	FILE *f = log == NULL ? NULL : fopen(log, "a");
	if (f != NULL) {
		fprintf(f, "%s %s\n", what, strrchr(path, '/') == NULL ? path : strrchr(path, '/') + 1);
		fclose(f);
	}
	pthread_mutex_unlock(&one);
	return now;
}

static int of(const char *what, int fd) {
	char link[64], path[4096];
	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	ssize_t n = readlink(link, path, sizeof path - 1);
	if (n > 0) {
		path[n] = 0;
		return operation(what, path);
	}
	return 0;
}

// original finds the function that this library stands before.
#define original(type, name, ...) \
	static type (*next)(__VA_ARGS__); \
	if (next == NULL) \
		next = (type(*)(__VA_ARGS__))dlsym(RTLD_NEXT, #name)

ssize_t pwrite(int fd, const void *b, size_t n, off_t at) {
	original(ssize_t, pwrite, int, const void *, size_t, off_t);
	if (of("write", fd)) {
		next(fd, b, n / 2, at);
		kill(getpid(), SIGKILL);
	}
	return next(fd, b, n, at);
}

ssize_t pwrite64(int fd, const void *b, size_t n, off64_t at) {
	original(ssize_t, pwrite64, int, const void *, size_t, off64_t);
	if (of("write", fd)) {
		next(fd, b, n / 2, at);
		kill(getpid(), SIGKILL);
	}
	return next(fd, b, n, at);
}

ssize_t write(int fd, const void *b, size_t n) {
	original(ssize_t, write, int, const void *, size_t);
	if (of("write", fd)) {
		next(fd, b, n / 2);
		kill(getpid(), SIGKILL);
	}
	return next(fd, b, n);
}

int fsync(int fd) {
	original(int, fsync, int);
	of("sync", fd);
	return next(fd);
}

int fdatasync(int fd) {
	original(int, fdatasync, int);
	of("sync", fd);
	return next(fd);
}

int ftruncate(int fd, off_t n) {
	original(int, ftruncate, int, off_t);
	of("cut", fd);
	return next(fd, n);
}

int ftruncate64(int fd, off64_t n) {
	original(int, ftruncate64, int, off64_t);
	of("cut", fd);
	return next(fd, n);
}

int rename(const char *from, const char *to) {
	original(int, rename, const char *, const char *);
	operation("rename", to);
	return next(from, to);
}

int unlink(const char *path) {
	original(int, unlink, const char *);
	operation("remove", path);
	return next(path);
}

int remove(const char *path) {
	original(int, remove, const char *);
	operation("remove", path);
	return next(path);
}
