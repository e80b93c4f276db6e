//go:build unix && !linux && !darwin

package folder

func exchange(string, string) error { return errNoExchange }
