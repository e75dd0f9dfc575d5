package config

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// kubernetesVariable matches what Kubernetes puts into the environment of every container
// for a Service whose name begins with wxapp.
var kubernetesVariable = regexp.MustCompile(`^WXAPP_([A-Z0-9_]+_)?(SERVICE_HOST|SERVICE_PORT(_[A-Z0-9_]+)?|PORT_[0-9]+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)=|^WXAPP_([A-Z0-9_]+_)?PORT=(tcp|udp|sctp)://`)

// warnUnknownVariables warns of variables that begin like ours but that nothing reads. It
// shows no values: a misspelled secret is one.
func warnUnknownVariables(p *problems, variables []string) {
	known := variableNames("WXAPP_")
	for _, variable := range slices.Sorted(slices.Values(variables)) {
		name, _, _ := strings.Cut(variable, "=")
		upper := strings.ToUpper(name)
		if strings.HasPrefix(upper, "WXAPP_") && !slices.Contains(known, name) && !kubernetesVariable.MatchString(variable) {
			warnUnknown(p, name, upper, "WXAPP_", known)
		}
	}
}

// warnUnknownOTLP does the same for the variables of the push. Those of other signals are
// left alone, because they may be there for other programs.
func warnUnknownOTLP(p *problems, variables []string) {
	known := variableNames(otlpPrefix)
	for _, variable := range slices.Sorted(slices.Values(variables)) {
		name, _, _ := strings.Cut(variable, "=")
		rest, ok := strings.CutPrefix(name, otlpPrefix)
		signal, _, _ := strings.Cut(rest, "_")
		if ok && !slices.Contains(known, name) && !slices.Contains([]string{"TRACES", "LOGS", "PROFILES"}, signal) {
			warnUnknown(p, name, name, otlpPrefix, known)
		}
	}
}

func warnUnknown(p *problems, name, upper, prefix string, known []string) {
	at := p.at(strings.Trim(strconv.Quote(name), `"`))
	if near, ok := nearest(upper, prefix, known); ok {
		at.warnf("is unknown and ignored; did you mean %s?", near)
	} else {
		at.warnf("is unknown and ignored; wxapp_exporter --help lists all settings")
	}
}

// variableNames returns the names of all variables with a prefix that are read.
func variableNames(prefix string) []string {
	var names []string
	for _, setting := range Settings() {
		if !strings.HasPrefix(setting.Name, prefix) {
			continue
		}
		names = append(names, setting.Name)
		if form, ok := metricsForm(setting.Name); ok {
			names = append(names, form)
		}
	}
	return names
}

// nearest returns the known name that a misspelled one was probably meant to be. The
// prefix that all of them share does not count.
func nearest(name, prefix string, known []string) (string, bool) {
	name = strings.TrimPrefix(name, prefix)
	best, least := "", len(name)/3+1
	for _, candidate := range known {
		if d := distance(name, strings.TrimPrefix(candidate, prefix)); d < least {
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
