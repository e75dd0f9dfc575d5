package poller

import "sync"

// others notices when others than this process bring answers of an app to the archive: a replica,
// or a backfill. Then the state in the archive names other answers than it did.
type others struct {
	mu      sync.Mutex
	answers uint64 // digest of those that the archived state last named; 0: it was never read
	noticed bool
}

// read records a state that was read from the archive.
func (o *others) read(state State) {
	digest := state.answers()
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.answers != 0 && digest != o.answers {
		o.noticed = true
	}
	o.answers = digest
}

// written records a state that this process has written to the archive.
func (o *others) written(state State) {
	digest := state.answers()
	o.mu.Lock()
	defer o.mu.Unlock()
	o.answers = digest
}

// brought reports whether others have brought answers since it was last asked.
func (o *others) brought() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	noticed := o.noticed
	o.noticed = false
	return noticed
}
