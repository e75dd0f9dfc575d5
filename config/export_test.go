package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// Names come from whatever can be read of the apps, and mistakes that do not matter to an
// export are none.
func TestReadExport(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "apps.yaml")
	apps := "apps:\n- {appid: wxb, name: B, secret_file: /does/not/exist}\n- {appid: wxc}\n"
	if err := os.WriteFile(file, []byte(apps), 0o600); err != nil {
		t.Fatal(err)
	}
	c, warnings, err := readExport(environmentOf(map[string]string{
		"WXAPP_APPID": "wxa", "WXAPP_APP_NAME": "A", "WXAPP_SECRET": "", "WXAPP_APPS_FILE": file, "WXAPP_API_URL": "nonsense",
		"WXAPP_PUBLISH_HOUR": "99", "WXAPP_ARCHIVE": "kept", "WXAPP_LOCATION_INFO": "false", "WXAPP_TOPP": hushWord,
	}))
	if err != nil || c.Archive.Folder != "kept" || c.LocationInfo || len(wechat.Ranges(c.Datasets)) != 3 || c.MaxAge <= 0 {
		t.Errorf("%+v, %v", c, err)
	}
	var names []string
	for _, app := range c.Apps {
		names = append(names, app.ID+"="+app.Name)
	}
	if got, want := strings.Join(names, " "), "wxa=A wxb=B wxc=wxc"; got != want {
		t.Errorf("apps %s, want %s", got, want)
	}
	if got, want := strings.Join(warnings, "\n"), "WXAPP_TOPP: is unknown and ignored; did you mean WXAPP_TOP?"; got != want {
		t.Errorf("warnings %s, want %s", got, want)
	}

	wrong := environmentOf(map[string]string{"WXAPP_RANGES": "2d", "WXAPP_MAX_AGE": "7d"})
	if _, _, err := readExport(wrong); err == nil || !strings.Contains(err.Error(), "WXAPP_RANGES: ") || !strings.Contains(err.Error(), "WXAPP_MAX_AGE: ") {
		t.Errorf("error %v", err)
	}
}
