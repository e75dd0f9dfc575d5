package chart

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	// controller-gen reads them.
	_ "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
	_ "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1alpha1"
	"sigs.k8s.io/yaml"
)

// kubernetes is the module that has Kubernetes' own OpenAPI file. It cannot be required: its
// parts are modules that only it can find.
const kubernetes = "k8s.io/kubernetes@v1.37.2"

// schemas returns a template of paths of JSON schemas, for kubeconform: of Kubernetes and of
// the Prometheus operator. Unlike those that they come from, they refuse unknown keys.
func schemas(t *testing.T) string {
	t.Helper()
	into := t.TempDir()
	writeSchemas(t, into, kubernetesSchemas(t))
	writeSchemas(t, into, operatorSchemas(t))
	return filepath.Join(into, "{{.ResourceKind}}{{.KindSuffix}}.json")
}

func writeSchemas(t *testing.T, folder string, all map[string]any) {
	t.Helper()
	for name, schema := range all {
		content, err := json.Marshal(schema)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, strings.ToLower(name)+".json"), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// kubernetesSchemas returns the schemas of the kinds that the chart can make, by file names.
func kubernetesSchemas(t *testing.T) map[string]any {
	t.Helper()
	output, err := exec.CommandContext(t.Context(), "go", "mod", "download", "-json", kubernetes).Output()
	if err != nil {
		t.Fatalf("go mod download %s: %v\n%s", kubernetes, err, output)
	}
	var module struct{ Dir string }
	if err := json.Unmarshal(output, &module); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(filepath.Join(module.Dir, "api/openapi-spec/swagger.json"))
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Definitions map[string]map[string]any `json:"definitions"`
	}
	if err := json.Unmarshal(content, &file); err != nil {
		t.Fatal(err)
	}
	for _, definition := range file.Definitions {
		if definition["format"] == "int-or-string" {
			definition["type"] = []string{"integer", "string"}
		}
		refuseUnknown(definition)
	}
	all := map[string]any{}
	for name, definition := range map[string]string{
		"configmap-v1":                  "io.k8s.api.core.v1.ConfigMap",
		"deployment-apps-v1":            "io.k8s.api.apps.v1.Deployment",
		"ingress-networking-v1":         "io.k8s.api.networking.v1.Ingress",
		"networkpolicy-networking-v1":   "io.k8s.api.networking.v1.NetworkPolicy",
		"persistentvolumeclaim-v1":      "io.k8s.api.core.v1.PersistentVolumeClaim",
		"pod-v1":                        "io.k8s.api.core.v1.Pod",
		"poddisruptionbudget-policy-v1": "io.k8s.api.policy.v1.PodDisruptionBudget",
		"secret-v1":                     "io.k8s.api.core.v1.Secret",
		"service-v1":                    "io.k8s.api.core.v1.Service",
		"serviceaccount-v1":             "io.k8s.api.core.v1.ServiceAccount",
		"statefulset-apps-v1":           "io.k8s.api.apps.v1.StatefulSet",
	} {
		if file.Definitions[definition] == nil {
			t.Fatalf("Kubernetes has no %s", definition)
		}
		needed := map[string]any{}
		reach(file.Definitions, definition, needed)
		all[name] = map[string]any{"$ref": "#/definitions/" + definition, "definitions": needed}
	}
	return all
}

// reach adds a definition, and those that it refers to.
func reach(definitions map[string]map[string]any, name string, into map[string]any) {
	if into[name] != nil {
		return
	}
	into[name] = definitions[name]
	var walk func(any)
	walk = func(value any) {
		switch value := value.(type) {
		case map[string]any:
			if reference, ok := value["$ref"].(string); ok {
				reach(definitions, strings.TrimPrefix(reference, "#/definitions/"), into)
			}
			for _, part := range value {
				walk(part)
			}
		case []any:
			for _, part := range value {
				walk(part)
			}
		}
	}
	walk(definitions[name])
}

// operatorSchemas returns the schemas of the Prometheus operator's kinds, made from its Go
// types by the tool with which it makes its own.
func operatorSchemas(t *testing.T) map[string]any {
	t.Helper()
	folder := t.TempDir()
	const types = "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/"
	generate := exec.CommandContext(t.Context(), "go", "tool", "controller-gen", "crd:allowDangerousTypes=true",
		"paths="+types+"v1", "paths="+types+"v1alpha1", "output:crd:dir="+folder)
	if output, err := generate.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", generate, err, output)
	}
	all := map[string]any{}
	for file, name := range map[string]string{
		"prometheusrules": "prometheusrule-monitoring-v1",
		"scrapeconfigs":   "scrapeconfig-monitoring-v1alpha1",
		"servicemonitors": "servicemonitor-monitoring-v1",
	} {
		content, err := os.ReadFile(filepath.Join(folder, "monitoring.coreos.com_"+file+".yaml"))
		if err != nil {
			t.Fatal(err)
		}
		var definition struct {
			Spec struct {
				Versions []struct {
					Schema struct{ OpenAPIV3Schema map[string]any }
				}
			}
		}
		if err := yaml.Unmarshal(content, &definition); err != nil || len(definition.Spec.Versions) != 1 {
			t.Fatalf("%s: %d versions, error %v", file, len(definition.Spec.Versions), err)
		}
		schema := definition.Spec.Versions[0].Schema.OpenAPIV3Schema
		refuseUnknown(schema)
		all[name] = schema
	}
	return all
}

// refuseUnknown makes every object that lists its properties refuse others.
func refuseUnknown(schema map[string]any) {
	if _, lists := schema["properties"]; lists && schema["additionalProperties"] == nil && schema["x-kubernetes-preserve-unknown-fields"] == nil {
		schema["additionalProperties"] = false
	}
	for key, value := range schema {
		switch value := value.(type) {
		case map[string]any:
			if key == "properties" {
				for _, property := range value {
					refuseUnknown(property.(map[string]any))
				}
			} else {
				refuseUnknown(value)
			}
		case []any:
			for _, part := range value {
				if part, ok := part.(map[string]any); ok {
					refuseUnknown(part)
				}
			}
		}
	}
}
