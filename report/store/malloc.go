package store

/*
#include <stdlib.h>
#ifdef __GLIBC__
#include <malloc.h>
static void boundArenas(void) {
	mallopt(M_ARENA_MAX, 2);
	mallopt(M_MMAP_THRESHOLD, 256 * 1024);
	mallopt(M_TRIM_THRESHOLD, 1024 * 1024);
}
static void giveBack(void) { malloc_trim(0); }
#else
static void boundArenas(void) {}
static void giveBack(void) {}
#endif
*/
import "C"

// boundArenas keeps the C heap small where the C library is glibc: it gives every thread an arena
// of its own, and keeps in each what DuckDB and the batches once needed.
func boundArenas() { C.boundArenas() }

// giveBack returns the free memory of the C heap to the system.
func giveBack() { C.giveBack() }
