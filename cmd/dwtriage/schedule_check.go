//go:build cgo

package main

// checked says what run would say of its flags, before it touches a file.
func (r *runFlags) checked(s *session) error {
	return (&job{s: s, flags: r.elsewhere()}).check()
}
