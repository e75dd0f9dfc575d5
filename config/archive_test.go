package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const bucketYAML = "type: S3\nconfig: {bucket: b, endpoint: s3.example.com, access_key: key, secret_key: " + hushWord + "}\n"

// bucketFile returns the path of an object storage configuration with some mode.
func bucketFile(t *testing.T, mode os.FileMode) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "bucket.yaml")
	if err := os.WriteFile(path, []byte(bucketYAML), mode); err != nil {
		t.Fatal(err)
	}
	return path
}

// The exporter and an export know where the archive is: in the bucket, if one is set, or
// else in the folder.
func TestWhereTheArchiveIs(t *testing.T) {
	t.Parallel()
	path := bucketFile(t, 0o600)
	inBucket := Archive{ObjectStorage: bucketYAML, File: path, Setting: "WXAPP_ARCHIVE_CONFIG_FILE"}
	for _, test := range []struct {
		settings map[string]string
		want     Archive
	}{
		{nil, Archive{Folder: "wxapp-data", Setting: "WXAPP_ARCHIVE"}},
		{map[string]string{"WXAPP_ARCHIVE": ""}, Archive{Setting: "WXAPP_ARCHIVE"}},
		{map[string]string{"WXAPP_ARCHIVE_CONFIG_FILE": " "}, Archive{Folder: "wxapp-data", Setting: "WXAPP_ARCHIVE"}},
		{map[string]string{"WXAPP_ARCHIVE_CONFIG_FILE": path}, inBucket},
		{map[string]string{"WXAPP_ARCHIVE_CONFIG_FILE": path, "WXAPP_ARCHIVE": " "}, inBucket},
	} {
		for name, read := range map[string]func(environment) (Config, []string, error){"Read": read, "ReadExport": readExport} {
			c, warnings, err := read(environmentOf(withAccount(test.settings)))
			if err != nil || len(warnings) > 0 {
				t.Fatalf("%s, %v: error %v, warnings %q", name, test.settings, err, warnings)
			}
			if c.Archive != test.want || c.Archive.None() != (test.want.Folder+test.want.ObjectStorage.Reveal() == "") {
				t.Errorf("%s, %v: archive %+v, want %+v", name, test.settings, c.Archive, test.want)
			}
		}
	}
}

func TestBucketFileThatOthersCanRead(t *testing.T) {
	t.Parallel()
	path := bucketFile(t, 0o644)
	_, warnings, err := read(environmentOf(withAccount(map[string]string{"WXAPP_ARCHIVE_CONFIG_FILE": path})))
	if err != nil || len(warnings) != 1 {
		t.Fatalf("error %v, warnings %q", err, warnings)
	}
	checkEqual(t, "warning", warnings[0], "WXAPP_ARCHIVE_CONFIG_FILE: "+path+": holds keys and can be read by every user of this machine; run chmod 600 on it")
}

// Made-up numbers never go to a bucket: the demo does not even read the file.
func TestDemoIgnoresTheBucket(t *testing.T) {
	t.Parallel()
	c, warnings, err := readDemo(environmentOf(map[string]string{"WXAPP_ARCHIVE_CONFIG_FILE": "absent.yaml"}))
	if err != nil || len(warnings) != 1 || !strings.Contains(warnings[0], "WXAPP_ARCHIVE_CONFIG_FILE: is ignored") {
		t.Fatalf("error %v, warnings %q", err, warnings)
	}
	if !c.Archive.None() {
		t.Errorf("archive %+v", c.Archive)
	}
}

// The file of the bucket can be read again, with other keys, and a reload notices that it has
// changed. A mistake in it shows no key.
func TestBucketFileIsReadAgain(t *testing.T) {
	path := bucketFile(t, 0o600)
	settings := environmentOf(withAccount(map[string]string{"WXAPP_ARCHIVE_CONFIG_FILE": path}))
	c, _, err := read(settings)
	if err != nil {
		t.Fatal(err)
	}
	if !c.Files.Equal(c.Files.ReadAgain()) {
		t.Error("the file has changed before it did")
	}
	for _, test := range []struct{ content, want string }{
		{strings.ReplaceAll(bucketYAML, hushWord, "another"), ""},
		{bucketYAML + "nonsense: " + hushWord, path + ":3: "},
		{"", path + ": is empty"},
	} {
		if err := os.WriteFile(path, []byte(test.content), 0o600); err != nil {
			t.Fatal(err)
		}
		if c.Files.Equal(c.Files.ReadAgain()) {
			t.Errorf("%q: no change is seen", test.content)
		}
		content, err := ReadObjectStorage(c.Archive.File)
		if test.want == "" {
			if err != nil || string(content) != test.content {
				t.Errorf("read %q, %v", content, err)
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), hushWord) {
			t.Errorf("%q: %v, want %q in it", test.content, err, test.want)
		}
	}
}
