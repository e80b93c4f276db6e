//go:build !linux || !amd64

package main

import (
	"fmt"
	"os"
)

func main() {
	fmt.Fprintln(os.Stderr, "faults: programs are watched on Linux with amd64 only")
	os.Exit(1)
}
