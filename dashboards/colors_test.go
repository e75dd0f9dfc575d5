package dashboards

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// Names in one panel have colors that differ: those of the palette by their order, or fixed
// ones. Colors by name are drawn from a hash, and meet.
func checkColors(t *testing.T, place string, p panel) {
	t.Helper()
	if strings.Contains(p.FieldConfig.Defaults.Color.Mode, "by-name") {
		t.Errorf("%s: colors come from %q", place, p.FieldConfig.Defaults.Color.Mode)
	}
	colors := map[string]string{} // by the name that is shown
	for _, o := range p.FieldConfig.Overrides {
		name := o.Matcher.Options
		o.property(t, "displayName", &name)
		var color struct{ Mode, FixedColor string }
		if o.property(t, "color", &color) && color.Mode == "fixed" && p.Type != "table" {
			colors[name] = color.FixedColor
		}
	}
	// The two ends of a band have one color.
	for _, end := range []string{"usual, to", "正常范围上限"} {
		delete(colors, end)
	}
	for a, colorA := range colors {
		for b, colorB := range colors {
			if distance := deltaE(t, colorA, colorB); a < b && distance < 10 {
				t.Errorf("%s: %s and %s look alike: %s and %s are only %.1f apart", place, a, b, colorA, colorB, distance)
			}
		}
	}
	for _, query := range p.Targets {
		limited := regexp.MustCompile(`(topk|bottomk)\((\d+),|\$appid`).MatchString(query.Expr)
		if strings.Contains(query.LegendFormat, "{{app}}") && query.Range && !limited {
			t.Errorf("%s: has a line for each of a thousand apps", place)
		}
	}
	if len(colors) == 0 && p.Type == "timeseries" && p.FieldConfig.Defaults.Color.Mode != "palette-classic" {
		t.Errorf("%s: colors come from %q", place, p.FieldConfig.Defaults.Color.Mode)
	}
}

// A name has one color on every panel that shows it.
func TestColorsStayWithNames(t *testing.T) {
	colors := map[string]string{}
	for _, d := range readDashboards(t) {
		for _, p := range d.withQueries() {
			for _, o := range p.FieldConfig.Overrides {
				var color struct{ Mode, FixedColor string }
				if !o.property(t, "color", &color) || color.Mode != "fixed" || p.Type == "table" {
					continue
				}
				name := o.Matcher.Options
				if colors[name] != "" && colors[name] != color.FixedColor {
					t.Errorf("%s: %s: %s is %s, elsewhere %s", d.File, p.Title, name, color.FixedColor, colors[name])
				}
				colors[name] = color.FixedColor
			}
		}
	}
}

// Every series that a palette colors has one of its first colors, which differ.
const paletteSize = 8

// The first colors of Grafana's palette, and its colors with names, on a dark ground.
var (
	palette = []string{"#73BF69", "#F2CC0C", "#8AB8FF", "#FF780A", "#F2495C", "#5794F2", "#B877D9", "#705DA0"}
	named   = map[string]string{
		"green": "#73BF69", "blue": "#5794F2", "super-light-blue": "#C0D8FF", "purple": "#B877D9", "orange": "#FF9830",
		"yellow": "#FADE2A", "red": "#F2495C", "text": "#CCCCDC",
	}
)

func TestPalette(t *testing.T) {
	for i, a := range palette[:paletteSize] {
		for _, b := range palette[:i] {
			if distance := deltaE(t, a, b); distance < 10 {
				t.Errorf("%s and %s are only %.1f apart", a, b, distance)
			}
		}
	}
}

// deltaE returns how different two colors look: the distance in CIE L*a*b*, where 2 is
// barely seen.
func deltaE(t *testing.T, a, b string) float64 {
	t.Helper()
	la, aa, ba := lab(t, a)
	lb, ab, bb := lab(t, b)
	return math.Sqrt((la-lb)*(la-lb) + (aa-ab)*(aa-ab) + (ba-bb)*(ba-bb))
}

func lab(t *testing.T, color string) (l, a, b float64) {
	t.Helper()
	if hex, ok := named[color]; ok {
		color = hex
	}
	var channels [3]float64
	for i := range channels {
		n, err := strconv.ParseUint(fmt.Sprintf("%.7s", color)[1+2*i:3+2*i], 16, 8)
		if err != nil {
			t.Fatalf("color %q is unknown: %v", color, err)
		}
		c := float64(n) / 255
		if c <= 0.04045 {
			channels[i] = c / 12.92
		} else {
			channels[i] = math.Pow((c+0.055)/1.055, 2.4)
		}
	}
	f := func(r, g, b, white float64) float64 {
		v := (r*channels[0] + g*channels[1] + b*channels[2]) / white
		if v > 0.008856 {
			return math.Cbrt(v)
		}
		return 7.787*v + 16.0/116
	}
	x := f(0.4124, 0.3576, 0.1805, 0.95047)
	y := f(0.2126, 0.7152, 0.0722, 1)
	z := f(0.0193, 0.1192, 0.9505, 1.08883)
	return 116*y - 16, 500 * (x - y), 200 * (y - z)
}
