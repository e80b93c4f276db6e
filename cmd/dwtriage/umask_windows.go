package main

// private does nothing: a file of Windows has the access list that its folder hands down.
func private() (relax func()) { return func() {} }
