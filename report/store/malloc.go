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

import "unsafe"

// newSlots is memory for n slots of an idset, all zero, outside of Go's heap.
func newSlots(n int) []uint64 {
	p := C.calloc(C.size_t(n), 8)
	if p == nil {
		panic("out of memory for the ids of known records")
	}
	return unsafe.Slice((*uint64)(p), n)
}

func freeSlots(slots []uint64) { C.free(unsafe.Pointer(unsafe.SliceData(slots))) }

// boundArenas keeps the C heap small where the C library is glibc: it gives every thread an arena
// of its own, and keeps in each what DuckDB and the batches once needed.
func boundArenas() { C.boundArenas() }

// giveBack returns the free memory of the C heap to the system.
func giveBack() { C.giveBack() }
