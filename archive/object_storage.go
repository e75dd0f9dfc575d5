package archive

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"

	"github.com/go-kit/log"
	"github.com/thanos-io/objstore"
	"github.com/thanos-io/objstore/providers/cos"
	"github.com/thanos-io/objstore/providers/s3"
	"go.yaml.in/yaml/v3"
)

// ObjectStorage is a Bucket in an object storage: S3, whatever speaks its protocol, or
// Tencent COS. An object is there whole or not at all, because each is one upload.
//
// Its errors say what happened in words of its own. They never quote an answer, because a
// proxy or an error page may repeat what was sent to it.
type ObjectStorage struct {
	bucket objstore.Bucket
}

// storageRetries is how often S3 is asked again within one access, if the configuration
// does not say. More would only hide the reason until the deadline of the access.
const storageRetries = 3

// NewObjectStorage returns the bucket that the YAML of a Thanos object storage
// configuration describes: type (S3 or COS), config and prefix. Nothing is sent yet. The
// error never shows a value of the configuration, because it holds keys.
func NewObjectStorage(configuration []byte) (ObjectStorage, error) {
	var outer struct {
		Type   string    `yaml:"type"`
		Config yaml.Node `yaml:"config"`
		Prefix string    `yaml:"prefix"`
	}
	if yaml.Unmarshal(configuration, &outer) != nil {
		return ObjectStorage{}, errors.New("the configuration of the object storage is not valid YAML")
	}
	var (
		bucket objstore.Bucket
		err    error
	)
	switch kind := objstore.ObjProvider(strings.ToUpper(outer.Type)); kind {
	case objstore.S3:
		bucket, err = newS3(outer.Config)
	case objstore.COS:
		bucket, err = newCOS(outer.Config)
	default:
		return ObjectStorage{}, errors.New("the type of the object storage is neither S3 nor COS")
	}
	if err != nil {
		return ObjectStorage{}, err
	}
	return ObjectStorage{objstore.NewPrefixedBucket(bucket, outer.Prefix)}, nil
}

// agent is what the storage is told of who is asking.
const agent = "wxapp_exporter"

func newS3(node yaml.Node) (objstore.Bucket, error) {
	settings := s3.DefaultConfig
	settings.PutUserMetadata = map[string]string{} // that of the default is shared
	settings.MaxRetries = storageRetries
	if node.Decode(&settings) != nil {
		return nil, errors.New("the settings of S3 are not valid")
	}
	bucket, err := s3.NewBucketWithConfig(log.NewNopLogger(), settings, agent, refuseForeign)
	if err != nil { // not shown: it may quote a value
		return nil, errors.New("the settings of S3 cannot be used; check endpoint, access_key with secret_key, sse_config and the files of tls_config")
	}
	return bucket, nil
}

func newCOS(node yaml.Node) (objstore.Bucket, error) {
	settings := cos.DefaultConfig
	if node.Decode(&settings) != nil {
		return nil, errors.New("the settings of COS are not valid")
	}
	bucket, err := cos.NewBucketWithConfig(log.NewNopLogger(), settings, agent, refuseForeign)
	if err != nil { // not shown: it may quote a value
		return nil, errors.New("the settings of COS cannot be used; check bucket, app_id and region, secret_id with secret_key, and the files of tls_config")
	}
	return bucket, nil
}

// Get returns an object.
func (s ObjectStorage) Get(ctx context.Context, key string) (content []byte, err error) {
	reader, err := s.bucket.Get(ctx, key)
	if err != nil {
		return nil, s.failed(ctx, err)
	}
	defer func() { _ = reader.Close() }()
	content, err = io.ReadAll(io.LimitReader(reader, maxObject+1))
	switch {
	case err != nil:
		return nil, s.failed(ctx, err)
	case len(content) > maxObject:
		return nil, fmt.Errorf("%s is larger than %d bytes", key, maxObject)
	}
	return content, nil
}

// Put writes an object.
func (s ObjectStorage) Put(ctx context.Context, key string, content []byte) error {
	if err := s.bucket.Upload(ctx, key, bytes.NewReader(content)); err != nil {
		return s.failed(ctx, err)
	}
	return nil
}

// List returns the names of the objects directly below a folder.
func (s ObjectStorage) List(ctx context.Context, folder string) ([]string, error) {
	return s.names(ctx, folder, false)
}

// ListFolders returns the names of the folders directly below a folder.
func (s ObjectStorage) ListFolders(ctx context.Context, folder string) ([]string, error) {
	return s.names(ctx, folder, true)
}

// names returns the names of the folders, or of the objects, directly below a folder.
func (s ObjectStorage) names(ctx context.Context, folder string, folders bool) ([]string, error) {
	var names []string
	err := s.bucket.Iter(ctx, folder, func(key string) error {
		name, isFolder := strings.CutSuffix(key, objstore.DirDelim)
		if isFolder == folders && name != folder { // some storages keep an object for the folder itself
			names = append(names, path.Base(name))
		}
		return nil
	})
	if err == nil {
		err = ctx.Err() // COS ends a list that was interrupted without an error
	}
	if err != nil {
		return nil, s.failed(ctx, err)
	}
	return names, nil
}

// failed returns fs.ErrNotExist when an object is missing, and otherwise what failed in
// words that are safe to show.
func (s ObjectStorage) failed(ctx context.Context, err error) error {
	if s.bucket.IsObjNotFoundErr(err) && storageCode(err) == "NoSuchKey" { // COS takes a missing bucket for a missing object
		return fs.ErrNotExist
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return fmt.Errorf("the object storage %s", failure(err))
}
