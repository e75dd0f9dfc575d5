package dashboards

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql"
)

// aChange is the end of a comparison with the past.
var aChange = regexp.MustCompile(` - 1(?:$| or |\) and on \(|, "figure")`)

// The apps of the comparisons: one, and another that differs from it.
const (
	firstApp = "wx0000000000000000"
	otherApp = "wx0000000000000001"
)

// openPair stores 66 days of two apps. What the other one shows at a time is what it would have shown
// at the time that shown returns, or nothing if that is zero.
func openPair(t *testing.T, shown func(at, end time.Time) time.Time) *database {
	t.Helper()
	end := time.Date(2026, 3, 4, 4, 0, 0, 0, time.UTC)
	f := fleet{apps: 2, cities: 3, every: 2 * time.Hour}
	series := f.series()
	var scrapes []scrape
	for at := end.AddDate(0, 0, -66); !at.After(end); at = at.Add(f.every) {
		s := scrape{at: at, families: []*dto.MetricFamily{gauge("wxapp_restoring_apps", 0)}}
		for _, one := range series {
			name, pairs := "", []string(nil)
			one.labels.Range(func(l labels.Label) {
				switch l.Name {
				case "__name__":
					name = l.Value
				case "job", "instance":
				default:
					pairs = append(pairs, l.Name, l.Value)
				}
			})
			as := at
			if one.labels.Get("appid") == otherApp {
				as = shown(at, end)
			}
			if as.IsZero() {
				continue
			}
			value := one.value(as)
			if !strings.HasSuffix(name, "_seconds") || strings.Contains(name, "stay") {
				value *= 100 // enough to be compared
			}
			s.families = append(s.families, gauge(name, value, pairs...))
		}
		scrapes = append(scrapes, s)
	}
	return openTargets(t, scrapes, nil, [2]string{singleJob, "a"})
}

// askApps returns what a query of a panel answers about some apps.
func askApps(t *testing.T, db *database, p panel, query target, apps string) string {
	t.Helper()
	return lines(db.askPanel(t, p, query, strings.ReplaceAll(fill(query.Expr, singleJob, choice{"visit_uv", "1d"}), allApps(), apps)))
}

// An app that has just been added changes no comparison with the past, whatever is compared.
func TestAddedAppIsNoGrowth(t *testing.T) {
	db := openPair(t, func(at, end time.Time) time.Time {
		if at.Before(end) {
			return time.Time{}
		}
		return at
	})
	compared := 0
	for _, d := range inEnglish(readDashboards(t)) {
		for _, p := range d.withQueries() {
			for _, query := range p.Targets {
				if query.Range || !strings.Contains(query.Expr, `"$appid"`) || !aChange.MatchString(query.Expr) {
					continue
				}
				alone, both := askApps(t, db, p, query, firstApp), askApps(t, db, p, query, firstApp+"|"+otherApp)
				if alone == "" {
					t.Errorf("%s: %s: %s answers nothing", d.File, p.Title, query.RefID)
				}
				if compared++; alone != both {
					t.Errorf("%s: %s: %s: with an app that has just been added\n%s\nwithout it\n%s", d.File, p.Title, query.RefID, both, alone)
				}
			}
		}
	}
	if compared < 15 {
		t.Errorf("%d comparisons were found", compared)
	}

	sentence := strings.ReplaceAll(fill(overviewPanels(t)[0].Targets[0].Expr, singleJob, choice{}), allApps(), firstApp+"|"+otherApp)
	if answer := db.ask(t, sentence, false, "").Value.(promql.Vector); len(answer) != 1 || answer[0].F != 1 {
		t.Errorf("weeks that are alike are %v, want as usual", answer)
	}
}

// The verdict on the newest day and the changes below it are about the apps that have that day.
func TestLateAppIsLeftOut(t *testing.T) {
	db := openPair(t, func(at, _ time.Time) time.Time { return at.AddDate(0, 0, -1) })
	for _, p := range overviewPanels(t) {
		if p.Title != "How ${day} went" && p.Title != "Against the same weekday last week" {
			continue
		}
		for _, query := range p.Targets {
			alone, both := askApps(t, db, p, query, firstApp), askApps(t, db, p, query, firstApp+"|"+otherApp)
			if alone == "" || alone != both {
				t.Errorf("%s: %s: with an app that is a day late\n%s\nwithout it\n%s", p.Title, query.RefID, both, alone)
			}
		}
	}
}

// daysBehind returns how many days before the newest day of a time the newest one of an earlier time is,
// when days are published at ten.
func daysBehind(at, newest time.Time) int {
	days := int(dayBegin(newest).Sub(dayBegin(at)).Hours() / 24)
	if at.In(china).Hour() < 10 {
		days++
	}
	return days
}

// A tile below the newest day says so when its number is of another day, or lacks apps.
func TestTilesSayWhatIsLate(t *testing.T) {
	end := time.Date(2026, 3, 10, 6, 0, 0, 0, time.UTC)
	newest := time.Date(2026, 3, 10, 0, 0, 0, 0, china)
	ids := []string{simulatedApps[0].app.ID, simulatedApps[1].app.ID}
	var scrapes []scrape
	for at := end.AddDate(0, 0, -3); !at.After(end); at = at.Add(2 * time.Hour) {
		behind := daysBehind(at, end)
		families := []*dto.MetricFamily{gauge("wxapp_restoring_apps", 0)}
		for i, id := range ids {
			// The second app has the portrait a day later, and both have the visits a day later.
			families = append(families,
				gauge("wxapp_data_end_timestamp_seconds", float64(newest.AddDate(0, 0, -behind-i).Unix()), "appid", id, "range", "1d"),
				gauge("wxapp_dataset_end_timestamp_seconds", float64(newest.AddDate(0, 0, -behind-1).Unix()), "appid", id, "dataset", "visits"),
				gauge("wxapp_sessions", 300, "appid", id, "period", "day"))
			for _, metric := range []string{"visit_uv", "visit_uv_new"} {
				families = append(families, gauge("wxapp_users", 100, "appid", id, "metric", metric, "range", "1d", "dimension", "gender", "name", "男"))
			}
		}
		scrapes = append(scrapes, scrape{at: at, families: families})
	}
	db := openTargets(t, scrapes, nil, [2]string{singleJob, "a"})
	for _, test := range []struct {
		apps string
		want []string
	}{
		{ids[0], []string{"users = 100", "new = 100", "sessions · 03-08 = 300"}},
		{strings.Join(ids, "|"), []string{"users · 1/2 apps = 100", "new · 1/2 apps = 100", "sessions · 03-08 = 600"}},
	} {
		var got []string
		for _, p := range overviewPanels(t) {
			if p.Title != "The newest day: ${day}" {
				continue
			}
			for _, query := range p.Targets {
				expr := strings.ReplaceAll(fill(query.Expr, singleJob, choice{}), allApps(), test.apps)
				for _, s := range db.askPanel(t, p, query, expr).Value.(promql.Matrix) {
					got = append(got, fmt.Sprintf("%s = %v", p.shownName(query, s.Metric), s.Floats[len(s.Floats)-1].F))
				}
			}
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("of %s the tiles are %q, want %q", test.apps, got, test.want)
		}
	}
}
