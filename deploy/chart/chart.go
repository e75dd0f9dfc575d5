// Package chart renders the Helm chart of the exporter as helm template does, without a
// cluster.
package chart

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"helm.sh/helm/v3/pkg/chart/loader"
	"helm.sh/helm/v3/pkg/chartutil"
	"helm.sh/helm/v3/pkg/engine"
	"sigs.k8s.io/yaml"
)

// Release is what Helm is told beside the values.
type Release struct {
	Name, Namespace string
}

// Rendered is what the chart makes of a release.
type Rendered struct {
	// Documents are the manifests by the names of their templates, without those that are
	// empty, in the order in which Helm renders them.
	Documents []Document
	// Notes is what Helm prints after the installation.
	Notes string
}

// Document is one manifest.
type Document struct {
	Template string // relative to the chart
	Text     string
}

// Render renders the chart in a folder with values in YAML. The error is what Helm would
// say: that of the schema of the values, or of a template.
func Render(folder string, release Release, values string) (Rendered, error) {
	loaded, err := loader.LoadDir(folder)
	if err != nil {
		return Rendered{}, fmt.Errorf("load the chart: %w", err)
	}
	given := map[string]any{}
	if err := yaml.Unmarshal([]byte(values), &given); err != nil {
		return Rendered{}, fmt.Errorf("read the values: %w", err)
	}
	options := chartutil.ReleaseOptions{Name: release.Name, Namespace: release.Namespace, IsInstall: true, Revision: 1}
	merged, err := chartutil.ToRenderValues(loaded, given, options, chartutil.DefaultCapabilities)
	if err != nil {
		return Rendered{}, err
	}
	files, err := engine.Render(loaded, merged)
	if err != nil {
		return Rendered{}, err
	}
	var rendered Rendered
	for _, name := range slices.Sorted(maps.Keys(files)) {
		template := strings.TrimPrefix(name, loaded.Name()+"/templates/")
		switch {
		case template == "NOTES.txt":
			rendered.Notes = files[name]
		case strings.HasSuffix(template, ".tpl"):
		default:
			for _, text := range documents(files[name]) {
				rendered.Documents = append(rendered.Documents, Document{template, text})
			}
		}
	}
	return rendered, nil
}

// documents returns the documents of a YAML stream that are not empty.
func documents(stream string) []string {
	var all []string
	for _, text := range strings.Split("\n"+stream, "\n---") {
		var content any
		if yaml.Unmarshal([]byte(text), &content) == nil && content == nil {
			continue
		}
		all = append(all, strings.TrimSpace(text)+"\n")
	}
	return all
}
