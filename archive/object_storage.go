package archive

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"sync"
	"sync/atomic"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/poller"
)

// ObjectStorage is a Bucket in an object storage: S3, whatever speaks its protocol, or
// Tencent COS. An object is there whole or not at all, because each is one upload.
//
// Its errors say what happened in words of its own. They never quote an answer, because a
// proxy or an error page may repeat what was sent to it.
type ObjectStorage struct {
	// Reread returns the configuration as it is now. Keys that the storage refuses are
	// replaced by those in it. If it is nil, the keys never change.
	Reread func() ([]byte, error)

	client   atomic.Pointer[storageClient]
	verified atomic.Bool // what was written has been read back

	renewing   sync.Mutex
	renewed    time.Time // when the configuration was last read again
	renewError error     // why its keys could not be taken
}

// NewObjectStorage returns the bucket that the YAML of a Thanos object storage
// configuration describes: type (S3 or COS), config and prefix. Nothing is sent yet. The
// error never shows a value of the configuration, because it holds keys.
func NewObjectStorage(configuration []byte) (*ObjectStorage, error) {
	client, err := newStorageClient(configuration)
	if err != nil {
		return nil, err
	}
	s := &ObjectStorage{}
	s.client.Store(client)
	return s, nil
}

// Get returns an object.
func (s *ObjectStorage) Get(ctx context.Context, key string) (content []byte, err error) {
	err = s.access(ctx, func(ctx context.Context, c *storageClient, _ *refusals) error {
		content, err = c.get(ctx, key)
		return err
	})
	return content, err
}

// Put writes an object. Before the first one, it writes a probe and reads it back: there are
// gateways that store something else than what was sent to them.
func (s *ObjectStorage) Put(ctx context.Context, key string, content []byte) error {
	if key != probeKey && !s.verified.Load() {
		if err := s.verify(ctx); err != nil {
			return err
		}
	}
	return s.access(ctx, func(ctx context.Context, c *storageClient, noted *refusals) error {
		return c.put(ctx, noted, key, content)
	})
}

// Remove removes an object. One that is gone already is no error.
func (s *ObjectStorage) Remove(ctx context.Context, key string) error {
	return s.access(ctx, func(ctx context.Context, c *storageClient, _ *refusals) error { return c.Delete(ctx, key) })
}

// ErrAltered is the error of an archive that does not return what was written to it.
var ErrAltered = errors.New("the archive does not return what was written to it")

// verify writes the probe and reads it back.
func (s *ObjectStorage) verify(ctx context.Context) error {
	if err := s.Put(ctx, probeKey, probe()); err != nil {
		return err
	}
	content, err := s.Get(ctx, probeKey)
	if err != nil {
		return fmt.Errorf("read what was written to the archive: %w", err)
	}
	if !bytes.Equal(content, probe()) {
		return fmt.Errorf("%w: it stores uploads otherwise than they were sent, as some gateways do over plain http", ErrAltered)
	}
	s.verified.Store(true)
	return nil
}

// List returns the names of the objects directly below a folder that stand behind a text.
func (s *ObjectStorage) List(ctx context.Context, folder, after string) ([]string, error) {
	return s.names(ctx, folder, after, false)
}

// ListFolders returns the names of the folders directly below a folder.
func (s *ObjectStorage) ListFolders(ctx context.Context, folder string) ([]string, error) {
	return s.names(ctx, folder, "", true)
}

// names returns the names of the folders, or of the objects, directly below a folder that stand
// behind a text.
func (s *ObjectStorage) names(ctx context.Context, folder, after string, folders bool) (names []string, err error) {
	err = s.access(ctx, func(ctx context.Context, c *storageClient, _ *refusals) error {
		names, err = c.names(ctx, folder, after, folders)
		return err
	})
	if err != nil {
		return nil, err
	}
	return names, nil
}

// access uses the storage, and once more if it refuses the keys and there are new ones.
func (s *ObjectStorage) access(ctx context.Context, use func(context.Context, *storageClient, *refusals) error) error {
	client := s.client.Load()
	noting, noted := noteRefusals(ctx)
	err := use(noting, client, noted)
	if err == nil || !isDenied(err) || ctx.Err() != nil {
		return failed(ctx, client, noted, err)
	}
	newer, renewErr := s.renewedAfter(client)
	switch {
	case newer != client:
		noting, noted = noteRefusals(ctx)
		return failed(ctx, newer, noted, use(noting, newer, noted))
	case renewErr != nil:
		return fmt.Errorf("%w; new keys cannot be taken: %w", failed(ctx, client, noted, err), renewErr)
	}
	return failed(ctx, client, noted, err)
}

// failed returns fs.ErrNotExist when an object is missing, and otherwise what failed in
// words that are safe to show: as poller.Throttled when the storage wants fewer requests.
func failed(ctx context.Context, client *storageClient, noted *refusals, err error) error {
	if err == nil {
		return nil
	}
	status, pause := noted.asked()
	switch {
	case errors.Is(err, ErrUnusable):
		return err
	case client.IsObjNotFoundErr(err) && storageCode(err) == "NoSuchKey": // COS takes a missing bucket for a missing object
		return fs.ErrNotExist
	case ctx.Err() != nil && status != 0: // the client would have tried it again
		return &poller.Throttled{Pause: pause, Err: storageError{text: fmt.Sprintf("the object storage returned %d", status)}}
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case isThrottling(storageStatus(err), storageCode(err)):
		return &poller.Throttled{Pause: pause, Err: storageError{text: "the object storage " + failure(err)}}
	}
	return storageError{"the object storage " + failure(err), isDenied(err)}
}
