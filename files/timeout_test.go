package files

import (
	"testing"
	"testing/synctest"
	"time"
)

// A system call that hangs costs a bounded time.
func TestReadOfDeadFileSystem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		answers := make(chan struct{})
		begin := time.Now()
		content, err := within(Timeout, func() ([]byte, error) {
			<-answers
			return []byte("late"), nil
		})
		if content != nil || err == nil || err.Error() != "the file system does not answer within 10s" {
			t.Errorf("%q, %v", content, err)
		}
		if took := time.Since(begin); took != Timeout {
			t.Errorf("took %v", took)
		}
		close(answers) // the goroutine ends, or synctest fails the test
	})
}
