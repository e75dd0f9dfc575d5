package config

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestInspect(t *testing.T) {
	t.Parallel()
	apps := filepath.Join(t.TempDir(), "apps.yml")
	content := `apps:
  - {appid: wx0000000000000001, secret: ` + testSecret + `}
  - {appid: wx0000000000000002}
  - {appid: "wx 3", secret: ` + testSecret + `}
  - {appid: wx0000000000000001, secret: ` + testSecret + `}
  - {appid: wx0000000000000004, secret: ` + testSecret + `}
`
	if err := os.WriteFile(apps, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	found := inspect(environmentOf(map[string]string{
		"WXAPP_APPS_FILE": apps, "WXAPP_TOP": "device:-1", "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": "ftp://" + hushWord,
		"WXAPP_ARCHIVE": "kept", "WXAPP_SECRT": hushWord,
	}))
	var ids []string
	for _, app := range found.Config.Apps {
		ids = append(ids, app.ID)
	}
	if got := strings.Join(ids, " "); got != "wx0000000000000001 wx0000000000000004" {
		t.Errorf("whole apps: %s", got)
	}
	if len(found.Mistakes) != 5 || len(found.Warnings) == 0 {
		t.Errorf("mistakes %q, warnings %q", found.Mistakes, found.Warnings)
	}
	if found.WrongAPI || found.WrongTokens || found.WrongArchive || !found.WrongPush || found.Config.Archive.Folder != "kept" {
		t.Errorf("%+v", found)
	}
	checkHushed(t, "the inspection", fmt.Sprintf("%+v", found))

	for variable, wrong := range map[string]func(Inspection) bool{
		"WXAPP_API_URL":             func(i Inspection) bool { return i.WrongAPI },
		"WXAPP_TOKEN_ENDPOINT":      func(i Inspection) bool { return i.WrongTokens },
		"WXAPP_ARCHIVE_CONFIG_FILE": func(i Inspection) bool { return i.WrongArchive },
	} {
		if found := inspect(environmentOf(withAccount(map[string]string{variable: "/nonsense"}))); !wrong(found) || len(found.Config.Apps) == 0 {
			t.Errorf("%s: %+v", variable, found)
		}
	}

	right := environmentOf(withAccount(nil))
	found = inspect(right)
	read, _, err := read(right)
	if err != nil || len(found.Mistakes) > 0 || fmt.Sprintf("%+v", found.Config) != fmt.Sprintf("%+v", read) {
		t.Errorf("without a mistake: %+v, want %+v, %v", found, read, err)
	}
}
