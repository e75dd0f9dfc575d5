package archive

import (
	"bytes"
	"errors"
	"reflect"
	"time"
)

// renewPause is the shortest time between two readings of the configuration because keys
// were refused.
const renewPause = 10 * time.Second

// Renew takes the keys of the configuration as it is now. The error says why they cannot be
// taken; then those of before stay.
func (s *ObjectStorage) Renew() error {
	s.renewing.Lock()
	defer s.renewing.Unlock()
	s.renew()
	return s.renewError
}

// renewedAfter returns the client that replaces one whose keys were refused: the same if there
// are no new keys. The error says why they cannot be taken.
func (s *ObjectStorage) renewedAfter(refused *storageClient) (*storageClient, error) {
	s.renewing.Lock()
	defer s.renewing.Unlock()
	if s.client.Load() == refused && (s.renewed.IsZero() || time.Since(s.renewed) >= renewPause) {
		s.renew()
	}
	return s.client.Load(), s.renewError
}

// renew takes new keys and keeps the error.
func (s *ObjectStorage) renew() {
	if s.Reread == nil {
		return
	}
	s.renewed = time.Now()
	text, err := s.Reread()
	if err == nil && !bytes.Equal(text, s.client.Load().text) {
		err = s.take(text)
	}
	s.renewError = err
}

// take takes the keys of a configuration.
func (s *ObjectStorage) take(configuration []byte) error {
	client, err := newStorageClient(configuration)
	if err != nil {
		return err
	}
	if !reflect.DeepEqual(client.place, s.client.Load().place) {
		return errors.New("more than the keys has changed in the configuration; restart to use it")
	}
	s.client.Store(client)
	return nil
}
