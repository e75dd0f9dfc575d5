package main

import (
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// kubernetesVariable matches what Kubernetes puts into the environment of every
// container for a Service whose name begins with wxapp.
var kubernetesVariable = regexp.MustCompile(`^WXAPP_([A-Z0-9_]+_)?(SERVICE_HOST|SERVICE_PORT(_[A-Z0-9_]+)?|PORT_[0-9]+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)=|^WXAPP_([A-Z0-9_]+_)?PORT=(tcp|udp|sctp)://`)

// warnUnknownVariables warns of the variables that begin like ours and that nothing
// reads, without their values: a misspelled secret is one.
func warnUnknownVariables(found *findings, environment []string) {
	known := variables()
	for _, variable := range slices.Sorted(slices.Values(environment)) {
		name, _, _ := strings.Cut(variable, "=")
		upper := strings.ToUpper(name)
		if !strings.HasPrefix(upper, "WXAPP_") || slices.Contains(known, name) || kubernetesVariable.MatchString(variable) {
			continue
		}
		p := found.at(strings.Trim(strconv.Quote(name), `"`))
		if near, ok := nearest(upper, known); ok {
			p.warning("is unknown and ignored; did you mean %s?", near)
		} else {
			p.warning("is unknown and ignored; --help lists all settings")
		}
	}
}

// variables returns the names of all settings.
func variables() []string {
	var names []string
	for field := range reflect.TypeFor[settings]().Fields() {
		names = append(names, field.Tag.Get("envconfig"))
	}
	return names
}

// nearest returns the known name that a misspelled one was probably meant to be.
func nearest(name string, known []string) (string, bool) {
	name = strings.TrimPrefix(name, "WXAPP_")
	best, least := "", len(name)/3+1
	for _, candidate := range known {
		if d := distance(name, strings.TrimPrefix(candidate, "WXAPP_")); d < least {
			best, least = candidate, d
		}
	}
	return best, best != ""
}

// distance is Levenshtein's: how many bytes must be inserted, removed or replaced.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replaced := diagonal
			if a[i] != b[j] {
				replaced++
			}
			diagonal = row[j+1]
			row[j+1] = min(replaced, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
