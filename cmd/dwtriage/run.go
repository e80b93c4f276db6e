package main

func runRun(s *session, args []string) (int, error) { return 0, nil }
