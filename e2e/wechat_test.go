package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/e2e/program"
)

const (
	appid  = "wx0123456789abcdef"
	secret = "5ec2e70123456789abcdef0123456789" // the shape of a real one
)

// The calls of WeChat's API that the exporter makes.
const (
	portraitPath    = "/datacube/getweanalysisappiduserportrait"
	stableTokenPath = "/cgi-bin/stable_token"
	quotaPath       = "/cgi-bin/openapi/quota/get"
)

var shanghai = time.FixedZone("Asia/Shanghai", 8*60*60)

// window is a span of days as the API names it: yyyymmdd.
type window struct {
	Begin string `json:"begin_date"`
	End   string `json:"end_date"`
}

// days returns the first moment of the window, the first one after it, and how many
// days lie between.
func (w window) days(t *testing.T) (begin, end time.Time, n int) {
	t.Helper()
	begin, err := time.ParseInLocation("20060102", w.Begin, shanghai)
	if err != nil {
		t.Fatal(err)
	}
	last, err := time.ParseInLocation("20060102", w.End, shanghai)
	if err != nil {
		t.Fatal(err)
	}
	end = last.AddDate(0, 0, 1)
	return begin, end, int(end.Sub(begin) / (24 * time.Hour))
}

// windowBetween returns the window between two values of
// wxapp_data_begin_timestamp_seconds and wxapp_data_end_timestamp_seconds.
func windowBetween(begin, end float64) window {
	return window{
		Begin: time.Unix(int64(begin), 0).In(shanghai).Format("20060102"),
		End:   time.Unix(int64(end), 0).In(shanghai).AddDate(0, 0, -1).Format("20060102"),
	}
}

// documentedWeChat gives to every call the answer that WeChat's documentation shows,
// and keeps the windows that it was asked for.
type documentedWeChat struct {
	mu      sync.Mutex
	windows []window
}

func (d *documentedWeChat) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	answer := map[string]string{
		portraitPath:    "portrait-documented.json",
		stableTokenPath: "stable-token-documented.json",
		quotaPath:       "quota-documented.json",
	}[r.URL.Path]
	if r.URL.Path == portraitPath {
		var asked window
		if err := json.NewDecoder(r.Body).Decode(&asked); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		d.mu.Lock()
		d.windows = append(d.windows, asked)
		d.mu.Unlock()
	}
	http.ServeFile(w, r, filepath.Join("testdata", answer))
}

// asked returns the last window asked for, by its number of days.
func (d *documentedWeChat) asked(t *testing.T) map[int]window {
	d.mu.Lock()
	defer d.mu.Unlock()
	last := map[int]window{}
	for _, asked := range d.windows {
		_, _, n := asked.days(t)
		last[n] = asked
	}
	return last
}

// token asks an API for an access token.
func token(t *testing.T, api, appid string) string {
	t.Helper()
	_, body := program.Ask(t, http.MethodPost, api+stableTokenPath, fmt.Sprintf(
		`{"grant_type":"client_credential","appid":%q,"secret":%q,"force_refresh":false}`, appid, secret))
	var answer struct {
		AccessToken string `json:"access_token"`
	}
	if err := json.Unmarshal([]byte(body), &answer); err != nil || answer.AccessToken == "" {
		t.Fatalf("no token: %v: %s", err, body)
	}
	return answer.AccessToken
}

// row names one number of a portrait by the labels that its series has.
type row struct{ metric, dimension, name string }

// portrait asks an API who the users of a window are, without any code of the
// exporter. Of the devices, it returns the 20 with most users.
func portrait(t *testing.T, api, appid string, asked window) map[row]float64 {
	t.Helper()
	_, body := program.Ask(t, http.MethodPost, api+portraitPath+"?access_token="+token(t, api, appid),
		fmt.Sprintf(`{"begin_date":%q,"end_date":%q}`, asked.Begin, asked.End))
	type list []struct {
		Name  string
		Value float64
	}
	type lists struct{ Province, City, Genders, Platforms, Devices, Ages list }
	var answer struct {
		VisitUV    lists `json:"visit_uv"`
		VisitUVNew lists `json:"visit_uv_new"`
	}
	if err := json.Unmarshal([]byte(body), &answer); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	users := map[row]float64{}
	for metric, lists := range map[string]lists{"visit_uv": answer.VisitUV, "visit_uv_new": answer.VisitUVNew} {
		for dimension, list := range map[string]list{
			"province": lists.Province, "city": lists.City, "gender": lists.Genders,
			"platform": lists.Platforms, "device": lists.Devices, "age": lists.Ages,
		} {
			if len(list) == 0 {
				t.Errorf("the simulated WeChat has no %s of %s: %s", metric, dimension, body)
			}
			if dimension == "device" && len(list) > 20 {
				t.Errorf("the simulated WeChat sends %d devices, more than WeChat ever does", len(list))
			}
			for _, item := range list {
				users[row{metric, dimension, item.Name}] += item.Value
			}
		}
	}
	return users
}

// write writes a file into a folder of the test, and returns its path.
func write(t *testing.T, name, content string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}
