package main

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/wxapp-exporter/wxapp_exporter/arguments"
)

// completionScript returns the file of the script for a shell.
func completionScript(t *testing.T, shell string) string {
	t.Helper()
	var script bytes.Buffer
	if err := run(t.Context(), []string{"completion", shell}, &script, io.Discard); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "completion."+shell)
	if err := os.WriteFile(file, script.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// Each shell that is here can parse its script.
func TestCompletionScripts(t *testing.T) {
	setEnvironment(t, nil)
	for _, shell := range arguments.Shells() {
		script := completionScript(t, shell)
		if _, err := exec.LookPath(shell); err != nil {
			t.Logf("%s is not here", shell)
			continue
		}
		if out, err := exec.CommandContext(t.Context(), shell, "-n", script).CombinedOutput(); err != nil || len(out) > 0 {
			t.Errorf("%s: %v\n%s", shell, err, out)
		}
	}
}

// Bash completes commands, arguments, folders, and words as they stand between the cursor
// and the line's begin. It takes --name=value for three words.
func TestCompletionOfBash(t *testing.T) {
	setEnvironment(t, nil)
	if _, err := exec.LookPath("bash"); err != nil {
		t.Skip(err)
	}
	script := completionScript(t, "bash")
	folder := t.TempDir()
	if err := os.Mkdir(filepath.Join(folder, "a folder"), 0o750); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		words []string // after the name of the program; the last is being typed
		want  []string
	}{
		{[]string{""}, append(program().Names(), "--version", "--help")},
		{[]string{"he"}, []string{"healthcheck", "help"}},
		{[]string{"--v"}, []string{"--version"}},
		{[]string{"serve", ""}, []string{"--help"}},
		{[]string{"doctor", "--"}, []string{"--app", "--json", "--help"}},
		{[]string{"export", "--l"}, []string{"--label"}},
		{[]string{"export", "--from", ""}, nil},
		{[]string{"export", "--from", "=", "2"}, nil},
		{[]string{"export", "--output", "a"}, []string{"a folder"}},
		{[]string{"export", "--output", "="}, []string{"a folder"}},
		{[]string{"export", "--output", "=", "a"}, []string{"a folder"}},
		{[]string{"completion", ""}, append(arguments.Shells(), "--help")},
		{[]string{"completion", "f"}, []string{"fish"}},
		{[]string{"help", "ba"}, []string{"backfill"}},
		{[]string{"sevre", ""}, nil},
	} {
		const complete = `source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _wxapp_exporter; printf '%s\n' "${COMPREPLY[@]}"`
		command := exec.CommandContext(t.Context(), "bash", append([]string{"-c", complete, "bash", script, "wxapp_exporter"}, test.words...)...)
		command.Dir = folder
		out, err := command.Output()
		if err != nil {
			t.Errorf("%q: %v", test.words, err)
		}
		got := strings.Split(strings.TrimSpace(string(out)), "\n")
		if !slices.Equal(got, append([]string{}, test.want...)) && strings.Join(got, "") != strings.Join(test.want, "") {
			t.Errorf("%q: %q, want %q", test.words, got, test.want)
		}
	}
}
