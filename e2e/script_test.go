package e2e

import (
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// Each file of testdata/script is one story of the command line: settings, what is
// run, and what it prints. With UPDATE_GOLDEN=1 the expected output is updated.
func TestScripts(t *testing.T) {
	built(t, buildExporter)
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		UpdateScripts:       os.Getenv("UPDATE_GOLDEN") != "",
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("PATH", binaries+string(os.PathListSeparator)+env.Getenv("PATH"))
			return nil
		},
	})
}
