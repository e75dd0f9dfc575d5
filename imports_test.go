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

// level returns the level of a folder of the module. A package imports only what is on
// lower levels: nothing upward, nothing sideways. So what shows the Store (exposition, otlp,
// web) cannot import the poller, which may block and fail; this holds for tests, too.
func level(folder string) (height int, ok bool) {
	switch folder {
	case ".", "systemtest":
		return 7, true
	case "demo":
		return 6, true
	case "doctor", "export", "backfill", "reload":
		return 5, true
	case "archive", "config":
		return 4, true
	case "poller", "collector/exposition", "collector/otlp", "web":
		return 3, true
	case "arguments", "collector", "progress":
		return 2, true
	case "shards", "wechat":
		return 1, true
	case "accept", "files", "stop", "text", simulator:
		return 0, true
	}
	return 0, false
}

// beside holds what the lowest levels may import beside the standard library.
var beside = map[string][]string{
	"files": {"github.com/google/renameio/v2", "golang.org/x/sys/windows"},
}

// simulator is the folder of the simulated WeChat, which is for tests and the demo.
const simulator = "wechat/wechattest"

// testHelpers holds the packages that are for tests only, and what each may import. They
// belong to the package in whose folder they are: its tests may import them, and those of
// all packages on higher levels.
var testHelpers = map[string][]string{
	"collector/collectortest": {"collector", "wechat", simulator},
	"poller/pollertest":       {"poller", "collector", "collector/collectortest", "wechat", simulator},
}

// mayImport returns why a file may not import a folder of the module, or an empty string.
func mayImport(name, target string) (reason string) {
	folder, test := path.Dir(name), strings.HasSuffix(name, "_test.go")
	_, helping := testHelpers[folder]
	height, _ := level(folder)
	below, known := level(target)
	_, helper := testHelpers[target]
	switch {
	case test && target == folder: // package x_test imports x
		return ""
	case target == simulator:
		if !test && !helping && folder != "demo" {
			return "only tests, their helpers and demo/ do"
		}
	case helping:
		if !slices.Contains(testHelpers[folder], target) {
			return "it is not in the list of testHelpers"
		}
	case helper && !test:
		return "only tests do"
	case helper:
		owner := path.Dir(target)
		if below, _ := level(owner); folder != owner && below >= height {
			return "imports go downward only"
		}
	case !known || below >= height:
		return "imports go downward only"
	}
	return ""
}

// forbidden holds, by import path, the names that change or use state of the whole
// process, which all packages share.
var forbidden = map[string][]string{
	"expvar":                 {"Publish", "NewInt", "NewFloat", "NewMap", "NewString"},
	"flag":                   {"CommandLine", "Parse", "String", "Bool", "Int", "Duration"},
	"github.com/spf13/pflag": {"CommandLine", "Parse", "String", "Bool", "Int", "Duration"},
	"net/http":               {"DefaultServeMux", "Handle", "HandleFunc", "ListenAndServe", "ListenAndServeTLS"},
	"github.com/prometheus/client_golang/prometheus": {
		"DefaultRegisterer", "DefaultGatherer", "MustRegister", "Register", "Unregister",
	},
	"github.com/prometheus/client_golang/prometheus/promhttp": {"Handler"},
	"google.golang.org/grpc/encoding/gzip":                    {"SetLevel"},
	"github.com/prometheus/client_golang/prometheus/promauto": {
		"NewCounter", "NewCounterVec", "NewCounterFunc", "NewGauge", "NewGaugeVec", "NewGaugeFunc",
		"NewHistogram", "NewHistogramVec", "NewSummary", "NewSummaryVec",
	},
}

// forbiddenInLibraries holds the names that only package main may use: libraries return
// errors, do not exit and do not log to a logger that nobody passed to them.
var forbiddenInLibraries = map[string][]string{
	"os":       {"Exit", "Args"},
	"log":      {"Print", "Printf", "Println", "Fatal", "Fatalf", "Fatalln", "Panic", "Panicf", "Panicln"},
	"log/slog": {"Default", "SetDefault", "Debug", "Info", "Warn", "Error"},
	// gRPC takes compressors from a registry only, so main registers one.
	"google.golang.org/grpc/encoding": {"RegisterCompressor"},
}

// violations returns how a Go file violates the rules of imports and of global state. Its
// name is relative to the root of the module.
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
	height, known := level(folder)
	if _, helping := testHelpers[folder]; helping {
		height, known = 2, true
	}
	if !known {
		report(file.Package, "folder %s has no level: give it one in level()", folder)
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

		if target, own := strings.CutPrefix(imported, module+"/"); own {
			if reason := mayImport(name, target); reason != "" {
				report(spec.Pos(), "%s does not import %s: %s", name, target, reason)
			}
			continue
		}
		if first, _, _ := strings.Cut(imported, "/"); height <= 1 && strings.Contains(first, ".") && !slices.Contains(beside[folder], imported) {
			report(spec.Pos(), "%s needs the standard library only, not %s", folder, imported)
		}
		if height <= 1 && !test && (imported == "log" || imported == "log/slog") {
			report(spec.Pos(), "%s does not log", folder)
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
		t.Errorf("only %d files were checked", files)
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
		{"main.go", `import _ ` + own + `/doctor"`, ""},
		{"doctor/a.go", `import _ ` + own + `/config"`, ""},
		{"doctor/a.go", `import _ ` + own + `/export"`, "downward only"},
		{"reload/a.go", `import _ ` + own + `/poller"`, ""},
		{"poller/a.go", `import _ ` + own + `/reload"`, "downward only"},
		{"config/a.go", `import _ ` + own + `/collector/otlp"`, ""},
		{"config/a.go", `import _ ` + own + `/archive"`, "downward only"},
		{"archive/a.go", `import _ ` + own + `/poller"`, ""},
		{"archive/a.go", `import _ ` + own + `/backfill"`, "downward only"},
		{"export/a.go", `import _ ` + own + `/backfill"`, "downward only"},
		{"export/a_test.go", `import _ ` + own + `/demo"`, "downward only"},
		{"poller/a.go", `import _ ` + own + `/collector"`, ""},
		{"poller/a.go", `import _ ` + own + `/archive"`, "downward only"},
		{"poller/a.go", `import _ ` + own + `/web"`, "downward only"},
		{"collector/a.go", `import _ ` + own + `/collector/otlp"`, "downward only"},
		{"collector/a_test.go", `import _ ` + own + `/collector"`, ""},
		{"collector/otlp/a.go", `import _ ` + own + `/collector"`, ""},
		{"collector/otlp/a.go", `import _ ` + own + `/collector/exposition"`, "downward only"},
		{"wechat/a.go", `import _ ` + own + `/collector"`, "downward only"},
		{"wechat/a.go", `import _ ` + own + `/text"`, ""},
		{"text/a.go", `import _ ` + own + `/wechat"`, "downward only"},
		{"wechat/a.go", `import _ ` + own + `/files"`, ""},
		{"files/a.go", `import _ "github.com/google/renameio/v2"`, ""},
		{"files/a.go", `import _ "gopkg.in/yaml.v3"`, "standard library only"},
		{"web/a.go", `import _ ` + own + `/unheard"`, "downward only"},

		// Nothing right of the Store imports the poller.
		{"collector/a.go", `import _ ` + own + `/poller"`, "downward only"},
		{"collector/a_test.go", `import _ ` + own + `/poller"`, "downward only"},
		{"collector/exposition/a.go", `import _ ` + own + `/poller"`, "downward only"},
		{"collector/exposition/a_test.go", `import _ ` + own + `/poller"`, "downward only"},
		{"collector/exposition/a_test.go", `import _ ` + own + `/poller/pollertest"`, "downward only"},
		{"collector/otlp/a.go", `import _ ` + own + `/poller"`, "downward only"},
		{"collector/otlp/a_test.go", `import _ ` + own + `/poller"`, "downward only"},
		{"collector/otlp/a_test.go", `import _ ` + own + `/poller/pollertest"`, "downward only"},
		{"web/a.go", `import _ ` + own + `/poller"`, "downward only"},
		{"web/a_test.go", `import _ ` + own + `/poller"`, "downward only"},
		{"web/a_test.go", `import _ ` + own + `/poller/pollertest"`, "downward only"},
		{"collector/collectortest/a.go", `import _ ` + own + `/poller"`, "list of testHelpers"},
		{"collector/collectortest/a_test.go", `import _ ` + own + `/poller"`, "list of testHelpers"},

		// The simulated WeChat and the helpers are for tests.
		{"systemtest/a_test.go", `import _ ` + own + `/archive"`, ""},
		{"systemtest/a_test.go", `import _ ` + own + `/wechat/wechattest"`, ""},
		{"demo/a.go", `import _ ` + own + `/wechat/wechattest"`, ""},
		{"demo.go", `import _ ` + own + `/wechat/wechattest"`, "only tests"},
		{"collector/a.go", `import _ ` + own + `/wechat/wechattest"`, "only tests"},
		{"poller/demo.go", `import _ ` + own + `/wechat/wechattest"`, "only tests"},
		{"export/a.go", `import _ ` + own + `/wechat/wechattest"`, "only tests"},
		{"collector/a_test.go", `import _ ` + own + `/wechat/wechattest"`, ""},
		{"collector/collectortest/a.go", `import _ ` + own + `/wechat/wechattest"`, ""},
		{"poller/pollertest/a.go", `import _ ` + own + `/wechat/wechattest"`, ""},
		{"collector/collectortest/a.go", `import _ ` + own + `/collector"`, ""},
		{"collector/collectortest/a.go", `import _ ` + own + `/web"`, "list of testHelpers"},
		{"poller/pollertest/a.go", `import _ ` + own + `/poller"`, ""},
		{"poller/pollertest/a.go", `import _ ` + own + `/archive"`, "list of testHelpers"},
		{"collector/a_test.go", `import _ ` + own + `/collector/collectortest"`, ""},
		{"web/a_test.go", `import _ ` + own + `/collector/collectortest"`, ""},
		{"poller/a_test.go", `import _ ` + own + `/collector/collectortest"`, ""},
		{"poller/a_test.go", `import _ ` + own + `/poller/pollertest"`, ""},
		{"archive/a_test.go", `import _ ` + own + `/poller/pollertest"`, ""},
		{"main_test.go", `import _ ` + own + `/poller/pollertest"`, ""},
		{"wechat/a_test.go", `import _ ` + own + `/collector/collectortest"`, "downward only"},
		{"web/a.go", `import _ ` + own + `/collector/collectortest"`, "only tests"},
		{"demo/a.go", `import _ ` + own + `/collector/collectortest"`, "only tests"},
		{"demo/a.go", `import _ ` + own + `/poller/pollertest"`, "only tests"},

		{"wechat/a.go", `import _ "gopkg.in/yaml.v3"`, "standard library only"},
		{"wechat/a.go", `import _ "log/slog"`, "does not log"},
		{"wechat/wechattest/a.go", `import _ ` + own + `/wechat"`, "downward only"},
		{"util/a.go", ``, "has no level"},
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
		{"main.go", `import "google.golang.org/grpc/encoding"; var _ = encoding.RegisterCompressor`, ""},
		{"collector/otlp/a.go", `import "google.golang.org/grpc/encoding"; var _ = encoding.RegisterCompressor`, "package main only"},
		{"main.go", `import "google.golang.org/grpc/encoding/gzip"; var _ = gzip.SetLevel`, "whole process"},
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

// Package main is wiring and the help of each command: what one does is in a package of its
// own.
func TestMainIsWiring(t *testing.T) {
	const most = 1000
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	lines := 0
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		lines += strings.Count(string(content), "\n")
	}
	if lines >= most {
		t.Errorf("package main has %d lines; move what is not wiring into packages, until it has less than %d", lines, most)
	}
}
