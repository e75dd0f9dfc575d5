package config

import (
	"net/url"
	"reflect"
	"strings"

	"github.com/thanos-io/objstore/providers/cos"
	"github.com/thanos-io/objstore/providers/s3"
	"go.yaml.in/yaml/v3"

	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// maxArchiveConfigFile is the largest file with an object storage configuration that is
// read, in bytes.
const maxArchiveConfigFile = 64 << 10

// Archive is where the answers are kept: in a folder, in an object storage, or nowhere.
type Archive struct {
	// Folder is empty when there is none.
	Folder string
	// ObjectStorage is the YAML of a Thanos object storage configuration, with keys in it.
	// It is empty when there is none.
	ObjectStorage wechat.Secret
	// File is the path of the file that it was read from, which may hold other keys later.
	File string
	// Setting is the variable that says where the archive is.
	Setting string
	// Spool is the folder of answers that the archive has not taken yet. Empty: there is none.
	Spool string
}

// None reports whether there is no archive.
func (a Archive) None() bool { return a.Folder == "" && a.ObjectStorage == "" }

const (
	archiveSetting       = "WXAPP_ARCHIVE"
	archiveConfigSetting = "WXAPP_ARCHIVE_CONFIG_FILE"
	spoolSetting         = "WXAPP_ARCHIVE_SPOOL"
)

// parseArchive takes the object storage if one is set, and else the folder. An image may
// set the folder, so an empty one is no contradiction.
func parseArchive(p *problems, e environment) Archive {
	if e.ArchiveConfig == "" {
		if isQuoted(e.Archive) {
			p.at(archiveSetting).errorf("%s", inQuotes)
		}
		return Archive{Folder: e.Archive, Setting: archiveSetting}
	}
	at := p.at(archiveConfigSetting)
	if e.given[archiveSetting] != "" {
		at.errorf("%s is set as well; keep one of them, and set %s to an empty value where an image sets it", archiveSetting, archiveSetting)
		return Archive{Setting: archiveConfigSetting}
	}
	return Archive{ObjectStorage: readObjectStorage(at, e.ArchiveConfig), File: e.ArchiveConfig, Setting: archiveConfigSetting}
}

// ReadObjectStorage reads and checks the file of an object storage configuration again. The
// error names all mistakes and shows no value.
func ReadObjectStorage(path string) ([]byte, error) {
	p := &problems{}
	configuration := readObjectStorage(p.at(archiveConfigSetting), path)
	if err := p.err(); err != nil {
		return nil, err
	}
	return []byte(configuration.Reveal()), nil
}

// readObjectStorage reads and checks the file of an object storage configuration.
func readObjectStorage(at position, path string) wechat.Secret {
	f := yamlFile{at, path}
	content := readFile(path, maxArchiveConfigFile)
	if content.err != nil {
		f.whole().errorf("%s; use a readable YAML file", unreadable(content.err))
		return ""
	}
	if content.openToOthers {
		f.whole().warnf("holds keys and can be read by every user of this machine; run chmod 600 on it")
	}
	storageReader{f}.check(content.content)
	return wechat.Secret(content.content)
}

// storageReader checks an object storage configuration. It knows the keys and the types of
// their values from the structs that they are decoded into.
type storageReader struct{ yamlFile }

func (r storageReader) check(content []byte) {
	const remedy = `write "type:", S3 or COS, and below "config:" the settings of the bucket`
	root := r.document(content, "keep one of them")
	switch {
	case root == nil:
		r.whole().errorf("is empty; %s", remedy)
		return
	case root.Kind == 0: // already reported
		return
	case root.Kind != yaml.MappingNode:
		r.line(root).errorf("is not a mapping; %s", remedy)
		return
	}
	nodes := map[string]*yaml.Node{}
	for key, value := range r.pairs(root, "type", "config", "prefix") {
		nodes[key] = value
	}
	if prefix := nodes["prefix"]; prefix != nil {
		r.scalar("prefix", prefix, reflect.New(reflect.TypeFor[string]()))
	}
	if nodes["type"] == nil {
		r.line(root).errorf("type is missing; set it to S3 or COS")
		return
	}
	kind := r.line(nodes["type"]).in(": ", "type")
	switch strings.ToUpper(scalarText(kind, nodes["type"])) {
	case "": // already reported
	case "S3":
		r.s3(root, nodes["config"])
	case "COS":
		r.cos(root, nodes["config"])
	default:
		kind.errorf("is unknown; set it to S3 or COS")
	}
}

func (r storageReader) s3(root, node *yaml.Node) {
	settings := s3.Config{}
	at, ok := r.settings(root, node, reflect.ValueOf(&settings))
	if !ok {
		return
	}
	switch {
	case settings.Bucket == "":
		at.errorf("bucket is missing; set its name")
	case settings.Endpoint == "":
		at.errorf("endpoint is missing; set it to the host of the storage, such as s3.eu-central-1.amazonaws.com")
	case strings.ContainsAny(settings.Endpoint, "/@ "):
		at.errorf("endpoint is not host or host:port; leave out https:// and the path, and set insecure: true for plain http")
	case strings.HasSuffix(settings.Endpoint, ":"):
		at.errorf("endpoint has a colon without a port after its host; write the port or remove the colon, as in s3.eu-central-1.amazonaws.com")
	case settings.AWSSDKAuth && settings.AccessKey != "":
		at.errorf("aws_sdk_auth and access_key are both set; keep one of them")
	case (settings.AccessKey == "") != (settings.SecretKey == ""):
		at.errorf("one of access_key and secret_key is missing; set both, or neither to use the credentials of the environment")
	}
}

func (r storageReader) cos(root, node *yaml.Node) {
	settings := cos.Config{}
	at, ok := r.settings(root, node, reflect.ValueOf(&settings))
	if !ok {
		return
	}
	endpoint, err := url.Parse(settings.Endpoint)
	switch {
	case settings.SecretId == "" || settings.SecretKey == "":
		at.errorf("secret_id or secret_key is missing; set both")
	case settings.Endpoint == "" && (settings.Bucket == "" || settings.AppId == "" || settings.Region == ""):
		at.errorf("bucket, app_id or region is missing; set all three, or the endpoint")
	case settings.Endpoint == "" && strings.HasSuffix(settings.Bucket, "-"+settings.AppId):
		at.errorf("bucket ends in app_id, which is added to it; write the name of the bucket without -APPID, as in bucket: wxapp and app_id: \"1250000000\"")
	case settings.Endpoint != "" && (err != nil || endpoint.Hostname() == "" || strings.HasSuffix(endpoint.Host, ":") || endpoint.User != nil || (endpoint.Scheme != "https" && endpoint.Scheme != "http")):
		at.errorf("endpoint is not the URL of a bucket; use the form https://BUCKET-APPID.cos.REGION.myqcloud.com")
	case settings.Endpoint != "" && settings.Bucket != "" && !strings.HasPrefix(endpoint.Host, settings.Bucket):
		at.warnf("bucket is not used, because endpoint is the address of a bucket, and here of another one; remove endpoint, or use the form https://BUCKET-APPID.cos.REGION.myqcloud.com")
	}
}

// settings checks the node of config against a struct and fills it. It returns the position
// of the node, and whether all of it is usable.
func (r storageReader) settings(root, node *yaml.Node, into reflect.Value) (position, bool) {
	if node == nil {
		r.line(root).errorf("config is missing; write the settings of the bucket below it")
		return position{}, false
	}
	at := r.line(node).in(": ", "config")
	before := at.problems.errs.number
	r.fill(at, node, into.Elem())
	return at, at.problems.errs.number == before
}

// fill decodes the values of a mapping into the fields of a struct, one by one.
func (r storageReader) fill(at position, node *yaml.Node, into reflect.Value) {
	mapping := resolved(node)
	if mapping.Kind != yaml.MappingNode {
		at.errorf("is not a mapping; write a key and a value in each line below it")
		return
	}
	fields := map[string]reflect.Value{}
	var known []string
	for field, value := range into.Fields() {
		if key, _, _ := strings.Cut(field.Tag.Get("yaml"), ","); key != "" && key != "-" {
			fields[key] = value
			known = append(known, key)
		}
	}
	for key, value := range r.pairs(mapping, known...) {
		if field := fields[key]; field.Kind() == reflect.Struct {
			r.fill(r.line(value).in(": ", key), value, field)
		} else {
			r.scalar(key, value, field.Addr())
		}
	}
}

// scalar decodes one value, which may be a mapping of texts.
func (r storageReader) scalar(key string, value *yaml.Node, into reflect.Value) {
	if value.Decode(into.Interface()) == nil {
		return
	}
	at := r.line(value).in(": ", key)
	switch into.Elem().Kind() {
	case reflect.Bool:
		at.errorf("is not valid; set it to true or false")
	case reflect.Int64: // of all fields, durations alone are
		at.errorf("is not valid; use a duration like 90s or 2m")
	case reflect.Int, reflect.Uint64:
		if key == "bucket_lookup_type" {
			at.errorf("is unknown; set it to auto, virtual-hosted or path")
			return
		}
		at.errorf("is not valid; use a whole number")
	case reflect.Map:
		at.errorf("is not a mapping of texts; write a name and a value in each line below it")
	default:
		at.errorf("is not text; put it in quotes")
	}
}
