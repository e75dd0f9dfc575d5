package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// The files are those that are generated, and no other one is left among them.
func TestGeneratedFilesAreFresh(t *testing.T) {
	known := map[string]bool{}
	for _, generate := range generators() {
		files, err := generate("..")
		if err != nil {
			t.Fatal(err)
		}
		for name, want := range files {
			known[filepath.Join("..", name)] = true
			if got, err := os.ReadFile(filepath.Join("..", name)); err != nil || !bytes.Equal(got, want) {
				t.Errorf("%s is stale (error %v); run make generate", name, err)
			}
		}
	}
	for _, pattern := range []string{"../helm/wxapp-exporter/files/*/*", "../kubernetes/*.yaml"} {
		existing, err := filepath.Glob(pattern)
		if err != nil || len(existing) == 0 {
			t.Fatalf("%d files %s, error %v", len(existing), pattern, err)
		}
		for _, file := range existing {
			if !known[file] {
				t.Errorf("%s is not generated any more; remove it", file)
			}
		}
	}
}
