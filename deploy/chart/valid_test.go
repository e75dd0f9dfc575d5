package chart

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/yannh/kubeconform/pkg/resource"
	"github.com/yannh/kubeconform/pkg/validator"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
	"sigs.k8s.io/yaml"
)

// Whatever the chart makes, and every plain manifest, is valid by the schemas of Kubernetes
// and of the Prometheus operator.
func TestValid(t *testing.T) {
	check, err := validator.New([]string{schemas(t)}, validator.Opts{Strict: true, KubernetesVersion: "master"})
	if err != nil {
		t.Fatal(err)
	}
	valid := func(t *testing.T, text string) {
		t.Helper()
		result := check.ValidateResource(resource.Resource{Bytes: []byte(text)})
		if result.Status != validator.Valid {
			t.Errorf("status %d: %v\n%s", result.Status, result.Err, text)
		}
	}
	kinds := map[string]bool{}
	for name, values := range cases(t) {
		t.Run(name, func(t *testing.T) {
			for _, document := range render(t, values).Documents {
				var object struct{ Kind string }
				if err := yaml.Unmarshal([]byte(document.Text), &object); err != nil {
					t.Fatal(err)
				}
				kinds[object.Kind] = true
				valid(t, document.Text)
			}
		})
	}
	if len(kinds) < 14 {
		t.Errorf("the cases have only the kinds %v", kinds)
	}
	manifests, err := filepath.Glob("../kubernetes/*.yaml")
	if err != nil || len(manifests) == 0 {
		t.Fatalf("%d manifests, error %v", len(manifests), err)
	}
	for _, manifest := range manifests {
		t.Run(filepath.Base(manifest), func(t *testing.T) {
			content, err := os.ReadFile(manifest)
			if err != nil {
				t.Fatal(err)
			}
			for _, text := range documents(string(content)) {
				valid(t, text)
			}
		})
	}
	// The check itself finds what is wrong.
	for _, text := range []string{
		"apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {port: 1}\n",
		"apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {ports: [{port: a}]}\n",
		"apiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nmetadata: {name: a}\nspec: {selector: {}, endpoints: [{port: http, intervall: 1m}]}\n",
		"apiVersion: v1\nkind: Unknown\nmetadata: {name: a}\n",
	} {
		if result := check.ValidateResource(resource.Resource{Bytes: []byte(text)}); result.Status == validator.Valid {
			t.Errorf("this is valid:\n%s", text)
		}
	}
}

// Every pod is allowed in a namespace that enforces the strictest of Kubernetes' standards,
// without a token of its service account.
func TestRestricted(t *testing.T) {
	evaluator, err := policy.NewEvaluator(policy.DefaultChecks(), nil)
	if err != nil {
		t.Fatal(err)
	}
	restricted := api.LevelVersion{Level: api.LevelRestricted, Version: api.LatestVersion()}
	violations := func(pod *corev1.PodSpec) string {
		result := policy.AggregateCheckResults(evaluator.EvaluatePod(restricted, &metav1.ObjectMeta{}, pod))
		return result.ForbiddenDetail()
	}
	for name, values := range cases(t) {
		rendered := render(t, values)
		pods := []corev1.PodSpec{podOf(t, rendered), testPod(t, rendered)}
		for _, pod := range pods {
			if found := violations(&pod); found != "" {
				t.Errorf("%s: %s", name, found)
			}
			if pod.AutomountServiceAccountToken == nil || *pod.AutomountServiceAccountToken {
				t.Errorf("%s: the pod gets a token", name)
			}
		}
		wrong := pods[0]
		wrong.HostNetwork = true
		if found := violations(&wrong); !strings.Contains(found, "hostNetwork") {
			t.Errorf("a pod in the network of its host is allowed: %q", found)
		}
	}
}

// podOf returns the pod of the workload.
func podOf(t *testing.T, rendered Rendered) corev1.PodSpec {
	t.Helper()
	var workload struct {
		Spec struct {
			Template struct{ Spec corev1.PodSpec }
		}
	}
	decode(t, rendered, "workload.yaml", &workload)
	return workload.Spec.Template.Spec
}

// testPod returns the pod of helm test.
func testPod(t *testing.T, rendered Rendered) corev1.PodSpec {
	t.Helper()
	var pod corev1.Pod
	decode(t, rendered, "tests/alive.yaml", &pod)
	return pod.Spec
}

// decode reads the only document of a template.
func decode(t *testing.T, rendered Rendered, template string, into any) {
	t.Helper()
	for _, document := range rendered.Documents {
		if document.Template == template {
			if err := yaml.Unmarshal([]byte(document.Text), into); err != nil {
				t.Fatal(err)
			}
			return
		}
	}
	t.Fatalf("there is no %s", template)
}
