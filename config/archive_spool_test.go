package config

import (
	"os"
	"testing"
)

// The spool and the folder of the archive lie apart, wherever links lead.
func TestSpoolLiesApart(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.MkdirAll("archive/in", 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("archive", "link"); err != nil {
		t.Skip(err) // Windows needs a privilege
	}
	const apart = "WXAPP_ARCHIVE_SPOOL: must not be the folder of the archive, nor in it or around it; set it to another folder, on a disk of this machine"
	for _, test := range []struct{ archive, spool, err, warning, want string }{
		{"archive", "", "", "", ""},
		{"archive", "spool", "", "", "spool"},
		{"archive", "archive-spool", "", "", "archive-spool"},
		{"archive", "..spool", "", "", "..spool"},
		{"archive", "archive", apart, "", ""},
		{"archive", "./archive/", apart, "", ""},
		{"archive", "archive/in", apart, "", ""},
		{"archive", "archive/not/yet/there", apart, "", ""},
		{"archive", "link/below", apart, "", ""},
		{"link", "archive/below", apart, "", ""},
		{"archive/in", "archive", apart, "", ""},
		{"archive", "/", apart, "", ""},
		{"archive", `"spool"`, "WXAPP_ARCHIVE_SPOOL: " + inQuotes, "", ""},
		{"", "spool", "", "WXAPP_ARCHIVE_SPOOL: does nothing, because there is no archive; set WXAPP_ARCHIVE or WXAPP_ARCHIVE_CONFIG_FILE", ""},
	} {
		c, warnings, err := read(environmentOf(withAccount(map[string]string{"WXAPP_ARCHIVE": test.archive, "WXAPP_ARCHIVE_SPOOL": test.spool})))
		if (err == nil) != (test.err == "") || err != nil && err.Error() != test.err {
			t.Errorf("%s in %s: %v, want %s", test.spool, test.archive, err, test.err)
		}
		if len(warnings) > 1 || len(warnings) == 1 && warnings[0] != test.warning || len(warnings) == 0 && test.warning != "" {
			t.Errorf("%s in %s warns %q, want %s", test.spool, test.archive, warnings, test.warning)
		}
		if c.Archive.Spool != test.want {
			t.Errorf("%s in %s is %q, want %q", test.spool, test.archive, c.Archive.Spool, test.want)
		}
	}
}

// Real answers never get into the archive of a demo.
func TestDemoIgnoresTheSpool(t *testing.T) {
	t.Parallel()
	c, warnings, err := readDemo(environmentOf(map[string]string{"WXAPP_ARCHIVE": "demo", "WXAPP_ARCHIVE_SPOOL": "spool"}))
	if err != nil || len(warnings) != 1 || c.Archive.Spool != "" {
		t.Errorf("spool %q, warnings %q, error %v", c.Archive.Spool, warnings, err)
	}
}
