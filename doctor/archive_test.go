package doctor_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/wxapp-exporter/wxapp_exporter/archive"
	"github.com/wxapp-exporter/wxapp_exporter/config"
	"github.com/wxapp-exporter/wxapp_exporter/doctor"
)

func TestArchive(t *testing.T) {
	write := func(content string) func(*testing.T, string) {
		return func(t *testing.T, folder string) {
			if err := errors.Join(os.Mkdir(folder, 0o750), os.WriteFile(filepath.Join(folder, "archive.json"), []byte(content), 0o600)); err != nil {
				t.Fatal(err)
			}
		}
	}
	tests := map[string]struct {
		prepare       func(*testing.T, string)
		status        doctor.Status
		cause, remedy string
	}{
		"missing":       {func(*testing.T, string) {}, doctor.OK, "will be created on first start", ""},
		"good":          {write(`{"version":2}`), doctor.OK, "readable and writable", ""},
		"later version": {write(`{"version":99}`), doctor.Failure, "later version", "run that later version"},
		"of a demo":     {write(`{"version":2,"demo":true}`), doctor.Failure, "made-up numbers", "set another location in WXAPP_ARCHIVE"},
		"torn archive.json": {func(t *testing.T, folder string) {
			write(`{"version":2,"demo":tru`)(t, folder)
			if err := os.Mkdir(filepath.Join(folder, "wx0123456789abcdef"), 0o750); err != nil {
				t.Fatal(err)
			}
		}, doctor.Failure, "archive.json is damaged", `write {"version":2} into archive.json`},
		"a file": {func(t *testing.T, folder string) {
			if err := os.WriteFile(folder, nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}, doctor.Failure, "not a", "check this folder"},
		"below a file": {func(t *testing.T, folder string) {
			if err := os.Remove(filepath.Dir(folder)); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Dir(folder), nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}, doctor.Failure, "not a", "check this folder"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			folder := filepath.Join(t.TempDir(), "below", "data")
			if err := os.Mkdir(filepath.Dir(folder), 0o750); err != nil {
				t.Fatal(err)
			}
			test.prepare(t, folder)
			p := healthy(t)
			p.settings().Archive.Folder = folder
			step := found(t, p.examine(t), "archive")
			if step.Status != test.status || !strings.Contains(step.Cause.English, test.cause) || !strings.Contains(step.Remedy.English, test.remedy) {
				t.Errorf("%+v", step)
			}
			if _, err := os.Stat(filepath.Join(folder, "doctor-probe")); err == nil {
				t.Error("the probe is still there")
			}
		})
	}
}

func TestNoArchive(t *testing.T) {
	p := healthy(t)
	p.settings().Archive.Folder = ""
	steps := p.examine(t)
	step := found(t, steps, "archive")
	if step.Status != doctor.Warning || step.Remedy.English != "set WXAPP_ARCHIVE to a folder" {
		t.Errorf("%+v", step)
	}
	if got := doctor.Judge(steps); got != (doctor.Verdict{Status: doctor.Warning}) {
		t.Errorf("%+v", got)
	}
}

// hanging is a bucket on a file system that does not answer.
type hanging struct {
	archive.Bucket
	never chan struct{}
}

func (h hanging) Get(context.Context, string) ([]byte, error) {
	<-h.never
	return nil, errors.New("too late")
}

// TestHangingArchive holds that a bucket that hangs is told, and in less than ten seconds.
func TestHangingArchive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		never := make(chan struct{})
		defer close(never)
		p := &patient{options: doctor.Options{
			Settings: config.Inspection{WrongAPI: true, Config: config.Config{Archive: config.Archive{Folder: "data", Setting: "WXAPP_ARCHIVE"}}},
			Bucket:   hanging{archive.Folder{}, never},
		}}
		step := found(t, p.examine(t), "archive")
		if step.Status != doctor.Failure || !strings.Contains(step.Cause.English, "no answer within 8s") || step.Duration.Seconds() != 8 {
			t.Errorf("%+v", step)
		}
	})
}

// failing is a bucket that fails.
type failing struct {
	archive.Bucket
	err error
}

func (f failing) Get(context.Context, string) ([]byte, error) { return nil, f.err }

// What is wrong with a bucket has a remedy of its own.
func TestRemediesOfBuckets(t *testing.T) {
	for _, test := range []struct {
		err    error
		remedy string
	}{
		{archive.ErrDenied, "check the keys in the file and what they are allowed to do"},
		{archive.ErrAltered, "use https: remove insecure: true from the file"},
		{archive.ErrLayout, `write {"version":2} into archive.json`},
		{errors.New("it is away"), "check the bucket, its keys and permissions, and the network"},
	} {
		p := &patient{options: doctor.Options{
			Settings: config.Inspection{WrongAPI: true, Config: config.Config{Archive: config.Archive{ObjectStorage: "type: S3", Setting: "WXAPP_ARCHIVE_CONFIG_FILE"}}},
			Bucket:   failing{err: test.err},
		}}
		if step := found(t, p.examine(t), "archive"); step.Status != doctor.Failure || !strings.Contains(step.Remedy.English, test.remedy) {
			t.Errorf("%v: %+v", test.err, step)
		}
	}
}
