package archive

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
	cosapi "github.com/tencentyun/cos-go-sdk-v5"
	"github.com/thanos-io/objstore/providers/cos"
	"github.com/thanos-io/objstore/providers/s3"
)

// lister calls found with the keys that begin with a prefix and stand behind a key: those of
// objects, and those of folders with a slash at their end, but not what is in these. It is a client
// of its own, because that of objstore cannot begin a list in its middle: an archive of years would
// be listed whole at every restart.
type lister func(ctx context.Context, prefix, after string, found func(key string)) error

// names returns the names of the folders, or of the objects, directly below a folder that stand
// behind a text.
func (c *storageClient) names(ctx context.Context, folder, after string, folders bool) (names []string, err error) {
	below := ""
	for _, part := range []string{strings.Trim(c.place.prefix, "/"), folder} {
		if part != "" {
			below += part + "/"
		}
	}
	begin := ""
	if after != "" {
		begin = below + after
	}
	err = c.list(ctx, below, begin, func(key string) {
		name, isFolder := strings.CutSuffix(strings.TrimPrefix(key, below), "/")
		// Some storages keep an object for the folder itself, and some always list from the beginning.
		if isFolder == folders && name != "" && name > after {
			names = append(names, name)
		}
	})
	return names, err
}

// newS3Lister returns a lister with the settings of an S3 client.
func newS3Lister(settings s3.Config, transport http.RoundTripper) (lister, error) {
	client, err := minio.New(settings.Endpoint, &minio.Options{
		Creds: s3Credentials(settings), Secure: !settings.Insecure, Region: settings.Region, Transport: transport,
		BucketLookup: settings.BucketLookupType.MinioType(), MaxRetries: settings.MaxRetries,
	})
	if err != nil {
		return nil, err
	}
	client.SetAppInfo(agent, "")
	if settings.DisableDualstack {
		client.SetS3EnableDualstack(false)
	}
	return func(ctx context.Context, prefix, after string, found func(key string)) error {
		options := minio.ListObjectsOptions{Prefix: prefix, StartAfter: after, UseV1: settings.ListObjectsVersion == "v1"}
		for object := range client.ListObjects(ctx, settings.Bucket, options) {
			if object.Err != nil {
				return object.Err
			}
			found(object.Key)
		}
		return ctx.Err()
	}, nil
}

// s3Credentials are the credentials that objstore uses with the same settings.
func s3Credentials(settings s3.Config) *credentials.Credentials {
	signed := func(p credentials.Provider) credentials.Provider { return p }
	if settings.SignatureV2 {
		signed = func(p credentials.Provider) credentials.Provider { return signatureV2{p} }
	}
	switch {
	case settings.AWSSDKAuth:
		return credentials.New(signed(&s3.AWSSDKAuth{Region: settings.Region}))
	case settings.AccessKey != "":
		return credentials.New(signed(&credentials.Static{Value: credentials.Value{
			AccessKeyID: settings.AccessKey, SecretAccessKey: settings.SecretKey, SessionToken: settings.SessionToken,
			SignerType: credentials.SignatureV4,
		}}))
	}
	return credentials.NewChainCredentials([]credentials.Provider{
		signed(&credentials.EnvAWS{}), signed(&credentials.FileAWSCredentials{}),
		signed(&credentials.IAM{Client: &http.Client{Transport: http.DefaultTransport}, Endpoint: settings.STSEndpoint}),
	})
}

// signatureV2 makes credentials sign by the second version.
type signatureV2 struct{ credentials.Provider }

// RetrieveWithCredContext implements credentials.Provider.
func (p signatureV2) RetrieveWithCredContext(ctx *credentials.CredContext) (credentials.Value, error) {
	value, err := p.Provider.RetrieveWithCredContext(ctx)
	if err == nil && !value.SignerType.IsAnonymous() {
		value.SignerType = credentials.SignatureV2
	}
	return value, err
}

// newCOSLister returns a lister with the settings of a COS client.
func newCOSLister(settings cos.Config, transport http.RoundTripper) (lister, error) {
	bucket, err := url.Parse(settings.Endpoint)
	if settings.Endpoint == "" {
		bucket, err = cosapi.NewBucketURL(settings.Bucket+"-"+settings.AppId, settings.Region, true)
	}
	if err != nil {
		return nil, err
	}
	client := cosapi.NewClient(&cosapi.BaseURL{BucketURL: bucket}, &http.Client{Transport: &cosapi.AuthorizationTransport{
		SecretID: settings.SecretId, SecretKey: settings.SecretKey, Transport: transport,
	}})
	if settings.MaxRetries > 0 {
		client.Conf.RetryOpt.Count = settings.MaxRetries
	}
	return func(ctx context.Context, prefix, after string, found func(key string)) error {
		options := &cosapi.BucketGetOptions{Prefix: prefix, Marker: after, Delimiter: "/", MaxKeys: 1000}
		for {
			page, _, err := client.Bucket.Get(ctx, options)
			if err != nil {
				return err
			}
			for _, object := range page.Contents {
				found(object.Key)
			}
			for _, folder := range page.CommonPrefixes {
				found(folder)
			}
			if options.Marker = page.NextMarker; !page.IsTruncated {
				return ctx.Err() // COS ends a list that was interrupted without an error
			}
		}
	}, nil
}
