package e2e

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/wxapp-exporter/wxapp_exporter/e2e/program"
	"github.com/wxapp-exporter/wxapp_exporter/wechat/wechattest"
)

// Each file of testdata/script is one story of the command line: settings, what is
// run, and what it prints. With UPDATE_GOLDEN=1 the expected output is updated.
//
// Beside the usual commands, a script has these:
//
//	serve NAME=VALUE …               runs the exporter with these settings only, until the script ends
//	get STATUS [HOST]PATH [PATTERN]  asks it until its answer has the status and matches, and prints that
//	eventually COMMAND …             repeats a program until it succeeds, or with ! until it fails
//
// $WECHAT is the address of a simulated WeChat: the secret of wx00000000000000ff is
// "the right one", and nothing about wx00000000000000aa is ever answered.
func TestScripts(t *testing.T) {
	program.Built(t, buildExporter)
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		UpdateScripts:       os.Getenv("UPDATE_GOLDEN") != "",
		RequireExplicitExec: true,
		Cmds: map[string]func(ts *testscript.TestScript, negated bool, args []string){
			"serve":      serve,
			"get":        getPage,
			"eventually": repeat,
		},
		Setup: func(env *testscript.Env) error {
			env.Setenv("PATH", program.Folder+string(os.PathListSeparator)+env.Getenv("PATH"))
			wechat := &wechattest.Server{Apps: map[string]wechattest.App{
				appid:                {},
				"wx00000000000000a1": {},
				"wx00000000000000a2": {},
				"wx00000000000000a3": {},
				"wx00000000000000aa": {},
				"wx00000000000000ff": {Secret: "the right one"},
			}}
			wechat.Fail(wechattest.Hang().For("wx00000000000000aa"))
			api := httptest.NewServer(wechat)
			env.Defer(api.Close)
			env.Setenv("WECHAT", api.URL)
			env.Vars = append(env.Vars, "GORACE=atexit_sleep_ms=0", program.Patient)
			return nil
		},
	})
}

// repeat runs a program until it succeeds, or until it fails.
func repeat(ts *testscript.TestScript, negated bool, command []string) {
	within(ts, strings.Join(command, " "), func() bool {
		return (ts.Exec(command[0], command[1:]...) == nil) != negated
	})
}

func serve(ts *testscript.TestScript, negated bool, settings []string) {
	if negated {
		ts.Fatalf("unsupported: ! serve")
	}
	command := exec.Command(filepath.Join(program.Folder, "wxapp_exporter")) //nolint:noctx // stopped by a signal
	command.Dir = ts.Getenv("WORK")
	command.Env = append([]string{"WXAPP_LISTEN_ADDRESS=127.0.0.1:0", program.Patient}, settings...)
	var log program.Output
	command.Stdout, command.Stderr = &log, &log
	ts.Check(command.Start())
	ended := make(chan error, 1)
	go func() { ended <- command.Wait() }()
	ts.Defer(func() {
		_ = command.Process.Signal(syscall.SIGTERM)
		if err := <-ended; err != nil {
			ts.Fatalf("the exporter: %v\n%s", err, &log)
		}
	})
	within(ts, "the exporter listens", func() bool {
		select {
		case err := <-ended:
			ended <- err
			ts.Fatalf("the exporter ended: %v\n%s", err, &log)
		default:
		}
		match := program.Listening.FindStringSubmatch(log.String())
		if match != nil {
			ts.Setenv("URL", "http://"+match[1])
		}
		return match != nil
	})
}

func getPage(ts *testscript.TestScript, negated bool, args []string) {
	if negated || len(args) < 2 || len(args) > 3 {
		ts.Fatalf("usage: get STATUS [HOST]PATH [PATTERN]")
	}
	host, path, _ := strings.Cut(args[1], "/")
	request, err := http.NewRequest(http.MethodGet, ts.Getenv("URL")+"/"+path, http.NoBody) //nolint:noctx // a script has none
	ts.Check(err)
	request.Host = host // of the address, if it is empty
	pattern, err := regexp.Compile("(?m)" + strings.Join(args[2:], ""))
	ts.Check(err)
	within(ts, strings.Join(args, " "), func() bool {
		response, err := http.DefaultClient.Do(request)
		ts.Check(err)
		body, err := io.ReadAll(response.Body)
		_ = response.Body.Close()
		ts.Check(err)
		if strconv.Itoa(response.StatusCode) != args[0] || !pattern.Match(body) {
			return false
		}
		if n := len(body); n > 0 && body[n-1] != '\n' {
			body = append(body, '\n')
		}
		_, _ = fmt.Fprintf(ts.Stdout(), "%s", body)
		return true
	})
}

// within waits until a condition of a script holds.
func within(ts *testscript.TestScript, condition string, holds func() bool) {
	for deadline := time.Now().Add(program.Patience); !holds(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			ts.Fatalf("did not happen within %s: %s", program.Patience, condition)
		}
	}
}
