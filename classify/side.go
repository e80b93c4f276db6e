package classify

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// sideBySide calls work for 0 to n-1, on all cores. It is for the start of the program only, where
// people wait: rule files and rules are read and compiled each by itself, and put together in
// their order afterwards, so the result does not depend on the number of cores.
func sideBySide(n int, work func(i int)) {
	var next atomic.Int64
	var g sync.WaitGroup
	for range min(n, runtime.GOMAXPROCS(0)) {
		g.Go(func() {
			for i := next.Add(1) - 1; i < int64(n); i = next.Add(1) - 1 {
				work(int(i))
			}
		})
	}
	g.Wait()
}
