package poller

import "sync"

// others notices when others than this process bring answers of an app to the archive: a replica,
// or a backfill. Then the state in the archive names other answers than it did.
type others struct {
	mu      sync.Mutex
	answers uint64 // digest of those that the archived state last named; 0: it was never read
	ours    uint64 // digest of those of the state that this process writes, or wrote last
	noticed bool
}

// read records a state that was read from the archive.
func (o *others) read(state State) {
	digest := state.answers()
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.answers != 0 && digest != o.answers && digest != o.ours {
		o.noticed = true
	}
	o.answers = digest
}

// writing records a state that this process is about to write to the archive.
func (o *others) writing(state State) {
	digest := state.answers()
	o.mu.Lock()
	defer o.mu.Unlock()
	o.ours = digest
}

// brought reports whether others have brought answers since it was last asked.
func (o *others) brought() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	noticed := o.noticed
	o.noticed = false
	return noticed
}

// remind makes brought report again what it has reported, because it was not read.
func (o *others) remind() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.noticed = true
}
