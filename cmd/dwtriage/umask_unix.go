//go:build unix

package main

import "syscall"

// private makes files and folders of this process readable for its user alone, whatever the machine's habit: they hold
// what logs say of customers. relax goes back to the habit.
func private() (relax func()) {
	habit := syscall.Umask(0o077)
	return func() { syscall.Umask(habit) }
}
