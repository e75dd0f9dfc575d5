package archive_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/wxapp-exporter/wxapp_exporter/archive"
)

// bucketOf is a bucket that cannot remove what it keeps.
type bucketOf struct {
	archive.Bucket
	altered bool // it does not give back what was written
}

func (b bucketOf) Get(ctx context.Context, key string) ([]byte, error) {
	content, err := b.Bucket.Get(ctx, key)
	if b.altered && err == nil {
		content = content[1:]
	}
	return content, err
}

func TestProbe(t *testing.T) {
	kept, path := inFolder(t)
	probe := filepath.Join(path, "doctor-probe")
	if err := kept.Probe(t.Context()); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(probe); err == nil {
		t.Error("the folder still has the probe")
	}

	bucket := archive.Archive{Bucket: bucketOf{Bucket: kept.Bucket}}
	for range 2 { // one is there from the first time
		if err := bucket.Probe(t.Context()); err != nil {
			t.Error(err)
		}
	}
	if info, err := os.Stat(probe); err != nil || info.Size() != 16<<10 {
		t.Errorf("the bucket has no probe of 16 KiB: %v, %v", info, err)
	}
	if apps, err := kept.Apps(t.Context()); err != nil || len(apps) != 0 {
		t.Errorf("the probe is taken for an app: %q, %v", apps, err)
	}

	damaged := archive.Archive{Bucket: bucketOf{kept.Bucket, true}}
	if err := damaged.Probe(t.Context()); err == nil {
		t.Error("a bucket that alters what it keeps is taken for good")
	}
	demo := archive.Archive{Bucket: archive.Folder{Path: t.TempDir()}, Demo: true}
	if err := demo.Prepare(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := (archive.Archive{Bucket: demo.Bucket}).Probe(t.Context()); !errors.Is(err, archive.ErrDemo) {
		t.Errorf("a demo's archive: %v", err)
	}
}

func TestMakeable(t *testing.T) {
	folder := t.TempDir()
	file := filepath.Join(folder, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]bool{
		folder:                          false,
		filepath.Join(folder, "a", "b"): true,
		filepath.Join(file, "a"):        false, // reading it tells what is wrong
	} {
		missing, err := archive.Folder{Path: path}.Makeable()
		if missing != want || err != nil {
			t.Errorf("%s: %v, %v", path, missing, err)
		}
	}
	if os.Geteuid() == 0 {
		t.Skip("root may write to every folder")
	}
	if err := os.Chmod(folder, 0o500); err != nil {
		t.Fatal(err)
	}
	if missing, err := (archive.Folder{Path: filepath.Join(folder, "a")}).Makeable(); !missing || !errors.Is(err, os.ErrPermission) {
		t.Errorf("in a folder that cannot be written: %v, %v", missing, err)
	}
}
