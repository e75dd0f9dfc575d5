package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/wxapp-exporter/wxapp_exporter"

// layer returns how high a folder of the module stands. A package imports only
// what stands lower: nothing upward, nothing sideways.
func layer(folder string) (height int, ok bool) {
	switch {
	case folder == ".":
		return 6, true
	case folder == "config":
		return 4, true
	case folder == "web", folder == "archive", strings.HasPrefix(folder, "collector/"):
		return 3, true
	case folder == "collector":
		return 2, true
	case folder == "wechat":
		return 1, true
	case folder == "wechat/wechattest":
		return 0, true
	}
	return 0, false
}

// forbidden holds, by import path, the names that reach for state of the whole
// process: what one package does with them, every other one feels.
var forbidden = map[string][]string{
	"expvar":   {"Publish", "NewInt", "NewFloat", "NewMap", "NewString"},
	"flag":     {"CommandLine", "Parse", "String", "Bool", "Int", "Duration"},
	"net/http": {"DefaultServeMux", "Handle", "HandleFunc", "ListenAndServe", "ListenAndServeTLS"},
	"github.com/prometheus/client_golang/prometheus": {
		"DefaultRegisterer", "DefaultGatherer", "MustRegister", "Register", "Unregister",
	},
	"github.com/prometheus/client_golang/prometheus/promhttp": {"Handler"},
	"github.com/prometheus/client_golang/prometheus/promauto": {
		"NewCounter", "NewCounterVec", "NewCounterFunc", "NewGauge", "NewGaugeVec", "NewGaugeFunc",
		"NewHistogram", "NewHistogramVec", "NewSummary", "NewSummaryVec",
	},
}

// forbiddenInLibraries holds the names that only package main may use: libraries
// return errors, they do not exit and do not log to a logger that nobody gave them.
var forbiddenInLibraries = map[string][]string{
	"os":       {"Exit", "Args"},
	"log":      {"Print", "Printf", "Println", "Fatal", "Fatalf", "Fatalln", "Panic", "Panicf", "Panicln"},
	"log/slog": {"Default", "SetDefault", "Debug", "Info", "Warn", "Error"},
}

// violations returns what the Go file name, a path relative to the module's root,
// does against the rules of imports and of global state.
func violations(name string, src any) ([]string, error) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, name, src, 0)
	if err != nil {
		return nil, err
	}
	var (
		found  []string
		folder = path.Dir(name)
		test   = strings.HasSuffix(name, "_test.go")
		report = func(pos token.Pos, format string, args ...any) {
			found = append(found, fmt.Sprintf("%s: %s", fset.Position(pos), fmt.Sprintf(format, args...)))
		}
	)
	height, ok := layer(folder)
	if !ok {
		report(file.Package, "folder %s has no place in the layers: give it one in layer()", folder)
	}

	packages := map[string]string{} // by the name under which the file knows them
	for _, spec := range file.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return nil, err
		}
		packages[path.Base(imported)] = imported
		if spec.Name != nil {
			packages[spec.Name.Name] = imported
		}

		target, own := strings.CutPrefix(imported, module+"/")
		first, _, _ := strings.Cut(imported, "/")
		below, known := layer(target)
		switch {
		case !own:
			if height <= 1 && strings.Contains(first, ".") {
				report(spec.Pos(), "%s needs the standard library only, not %s", folder, imported)
			}
			if height <= 1 && !test && (imported == "log" || imported == "log/slog") {
				report(spec.Pos(), "%s does not log", folder)
			}
		case target == "wechat/wechattest":
			if !test && name != "demo.go" {
				report(spec.Pos(), "only tests and demo.go import %s", target)
			}
		case test && target == folder: // package x_test imports x
		case !known || below >= height:
			report(spec.Pos(), "%s does not import %s: imports go downward only", folder, target)
		}
	}

	ast.Inspect(file, func(node ast.Node) bool {
		switch node := node.(type) {
		case *ast.FuncDecl:
			if node.Recv == nil && node.Name.Name == "init" {
				report(node.Pos(), "no init functions")
			}
		case *ast.SelectorExpr:
			ident, ok := node.X.(*ast.Ident)
			if !ok {
				break
			}
			imported := packages[ident.Name]
			if slices.Contains(forbidden[imported], node.Sel.Name) {
				report(node.Pos(), "%s.%s is state of the whole process", ident.Name, node.Sel.Name)
			}
			if folder != "." && !test && slices.Contains(forbiddenInLibraries[imported], node.Sel.Name) {
				report(node.Pos(), "%s.%s is for package main only", ident.Name, node.Sel.Name)
			}
		}
		return true
	})
	return found, nil
}

func TestImportsAndGlobalState(t *testing.T) {
	files := 0
	err := filepath.WalkDir(".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir():
			_, other := os.Stat(filepath.Join(name, "go.mod"))
			if name != "." && (other == nil || entry.Name() == "testdata" || strings.HasPrefix(entry.Name(), ".")) {
				return filepath.SkipDir
			}
			return nil
		case filepath.Ext(name) != ".go":
			return nil
		}
		files++
		found, err := violations(filepath.ToSlash(name), nil)
		for _, violation := range found {
			t.Error(violation)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if files < 10 {
		t.Errorf("looked at %d files only", files)
	}
}

func TestViolations(t *testing.T) {
	const (
		own        = `"` + module
		prometheus = `"github.com/prometheus/client_golang/prometheus`
	)
	tests := []struct {
		file, body, want string
	}{
		{"main.go", `import _ ` + own + `/collector"`, ""},
		{"demo.go", `import _ ` + own + `/wechat/wechattest"`, ""},
		{"serve.go", `import _ ` + own + `/wechat/wechattest"`, "only tests and demo.go"},
		{"collector/a.go", `import _ ` + own + `/wechat/wechattest"`, "only tests and demo.go"},
		{"collector/a_test.go", `import _ ` + own + `/wechat/wechattest"`, ""},
		{"collector/a_test.go", `import _ ` + own + `/collector"`, ""},
		{"collector/a.go", `import _ ` + own + `/archive"`, "downward only"},
		{"collector/a.go", `import _ ` + own + `/collector/otlp"`, "downward only"},
		{"collector/otlp/a.go", `import _ ` + own + `/collector"`, ""},
		{"archive/a.go", `import _ ` + own + `/web"`, "downward only"},
		{"config/a.go", `import _ ` + own + `/collector/otlp"`, ""},
		{"collector/otlp/a.go", `import _ ` + own + `/config"`, "downward only"},
		{"web/a.go", `import _ ` + own + `/unheard"`, "downward only"},
		{"wechat/a.go", `import _ ` + own + `/collector"`, "downward only"},
		{"wechat/a.go", `import _ "gopkg.in/yaml.v3"`, "standard library only"},
		{"wechat/a.go", `import _ "log/slog"`, "does not log"},
		{"wechat/wechattest/a.go", `import _ ` + own + `/wechat"`, "downward only"},
		{"util/a.go", ``, "no place in the layers"},
		{"web/a.go", `func init() {}`, "no init"},
		{"web/a.go", `type t int; func (t) init() {}`, ""},
		{"main.go", `import ` + prometheus + `"; var _ = prometheus.DefaultRegisterer`, "whole process"},
		{"main.go", `import p ` + prometheus + `"; var _ = p.MustRegister`, "whole process"},
		{"main.go", `import ` + prometheus + `"; var _ = prometheus.NewRegistry`, ""},
		{"web/a.go", `import ` + prometheus + `/promauto"; var _ = promauto.NewGauge`, "whole process"},
		{"web/a.go", `import ` + prometheus + `/promauto"; var _ = promauto.With`, ""},
		{"web/a.go", `import "net/http"; var _ = http.HandleFunc`, "whole process"},
		{"main.go", `import "os"; var _ = os.Exit`, ""},
		{"web/a.go", `import "os"; var _ = os.Exit`, "package main only"},
		{"web/a.go", `import "log/slog"; var _ = slog.Info`, "package main only"},
	}
	for _, test := range tests {
		found, err := violations(test.file, "package p\n"+test.body)
		if err != nil {
			t.Fatalf("%s: %q: %v", test.file, test.body, err)
		}
		got := strings.Join(found, "\n")
		if test.want == "" && got != "" {
			t.Errorf("%s: %q: got %s, want no violation", test.file, test.body, got)
		}
		if !strings.Contains(got, test.want) {
			t.Errorf("%s: %q: got %q, want %q in it", test.file, test.body, got, test.want)
		}
	}
}
