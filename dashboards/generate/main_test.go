package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// The files in the folder are those that are generated.
func TestGeneratedFilesAreFresh(t *testing.T) {
	files, err := generate()
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range files {
		got, err := os.ReadFile(filepath.Join("..", name))
		if err != nil {
			t.Error(err)
			continue
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s is stale; run go generate in the folder dashboards", name)
		}
	}
	existing, err := filepath.Glob("../*.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range existing {
		if files[filepath.Base(file)] == nil {
			t.Errorf("%s is not generated any more; remove it", file)
		}
	}
}
