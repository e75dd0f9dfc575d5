package collector_test

import (
	"slices"
	"testing"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
)

func TestProvinces(t *testing.T) {
	provinces := collector.Provinces()
	if len(provinces) != 34 {
		t.Errorf("got %d provinces, want 34", len(provinces))
	}
	if !slices.IsSortedFunc(provinces, func(a, b collector.Location) int { return slices.Compare([]byte(a.Adcode), []byte(b.Adcode)) }) {
		t.Error("provinces are not in the order of their adcodes")
	}
	seen := map[string]bool{}
	for _, p := range provinces {
		for _, name := range []string{p.Adcode, p.Long, p.Short, p.English} {
			if name == "" || seen[name] {
				t.Errorf("%+v: name %q is empty or stands for two provinces", p, name)
			}
			seen[name] = true
		}
		if p.Latitude < 18 || p.Latitude > 54 || p.Longitude < 73 || p.Longitude > 136 {
			t.Errorf("%s lies at %v, %v, outside of China", p.Long, p.Latitude, p.Longitude)
		}
	}
}

// 陕西 and 山西 are often taken for each other, in either script.
func TestProvincesOftenConfused(t *testing.T) {
	for _, test := range []struct {
		short, english string
		west, east     float64 // longitudes between which it is drawn
	}{
		{"陕西", "Shaanxi", 105, 111},
		{"山西", "Shanxi", 111, 115},
		{"香港", "Hong Kong", 113.8, 114.5},
		{"澳门", "Macao", 113.5, 113.7},
		{"台湾", "Taiwan", 120, 122},
	} {
		i := slices.IndexFunc(collector.Provinces(), func(p collector.Location) bool { return p.Short == test.short })
		if i < 0 {
			t.Errorf("%s is missing", test.short)
			continue
		}
		if p := collector.Provinces()[i]; p.English != test.english || p.Longitude < test.west || p.Longitude > test.east {
			t.Errorf("%s is called %s and drawn at %v", test.short, p.English, p.Longitude)
		}
	}
}

func TestLocationInfo(t *testing.T) {
	names := map[string]bool{}
	collector.EachLocation(func(s collector.Sample) {
		names[s.Labels[4]] = true
		if s.Labels[4] == "陕西省" && s.Labels[1] != "Shaanxi" {
			t.Errorf("陕西省 is called %q in English", s.Labels[1])
		}
	})
	if len(names) != 68 {
		t.Errorf("got %d series of wxapp_location_info, want 68: two names for each of 34 provinces", len(names))
	}
}
