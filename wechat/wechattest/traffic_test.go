package wechattest

import (
	"fmt"
	"maps"
	"reflect"
	"strings"
	"testing"
	"time"
)

func dayAt(year int, month time.Month, date int) day {
	return dayOf(time.Date(year, month, date, 0, 0, 0, 0, shanghai))
}

// users are the numbers of a window: by metric and dimension, then by name.
type users map[string]map[string]int

func usersOf(t *testing.T, appid string, dailyUsers int, w window, revised func(day) bool) users {
	t.Helper()
	traffic := newTraffic(appid, dailyUsers)
	for back := range w.length {
		d := w.end - day(back)
		traffic.add(d, back, revised != nil && revised(d))
	}
	all := make(users)
	for metric, lists := range map[string][]list{"active": traffic.active(), "fresh": traffic.fresh()} {
		for _, l := range lists {
			rows := make(map[string]int, len(l.rows))
			for _, r := range l.rows {
				if _, twice := rows[r.name]; twice {
					t.Fatalf("%s %s has %s twice", metric, l.key, r.name)
				}
				rows[r.name] = r.value
			}
			all[metric+" "+l.key] = rows
		}
	}
	return all
}

func total(rows map[string]int) (sum int) {
	for _, n := range rows {
		sum += n
	}
	return sum
}

// TestWindowsAreDeduplicated holds that a longer window has at least the users of
// the shorter ones in it and at most those of all its days, whatever the app and
// the day.
func TestWindowsAreDeduplicated(t *testing.T) {
	for i, size := range []int{0, 3, 40, 700, 250000} {
		appid := fmt.Sprintf("wx%016x", 7919*i)
		end := dayAt(2000, 1, 1) + day(seedOf(appid).below(40*365))
		revised := func(d day) bool { return d%3 == 0 }
		at := func(end day, length int) users {
			return usersOf(t, appid, size, window{end, length}, revised)
		}
		week, month := at(end, 7), at(end, 30)
		sums := map[int]users{7: {}, 30: {}}
		for back := range 30 {
			daily := at(end-day(back), 1)
			for list, rows := range daily {
				for name, n := range rows {
					for length, sum := range sums {
						if back >= length {
							continue
						}
						if sum[list] == nil {
							sum[list] = make(map[string]int)
						}
						sum[list][name] += n
					}
					longer := month
					if back < 7 {
						longer = week
					}
					if n > longer[list][name] && !cutShort(list, longer[list]) {
						t.Errorf("app %s, %s, %s of %s: %d users on one day, only %d in the window", appid, end, list, name, n, longer[list][name])
					}
				}
			}
		}
		for list, rows := range week {
			for name, n := range rows {
				if n > month[list][name] && !cutShort(list, month[list]) {
					t.Errorf("app %s, %s, %s of %s: %d users in 7 days, only %d in 30", appid, end, list, name, n, month[list][name])
				}
			}
		}
		for length, window := range map[int]users{7: week, 30: month} {
			for list, rows := range window {
				for name, n := range rows {
					if sum := sums[length][list][name]; n > sum && !cutShort(list, rows) {
						t.Errorf("app %s, %s, %s of %s: %d users in %d days, only %d on all of them together", appid, end, list, name, n, length, sum)
					}
				}
			}
		}
	}
}

// cutShort reports whether a list may lack names that others of its kind have.
func cutShort(list string, rows map[string]int) bool {
	return strings.HasSuffix(list, "devices") && len(rows) == deviceLimit
}

func TestNumbersFitTogether(t *testing.T) {
	provinceOf := make(map[string]string)
	for _, p := range provinces {
		for _, city := range p.cities {
			if provinceOf[city] != "" {
				t.Errorf("city %s is in two provinces", city)
			}
			provinceOf[city] = p.name
		}
	}
	if len(provinceOf) < 300 || len(provinces) != 35 {
		t.Errorf("%d cities in %d provinces, want 300 and more in 34 and the unknown one", len(provinceOf), len(provinces))
	}

	for i := range 60 {
		appid := fmt.Sprint("wx", i)
		size := []int{0, 5, 60, 20000}[i%4]
		length := []int{1, 7, 30}[i%3]
		all := usersOf(t, appid, size, window{dayAt(2026, 3, 1) + day(i), length}, nil)

		for _, dimension := range []string{"province", "city", "genders", "platforms", "devices", "ages"} {
			active, fresh := all["active "+dimension], all["fresh "+dimension]
			for name, n := range fresh {
				if n < 1 {
					t.Errorf("%s: %d new users by %s %s, want such rows left out", appid, n, dimension, name)
				}
				if users, listed := active[name]; (listed || dimension != "devices") && users <= n {
					t.Errorf("%s: %d of %d users by %s %s are new", appid, n, users, dimension, name)
				}
			}
		}
		if length == 1 {
			want := total(all["active genders"])
			for _, list := range []string{"active province", "active platforms", "active ages"} {
				if got := total(all[list]); got != want {
					t.Errorf("%s: %d users in %s, %d in genders", appid, got, list, want)
				}
			}
		}
		for _, metric := range []string{"active ", "fresh "} {
			if n := len(all[metric+"devices"]); n > deviceLimit {
				t.Errorf("%s: %d devices, want %d at most", appid, n, deviceLimit)
			}
			inCities := make(map[string]int)
			for city, n := range all[metric+"city"] {
				inCities[provinceOf[city]] += n
			}
			for province, n := range inCities {
				if whole := all[metric+"province"][province]; n > whole {
					t.Errorf("%s: %s%d users in the cities of %s, only %d in all of it", appid, metric, n, province, whole)
				}
			}
		}
	}
}

func TestNumbersAreTheSameEverywhere(t *testing.T) {
	w := window{dayAt(2025, 6, 30), 30}
	if a, b := usersOf(t, "wxa", 0, w, nil), usersOf(t, "wxa", 0, w, nil); !reflect.DeepEqual(a, b) {
		t.Error("the same window has two answers")
	}
	// Spelled out, so that the numbers do not change from one build to the next
	// without anybody meaning it.
	got := usersOf(t, "wxdemo", 1000, window{dayAt(2025, 6, 30), 1}, nil)["active genders"]
	if want := map[string]int{"男": 424, "女": 667, "未知": 31}; !maps.Equal(got, want) {
		t.Errorf("genders of a known day: %v, want %v", got, want)
	}
	if a, b := usersOf(t, "wxa", 500, w, nil), usersOf(t, "wxb", 500, w, nil); reflect.DeepEqual(a, b) {
		t.Error("two apps have the same numbers")
	}
}

func TestRevisionRaisesEveryTotal(t *testing.T) {
	for i, size := range []int{2, 50, 4000} {
		w := window{dayAt(2024, 2, 28) + day(i), 1}
		first := usersOf(t, "wxa", size, w, nil)
		revised := usersOf(t, "wxa", size, w, func(day) bool { return true })
		for _, list := range []string{"active province", "active genders", "active ages"} {
			a, b := total(first[list]), total(revised[list])
			if b <= a || b > a+1+a/50 {
				t.Errorf("%d users: revision changes %s from %d to %d, want a little more", size, list, a, b)
			}
		}
	}
}

func TestTrafficLooksReal(t *testing.T) {
	const apps = 200
	var leading, homes int
	for i := range apps {
		all := usersOf(t, fmt.Sprint("wx", i), 5000, window{dayAt(2026, 3, 10), 1}, nil)["active province"]
		rank := 1
		for _, n := range all {
			if n > all["广东省"] {
				rank++
			}
		}
		if rank <= 3 {
			leading++
		}
		if rank > 1 {
			homes++
		}
	}
	if leading < apps*8/10 || homes == 0 {
		t.Errorf("广东省 is among the first three in %d of %d apps and not the first in %d", leading, apps, homes)
	}

	for i := range 20 {
		traffic := newTraffic(fmt.Sprint("wx", i), 3000)
		var weekend, week int
		for d := dayAt(2025, 6, 2); d < dayAt(2025, 6, 2)+28; d++ { // a Monday
			users := traffic.day(d, false).users
			if date := d.begin().Weekday(); date == time.Saturday || date == time.Sunday {
				weekend += users
			} else {
				week += users
			}
		}
		if float64(weekend)/8 < 1.05*float64(week)/20 {
			t.Errorf("app %d: %d users on a day of the weekend, %d on others", i, weekend/8, week/20)
		}

		year := func(y int) (sum int) {
			for d := dayAt(y, 1, 1); d < dayAt(y+1, 1, 1); d++ {
				sum += traffic.day(d, false).users
			}
			return sum / 365
		}
		past, now, next, far := year(2000), year(2025), year(2026), year(2400)
		if past < 1000 || past >= now || now >= next || next >= far || far > 6000 {
			t.Errorf("app %d: %d, %d, %d, %d users a day in 2000, 2025, 2026 and 2400; want slow growth around 3000", i, past, now, next, far)
		}
	}

	for i := range 300 {
		if users := newTraffic(fmt.Sprint("wx", i), 0).dailyUsers; users < 300 || users > 30000 {
			t.Errorf("app %d has %v users a day", i, users)
		}
	}
}

func TestDevicesChangeSlowly(t *testing.T) {
	at := func(d day) map[string]int {
		return usersOf(t, "wxa", 50000, window{d, 7}, nil)["active devices"]
	}
	common := func(a, b map[string]int) (n int) {
		for name := range a {
			if _, ok := b[name]; ok {
				n++
			}
		}
		return n
	}
	today, nextDay, nextYear := at(dayAt(2026, 1, 1)), at(dayAt(2026, 1, 2)), at(dayAt(2027, 1, 1))
	if len(today) != deviceLimit || len(devices) < 40 {
		t.Fatalf("%d of %d devices listed", len(today), len(devices))
	}
	if n := common(today, nextDay); n < deviceLimit-2 {
		t.Errorf("%d devices are the same on the next day, want nearly all", n)
	}
	if n := common(today, nextYear); n > deviceLimit-3 {
		t.Errorf("%d devices are the same a year later, want some new ones", n)
	}
}

func BenchmarkPortrait(b *testing.B) {
	for _, length := range []int{1, 7, 30} {
		b.Run(fmt.Sprintf("%dd", length), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				traffic := newTraffic("wxa", 0)
				for back := range length {
					traffic.add(dayAt(2026, 1, 1)-day(back), back, false)
				}
				p := portrait{active: traffic.active(), fresh: traffic.fresh()}
				p.encode()
			}
		})
	}
}
