package store

/*
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// std::set_terminate of the C++ library that comes with DuckDB. Weak, since this package is linked by itself first.
extern void (*_ZSt13set_terminatePFvvE(void (*)(void)))(void) __attribute__((weak));

static char *words, *answer;

static void say(int fd, const char *text) {
	if (text != NULL && write(fd, text, strlen(text)) < 0)
		return;
}

static void last_words(void) {
	say(2, words);
	say(1, answer);
	_exit(1);
}

static void on_terminate(char *w, char *a) {
	free(words);
	free(answer);
	words = w, answer = a;
	if (_ZSt13set_terminatePFvvE != NULL)
		_ZSt13set_terminatePFvvE(last_words);
}
*/
import "C"

// OnTerminate sets what the process writes to standard error and to standard output (nothing where a text is empty) where DuckDB ends it, and
// that its exit code is 1 then. DuckDB takes a commit back in a destructor: where the disk refuses that, too, an exception comes out of where
// none may, and C++ ends the program (SingleFileStorageCommitState::RevertCommit; DuckDB 1.5). Go would print the stacks of all goroutines
// and exit with 2. Nothing else can run any more, so the texts are made before.
func OnTerminate(words, answer string) {
	text := func(s string) *C.char {
		if s == "" {
			return nil
		}
		return C.CString(s)
	}
	C.on_terminate(text(words), text(answer))
}
