package chart

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"helm.sh/helm/v3/pkg/lint"
	"helm.sh/helm/v3/pkg/lint/support"
	"sigs.k8s.io/yaml"
)

const folder = "../helm/wxapp-exporter"

var release = Release{Name: "wxapp", Namespace: "monitoring"}

// cases are values for which the chart has to be right, each by what it is about: the files
// in testdata, which the tests of linting, validating and running share.
func cases(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob("testdata/*.yaml")
	if err != nil || len(files) < 8 {
		t.Fatalf("%d cases, error %v", len(files), err)
	}
	all := map[string]string{}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all[strings.TrimSuffix(filepath.Base(file), ".yaml")] = string(content)
	}
	return all
}

func render(t *testing.T, values string) Rendered {
	t.Helper()
	rendered, err := Render(folder, release, values)
	if err != nil {
		t.Fatal(err)
	}
	return rendered
}

// find returns the only document of a kind, decoded, and whether there is one.
func find(t *testing.T, rendered Rendered, kind string) (map[string]any, bool) {
	t.Helper()
	for _, document := range rendered.Documents {
		content := map[string]any{}
		if err := yaml.Unmarshal([]byte(document.Text), &content); err != nil {
			t.Fatal(err)
		}
		if content["kind"] == kind && !strings.HasPrefix(document.Template, "tests/") {
			return content, true
		}
	}
	return nil, false
}

func TestLint(t *testing.T) {
	all := cases(t)
	all["defaults"] = "{}"
	for name, values := range all {
		t.Run(name, func(t *testing.T) {
			given := map[string]any{}
			if err := yaml.Unmarshal([]byte(values), &given); err != nil {
				t.Fatal(err)
			}
			for _, message := range lint.AllWithKubeVersion(folder, given, release.Namespace, nil).Messages {
				if message.Severity >= support.WarningSev {
					t.Error(message)
				}
			}
		})
	}
}

// One process has a volume that only one pod at a time can write; with a bucket it has none,
// and shards know their numbers.
func TestWorkload(t *testing.T) {
	for name, want := range map[string]struct{ kind, archive string }{
		"apps":           {"StatefulSet", "persistentVolumeClaim"},
		"bucket":         {"Deployment", ""},
		"shards-bucket":  {"StatefulSet", ""},
		"shards-volume":  {"StatefulSet", "persistentVolumeClaim"},
		"demo":           {"StatefulSet", "emptyDir"},
		"without-volume": {"StatefulSet", "emptyDir"},
	} {
		t.Run(name, func(t *testing.T) {
			rendered := render(t, cases(t)[name])
			if workload, ok := find(t, rendered, want.kind); !ok {
				t.Fatalf("there is no %s", want.kind)
			} else if strategy, _ := yaml.Marshal(workload["spec"].(map[string]any)["strategy"]); want.kind == "Deployment" && string(strategy) != "type: Recreate\n" {
				t.Errorf("strategy %s", strategy)
			}
			pod := podOf(t, rendered)
			archive := ""
			for _, volume := range pod.Volumes {
				if volume.Name == "archive" {
					archive = "emptyDir"
					if volume.PersistentVolumeClaim != nil {
						archive = "persistentVolumeClaim"
					}
				}
			}
			if archive != want.archive {
				t.Errorf("the archive is in %q, want %q", archive, want.archive)
			}
			_, claim := find(t, rendered, "PersistentVolumeClaim")
			if claim != (archive == "persistentVolumeClaim") {
				t.Errorf("a claim: %t", claim)
			}
			if grace := *pod.TerminationGracePeriodSeconds; grace <= 25 {
				t.Errorf("killed after %d s, which is not more than the stop may take", grace)
			}
		})
	}
}

// Wrong values are refused in words that name the value.
func TestRefused(t *testing.T) {
	for _, test := range []struct{ values, message string }{
		{"{}", "There are no Mini Programs"},
		{"{demo: true, shard: 2}", "additional properties 'shard' not allowed"},
		{"{demo: true, persistence: {volume: 1Gi}}", "additional properties 'volume' not allowed"},
		{"{demo: true, settings: {WXAPP_SHARD: 1}}", "WXAPP_SHARD"},
		{"{demo: true, settings: {WXAPP_DATASET: all}}", "WXAPP_DATASET"},
		{"{demo: 1}", "/demo': got number, want boolean"},
		{"{existingSecret: a, shards: 0}", "/shards': minimum: got 0, want 1"},
		{"{existingSecret: a, shards: 2}", "/persistence/accessModes': no items match contains schema"},
		{"{existingSecret: a, shards: 2}", "/objectStorage/existingSecret': minLength: got 0, want 1"},
		{"{existingSecret: a, shards: 2, persistence: {enabled: false, accessModes: [ReadWriteMany]}}", "/persistence/enabled"},
		{"{existingSecret: a, apps: [{appid: wx1, secret: b}]}", "Set existingSecret or apps, not both"},
		{"{apps: [{secret: b}]}", "missing property 'appid'"},
		{"{demo: true, serviceMonitor: {enabled: true}, scrapeConfig: {enabled: true}}", "not both: Prometheus would store every series twice"},
		{"{demo: true, shards: 2, persistence: {accessModes: [ReadWriteMany]}}", "The demo has one pod"},
		{"{demo: true, dashboards: {language: de}}", "/dashboards/language"},
	} {
		_, err := Render(folder, release, test.values)
		if err == nil || !strings.Contains(err.Error(), test.message) {
			t.Errorf("%s: error %v, want %q", test.values, err, test.message)
		}
	}
}

// The notes lead to the page, and warn of what would be lost.
func TestNotes(t *testing.T) {
	for name, want := range map[string][]string{
		"apps":           {"port-forward service/wxapp-wxapp-exporter 10120:10120", "polls 2 Mini Programs", "exec statefulset/", "The claim wxapp-wxapp-exporter holds", "Nothing collects the metrics yet"},
		"bucket":         {"the Mini Programs of the Secret teahouses", "exec deployment/"},
		"demo":           {"shows three made-up Mini Programs"},
		"without-volume": {"WARNING: there is no volume"},
	} {
		notes := render(t, cases(t)[name]).Notes
		for _, text := range want {
			if !strings.Contains(notes, text) {
				t.Errorf("%s: the notes lack %q:\n%s", name, text, notes)
			}
		}
	}
}

// Kubernetes refuses to change these fields, so that no value and no version of the chart may: an
// upgrade would fail.
func TestUpgradable(t *testing.T) {
	const selector = "selector: {matchLabels: {app.kubernetes.io/instance: wxapp, app.kubernetes.io/name: wxapp-exporter}}"
	want := map[string]string{
		"StatefulSet": "{" + selector + ", podManagementPolicy: Parallel, serviceName: NAME-pods}",
		"Deployment":  "{" + selector + "}",
	}
	checked := map[string]int{}
	for name, values := range cases(t) {
		for kind, fields := range want {
			workload, ok := find(t, render(t, values), kind)
			if !ok {
				continue
			}
			checked[kind]++
			spec, called := workload["spec"].(map[string]any), workload["metadata"].(map[string]any)["name"].(string)
			for _, changeable := range []string{"replicas", "template", "strategy"} {
				delete(spec, changeable)
			}
			var wanted map[string]any
			if err := yaml.Unmarshal([]byte(strings.ReplaceAll(fields, "NAME", called)), &wanted); err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(spec, wanted) {
				t.Errorf("%s: the %s has %v, want %v", name, kind, spec, wanted)
			}
		}
	}
	if checked["StatefulSet"] < 4 || checked["Deployment"] < 1 {
		t.Errorf("checked were only %v", checked)
	}
}
