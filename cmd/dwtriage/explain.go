package main

func runExplain(s *session, args []string) (int, error) { return 0, nil }
