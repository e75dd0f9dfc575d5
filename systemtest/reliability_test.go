package systemtest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// faultTables are the functions with the tables of faults, by the tests that run them.
var faultTables = map[string]string{"TestNetworkFaults": "networkFaults", "TestThousandApps": "appFaults"}

// namedTest matches a test, with or without a fault of its table, in a table of a document.
var namedTest = regexp.MustCompile("`(Test[A-Za-z0-9]+)(?:/([^`]+))?`")

// TestReliabilityDocuments holds that the tests that docs/reliability.md names exist, and
// that it has every fault of their tables.
func TestReliabilityDocuments(t *testing.T) {
	tests, faults := testsAndFaults(t)
	for test, table := range faultTables {
		if len(faults[table]) < 10 || !slices.Contains(tests, test) {
			t.Errorf("%d faults of %s are found", len(faults[table]), test)
		}
	}
	for _, file := range []string{"../docs/reliability.md", "../docs/reliability.zh-CN.md"} {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		named := map[string]bool{}
		for line := range strings.Lines(string(content)) {
			if !strings.HasPrefix(line, "|") {
				continue
			}
			for _, match := range namedTest.FindAllStringSubmatch(line, -1) {
				test, fault := match[1], match[2]
				named[test+"/"+fault] = true
				if !slices.Contains(tests, test) {
					t.Errorf("%s: there is no test %s", file, test)
				}
				if fault != "" && !slices.Contains(faults[faultTables[test]], fault) {
					t.Errorf("%s: %s has no fault %q", file, test, fault)
				}
			}
		}
		for test, table := range faultTables {
			for _, fault := range faults[table] {
				if !named[test+"/"+fault] {
					t.Errorf("%s lacks `%s/%s`", file, test, fault)
				}
			}
		}
	}
}

// testsAndFaults returns the names of all tests of this repository, and those of the faults
// in the tables, by the function that returns the table.
func testsAndFaults(t *testing.T) (tests []string, faults map[string][]string) {
	t.Helper()
	faults = map[string][]string{}
	err := filepath.WalkDir("..", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, declaration := range file.Decls {
			function, ok := declaration.(*ast.FuncDecl)
			if !ok {
				continue
			}
			tests = append(tests, function.Name.Name)
			for _, table := range faultTables {
				if function.Name.Name == table {
					faults[table] = faultNames(function)
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return tests, faults
}

// faultNames returns the keys of a map, or the values of the field name, in a function.
func faultNames(function *ast.FuncDecl) (names []string) {
	ast.Inspect(function, func(node ast.Node) bool {
		pair, ok := node.(*ast.KeyValueExpr)
		if !ok {
			return true
		}
		literal, _ := pair.Key.(*ast.BasicLit)
		if key, ok := pair.Key.(*ast.Ident); ok && key.Name == "name" {
			literal, _ = pair.Value.(*ast.BasicLit)
		}
		if literal != nil && literal.Kind == token.STRING {
			if name, err := strconv.Unquote(literal.Value); err == nil {
				names = append(names, name)
			}
		}
		return true
	})
	return names
}
