package archive

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/go-kit/log"
	"github.com/thanos-io/objstore"
	"github.com/thanos-io/objstore/exthttp"
	"github.com/thanos-io/objstore/providers/cos"
	"github.com/thanos-io/objstore/providers/s3"
	"go.yaml.in/yaml/v3"
)

// storageClient accesses an object storage with the keys of one configuration.
type storageClient struct {
	objstore.Bucket
	list lister
	text []byte // the configuration
	// place is the configuration without the keys.
	place storagePlace
	// uploads is how often an upload is tried here, because the client of COS tries it once.
	uploads int
}

// storagePlace is a configuration without its keys.
type storagePlace struct {
	kind, prefix string
	s3           s3.Config
	cos          cos.Config
}

// storageRetries is how often the storage is asked again within one access, if the
// configuration does not say. More would only hide the reason until the deadline of the access.
const storageRetries = 3

// newStorageClient returns the client that a configuration describes.
func newStorageClient(configuration []byte) (*storageClient, error) {
	var outer struct {
		Type   string    `yaml:"type"`
		Config yaml.Node `yaml:"config"`
		Prefix string    `yaml:"prefix"`
	}
	if yaml.Unmarshal(configuration, &outer) != nil {
		return nil, errors.New("the configuration of the object storage is not valid YAML")
	}
	var (
		client *storageClient
		err    error
	)
	switch kind := objstore.ObjProvider(strings.ToUpper(outer.Type)); kind {
	case objstore.S3:
		client, err = newS3(outer.Config)
	case objstore.COS:
		client, err = newCOS(outer.Config)
	default:
		return nil, errors.New("the type of the object storage is neither S3 nor COS")
	}
	if err != nil {
		return nil, err
	}
	client.Bucket = objstore.NewPrefixedBucket(client.Bucket, outer.Prefix)
	client.text, client.place.prefix, client.place.kind = configuration, outer.Prefix, strings.ToUpper(outer.Type)
	return client, nil
}

// agent is what the storage is told of who is asking.
const agent = "wxapp_exporter"

// transportOf returns the transport that the clients of a configuration share, and makes it that of
// the configuration.
func transportOf(settings *exthttp.HTTPConfig) (http.RoundTripper, error) {
	connections, err := exthttp.DefaultTransport(*settings)
	if err != nil { // not shown: it may quote a value
		return nil, errors.New("the files of tls_config in the settings of the object storage cannot be used")
	}
	settings.Transport = noteEmpty(refuseForeign(heedPauses(tellAlive(connections))))
	return settings.Transport, nil
}

func newS3(node yaml.Node) (*storageClient, error) {
	settings := s3.DefaultConfig
	settings.PutUserMetadata = map[string]string{} // that of the default is shared
	settings.MaxRetries = storageRetries
	if node.Decode(&settings) != nil {
		return nil, errors.New("the settings of S3 are not valid")
	}
	place := settings
	place.AccessKey, place.SecretKey, place.SessionToken = "", "", ""
	transport, err := transportOf(&settings.HTTPConfig)
	if err != nil {
		return nil, err
	}
	bucket, err := s3.NewBucketWithConfig(log.NewNopLogger(), settings, agent, nil)
	list, listErr := newS3Lister(settings, transport)
	if err != nil || listErr != nil { // not shown: it may quote a value
		return nil, errors.New("the settings of S3 cannot be used; check endpoint, access_key with secret_key, sse_config and the files of tls_config")
	}
	return &storageClient{Bucket: bucket, list: list, place: storagePlace{s3: place}, uploads: 1}, nil
}

func newCOS(node yaml.Node) (*storageClient, error) {
	settings := cos.DefaultConfig
	if node.Decode(&settings) != nil {
		return nil, errors.New("the settings of COS are not valid")
	}
	place := settings
	place.SecretId, place.SecretKey = "", ""
	transport, err := transportOf(&settings.HTTPConfig)
	if err != nil {
		return nil, err
	}
	bucket, err := cos.NewBucketWithConfig(log.NewNopLogger(), settings, agent, nil)
	list, listErr := newCOSLister(settings, transport)
	if err != nil || listErr != nil { // not shown: it may quote a value
		return nil, errors.New("the settings of COS cannot be used; check bucket, app_id and region, secret_id with secret_key, and the files of tls_config")
	}
	uploads := storageRetries
	if settings.MaxRetries > 0 {
		uploads = settings.MaxRetries
	}
	return &storageClient{Bucket: bucket, list: list, place: storagePlace{cos: place}, uploads: uploads}, nil
}

// get returns an object.
func (c *storageClient) get(ctx context.Context, key string) ([]byte, error) {
	ctx, isEmpty := noting(ctx)
	reader, err := c.Get(ctx, key)
	if err != nil {
		if isEmpty() { // for the clients, its end is an error
			return []byte{}, nil
		}
		return nil, err
	}
	defer func() { _ = reader.Close() }()
	content, err := io.ReadAll(io.LimitReader(reader, maxObject+1))
	switch {
	case err != nil:
		return nil, err
	case len(content) > maxObject:
		return nil, unusable{fmt.Errorf("%s is larger than %d bytes", key, maxObject)}
	}
	return content, nil
}

// uploadPause is the pause before an upload is tried again for the first time. Each further
// one is four times as long.
const uploadPause = 250 * time.Millisecond

// put writes an object. Not again when the storage has named a pause.
func (c *storageClient) put(ctx context.Context, noted *refusals, key string, content []byte) error {
	pause := uploadPause
	for try := 1; ; try++ {
		err := c.Upload(ctx, key, bytes.NewReader(content))
		if _, asked := noted.asked(); err == nil || try >= c.uploads || asked > 0 || !mayPass(err) {
			return err
		}
		select {
		case <-time.After(pause):
			pause *= 4
		case <-ctx.Done():
			return err
		}
	}
}
