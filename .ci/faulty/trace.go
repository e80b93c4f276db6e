//go:build linux && amd64

package main

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
)

// A fault is what happens to a program at one of its operations on files.
type fault struct {
	mode string // of modes, empty: none
	at   int    // number of the operation, from 1
	seed uint64 // of what a power cut takes
}

// An operation is a system call that changes a file or folder below the one that is watched.
type operation struct {
	name string // write, sync, cut, create, rename, link, remove, folder, copy
	path string
}

// modes are the faults, and the operations that each can happen to.
var modes = []struct {
	name string
	to   string // blank: all
	err  syscall.Errno
	stay bool // from this operation on, and not only once
}{
	{name: "kill"},  // killed before the operation
	{name: "torn"},  // killed when half of a write is done
	{name: "power"}, // killed, and what was not synced is lost in part
	{name: "full", to: "write create cut folder copy link", err: syscall.ENOSPC, stay: true},
	{name: "full once", to: "write create cut folder copy link", err: syscall.ENOSPC},
	{name: "broken", to: "write sync cut create copy", err: syscall.EIO, stay: true},
	{name: "sync fails", to: "sync", err: syscall.EIO},
	{name: "rename fails", to: "rename link", err: syscall.EACCES},
	{name: "terminated"},       // by SIGTERM
	{name: "terminated twice"}, // the second signal comes with the next operation
}

// A tracer runs a program under ptrace(2), so every file operation of it is seen, whoever makes it: DuckDB by way of the C library, or Go past it.
// Nothing in the program knows.
type tracer struct {
	under   string // folder that is watched
	fault   fault
	pid     int
	mem     *os.File
	done    []operation
	threads map[int]*thread
	unsaved []write // not synced yet, newest last
	ended   bool    // by the fault
}

// A thread is between the entry and the exit of a system call, or not.
type thread struct {
	inside bool
	fail   syscall.Errno // what the call ends with
	kill   bool          // when the call is over
	synced uint64        // inode of the file that the call syncs
}

// A write is undone by a power cut unless it was synced.
type write struct {
	inode  uint64
	at     int64
	old    []byte // what was there, shorter where the file ended
	length int
	size   int64 // of the file before
}

// traced runs a program in folder under until it ends, and gives its operations on files there and how it ended.
func traced(argv []string, env []string, under string, out *os.File, f fault) ([]operation, syscall.WaitStatus, error) {
	// All requests must come from the thread that started the program.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	null, err := os.Open(os.DevNull)
	if err != nil {
		return nil, 0, err
	}
	defer null.Close()
	pid, err := syscall.ForkExec(argv[0], argv, &syscall.ProcAttr{Dir: under, Env: env,
		Files: []uintptr{null.Fd(), out.Fd(), out.Fd()}, Sys: &syscall.SysProcAttr{Ptrace: true, Setpgid: true}})
	if err != nil {
		return nil, 0, err
	}
	var status syscall.WaitStatus
	if _, err := syscall.Wait4(pid, &status, 0, nil); err != nil {
		return nil, 0, err
	}
	const killWithUs = 0x100000 // PTRACE_O_EXITKILL
	if err := syscall.PtraceSetOptions(pid, syscall.PTRACE_O_TRACESYSGOOD|syscall.PTRACE_O_TRACECLONE|killWithUs); err != nil {
		return nil, 0, err
	}
	mem, err := os.Open(fmt.Sprintf("/proc/%d/mem", pid))
	if err != nil {
		return nil, 0, err
	}
	defer mem.Close()
	t := &tracer{under: under + "/", fault: f, pid: pid, mem: mem, threads: make(map[int]*thread)}
	if err := syscall.PtraceSyscall(pid, 0); err != nil {
		return nil, 0, err
	}
	status, err = t.follow()
	if f.mode == "power" && t.ended {
		t.cutPower()
	}
	return t.done, status, err
}

// follow lets all threads go on from stop to stop, until the last one is gone.
func (t *tracer) follow() (last syscall.WaitStatus, err error) {
	for {
		var status syscall.WaitStatus
		tid, err := syscall.Wait4(-t.pid, &status, syscall.WALL, nil) // its group: other goroutines have children, too
		if errors.Is(err, syscall.EINTR) {
			continue
		}
		if errors.Is(err, syscall.ECHILD) {
			return last, nil
		}
		if err != nil {
			return last, err
		}
		if status.Exited() || status.Signaled() {
			if tid == t.pid {
				last = status
			}
			delete(t.threads, tid)
			continue
		}
		if !status.Stopped() {
			continue
		}
		signal := 0
		switch stop := status.StopSignal(); {
		case stop == syscall.SIGTRAP|0x80:
			t.call(tid)
		case stop == syscall.SIGTRAP: // a new thread, or the start
		case stop == syscall.SIGSTOP && t.threads[tid] == nil:
			t.threads[tid] = &thread{}
		default:
			signal = int(stop)
		}
		if err := syscall.PtraceSyscall(tid, signal); err != nil && !errors.Is(err, syscall.ESRCH) {
			return last, err
		}
	}
}

// call is the entry or the exit of a system call.
func (t *tracer) call(tid int) {
	th := t.threads[tid]
	if th == nil {
		th = &thread{}
		t.threads[tid] = th
	}
	th.inside = !th.inside
	var regs syscall.PtraceRegs
	if th.inside {
		if syscall.PtraceGetRegs(tid, &regs) == nil {
			t.enter(tid, th, &regs)
		}
		return
	}
	if th.fail != 0 && syscall.PtraceGetRegs(tid, &regs) == nil {
		regs.Rax = uint64(-int64(th.fail))
		syscall.PtraceSetRegs(tid, &regs)
	}
	if th.synced != 0 {
		t.forget(th.synced)
	}
	if th.kill {
		t.kill()
	}
	*th = thread{}
}

func (t *tracer) kill() {
	t.ended = true
	syscall.Kill(t.pid, syscall.SIGKILL)
}

// enter looks at a call before it is made.
func (t *tracer) enter(tid int, th *thread, regs *syscall.PtraceRegs) {
	op, ok := t.operation(regs)
	if !ok {
		return
	}
	t.done = append(t.done, op)
	if err := t.due(op); err != 0 {
		regs.Orig_rax = ^uint64(0) // no call
		syscall.PtraceSetRegs(tid, regs)
		th.fail, t.ended = err, true
		return
	}
	if t.fault.at == len(t.done) {
		half := regs.Rdx / 2
		switch {
		case t.fault.mode == "torn" && op.name == "write" && half > 0:
			regs.Rdx = half
			syscall.PtraceSetRegs(tid, regs)
			th.kill = true
		case t.fault.mode == "kill" || t.fault.mode == "torn" || t.fault.mode == "power":
			t.kill()
		case strings.HasPrefix(t.fault.mode, "terminated"):
			t.ended = true
			syscall.Kill(t.pid, syscall.SIGTERM)
		}
		return
	}
	if t.fault.mode == "terminated twice" && len(t.done) == t.fault.at+1 {
		syscall.Kill(t.pid, syscall.SIGTERM)
	}
	if t.fault.mode != "power" {
		return
	}
	switch op.name {
	case "write":
		t.note(regs)
	case "sync":
		th.synced = t.inode(int(int32(regs.Rdi)))
	}
}

// due is the error that the operation ends with, 0 if it is to be done.
func (t *tracer) due(op operation) syscall.Errno {
	n := len(t.done)
	for _, m := range modes {
		if m.name == t.fault.mode && m.err != 0 && strings.Contains(m.to, op.name) && (n == t.fault.at || m.stay && n >= t.fault.at && t.fault.at > 0) {
			return m.err
		}
	}
	return 0
}

// operation says what a call does, if it is to something that is watched.
func (t *tracer) operation(regs *syscall.PtraceRegs) (operation, bool) {
	fd := func(name string, n uint64) (operation, bool) {
		path, err := os.Readlink(fmt.Sprintf("/proc/%d/fd/%d", t.pid, int32(n)))
		return t.watched(name, path, err == nil)
	}
	path := func(name string, at uint64) (operation, bool) {
		p := t.text(at)
		if !filepath.IsAbs(p) {
			p = t.under + p
		}
		return t.watched(name, filepath.Clean(p), p != t.under)
	}
	const creates = syscall.O_CREAT | syscall.O_TRUNC
	switch regs.Orig_rax {
	case syscall.SYS_WRITE, syscall.SYS_PWRITE64:
		return fd("write", regs.Rdi)
	case syscall.SYS_FSYNC, syscall.SYS_FDATASYNC:
		return fd("sync", regs.Rdi)
	case syscall.SYS_FTRUNCATE, syscall.SYS_FALLOCATE:
		return fd("cut", regs.Rdi)
	case 326: // copy_file_range
		return fd("copy", regs.Rdx)
	case syscall.SYS_SENDFILE:
		return fd("copy", regs.Rdi)
	case syscall.SYS_OPEN:
		if regs.Rsi&creates != 0 {
			return path("create", regs.Rdi)
		}
	case syscall.SYS_OPENAT:
		if regs.Rdx&creates != 0 {
			return path("create", regs.Rsi)
		}
	case syscall.SYS_RENAME:
		return path("rename", regs.Rsi)
	case syscall.SYS_RENAMEAT, 316: // renameat2
		return path("rename", regs.R10)
	case syscall.SYS_LINK:
		return path("link", regs.Rsi)
	case syscall.SYS_LINKAT:
		return path("link", regs.R10)
	case syscall.SYS_UNLINK, syscall.SYS_RMDIR:
		return path("remove", regs.Rdi)
	case syscall.SYS_UNLINKAT:
		return path("remove", regs.Rsi)
	case syscall.SYS_MKDIR:
		return path("folder", regs.Rdi)
	case syscall.SYS_MKDIRAT:
		return path("folder", regs.Rsi)
	}
	return operation{}, false
}

func (t *tracer) watched(name, path string, ok bool) (operation, bool) {
	rest, below := strings.CutPrefix(path, t.under)
	return operation{name, rest}, ok && below
}

// text reads a text of the program that ends with a zero byte.
func (t *tracer) text(at uint64) string {
	b := make([]byte, 4096)
	n, _ := t.mem.ReadAt(b, int64(at)) // may end in the middle, at the end of what is mapped
	b = b[:n]
	if end := bytes.IndexByte(b, 0); end >= 0 {
		b = b[:end]
	}
	return string(b)
}

func (t *tracer) inode(fd int) uint64 {
	var st syscall.Stat_t
	if syscall.Stat(fmt.Sprintf("/proc/%d/fd/%d", t.pid, fd), &st) != nil {
		return 0
	}
	return st.Ino
}

// note keeps what a write is about to replace.
func (t *tracer) note(regs *syscall.PtraceRegs) {
	fd := int(int32(regs.Rdi))
	f, err := os.Open(fmt.Sprintf("/proc/%d/fd/%d", t.pid, fd))
	if err != nil {
		return
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return
	}
	at := int64(regs.R10)
	if regs.Orig_rax == syscall.SYS_WRITE {
		at = t.position(fd, info.Size())
	}
	old := make([]byte, regs.Rdx)
	n, _ := f.ReadAt(old, at)
	t.unsaved = append(t.unsaved, write{inode: info.Sys().(*syscall.Stat_t).Ino, at: at, old: old[:n], length: int(regs.Rdx), size: info.Size()})
}

// position is where the next write to fd goes.
func (t *tracer) position(fd int, size int64) int64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/fdinfo/%d", t.pid, fd))
	if err != nil {
		return 0
	}
	var pos, flags int64
	fmt.Sscanf(string(text), "pos:\t%d\nflags:\t%o", &pos, &flags)
	if flags&syscall.O_APPEND != 0 {
		return size
	}
	return pos
}

// forget takes the writes to a file out that was synced.
func (t *tracer) forget(inode uint64) {
	kept := t.unsaved[:0]
	for _, w := range t.unsaved {
		if w.inode != inode {
			kept = append(kept, w)
		}
	}
	t.unsaved = kept
}

// cutPower undoes a random half of the writes that were not synced, the newest first, some of them from one of their
// pages on. No file system does it as badly: it keeps names, but no order of writes at all.
func (t *tracer) cutPower() {
	paths := make(map[uint64]string)
	filepath.Walk(t.under, func(path string, info os.FileInfo, err error) error {
		if err == nil && info.Mode().IsRegular() {
			paths[info.Sys().(*syscall.Stat_t).Ino] = path
		}
		return nil
	})
	r := rand.New(rand.NewPCG(t.fault.seed, 1))
	for i := len(t.unsaved) - 1; i >= 0; i-- {
		w := t.unsaved[i]
		path, there := paths[w.inode]
		if !there || r.IntN(2) == 0 {
			continue
		}
		content := append(w.old, make([]byte, w.length-len(w.old))...)
		from := 0
		if len(content) > 4096 && r.IntN(3) == 0 {
			from = r.IntN(len(content)/4096) * 4096
		}
		f, err := os.OpenFile(path, os.O_RDWR, 0)
		if err != nil {
			continue
		}
		f.WriteAt(content[from:], w.at+int64(from))
		if info, err := f.Stat(); err == nil && info.Size() == w.at+int64(w.length) && w.size < info.Size() && r.IntN(2) == 0 {
			f.Truncate(max(w.size, w.at))
		}
		f.Close()
	}
}
