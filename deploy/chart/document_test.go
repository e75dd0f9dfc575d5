package chart

import (
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"helm.sh/helm/v3/pkg/strvals"
	"sigs.k8s.io/yaml"
)

const image = "registry.example.com/wxapp_exporter:dev"

// The lines of docs/kubernetes.md fit together: the image that is pushed is the one that runs, what
// the values name is made, and so is what the commands name. In both languages.
func TestDocument(t *testing.T) {
	block := regexp.MustCompile("(?s)```(sh|yaml)\n(.*?)```")
	for _, page := range []string{"../../docs/kubernetes.md", "../../docs/kubernetes.zh-CN.md"} {
		content, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		files := map[string]string{}
		var commands []string
		for _, found := range block.FindAllStringSubmatch(string(content), -1) {
			if name, text, ok := strings.Cut(strings.TrimPrefix(found[2], "# "), "\n"); found[1] == "yaml" && ok {
				files[name] = text
			} else {
				commands = append(commands, strings.Split(strings.TrimSpace(found[2]), "\n")...)
			}
		}
		var rendered Rendered
		installed := 0
		for _, command := range commands {
			words := strings.Fields(command)
			switch strings.Join(words[:2], " ") {
			case "docker build":
				if strings.Count(command, image) != 2 {
					t.Errorf("%s: %s does not build and push %s", page, command, image)
				}
			case "helm install", "helm upgrade":
				installed++
				rendered = renderCommand(t, words[2:], files)
				if pod := podOf(t, rendered); pod.Containers[0].Image != image {
					t.Errorf("%s: %s runs the image %s", page, command, pod.Containers[0].Image)
				}
			case "kubectl port-forward":
				if service, ok := find(t, rendered, "Service"); !ok || "service/"+service["metadata"].(map[string]any)["name"].(string) != words[2] {
					t.Errorf("%s: there is no %s but %v", page, words[2], service)
				}
			case "kubectl create":
				checkSecret(t, words, files)
			case "sed 's|image:":
				edit, _, _ := strings.Cut(command, "| kubectl apply")
				output, err := exec.CommandContext(t.Context(), "sh", "-c", "cd ../.. && "+edit).Output()
				if err != nil || strings.Count(string(output), "image: "+image+"\n") != 1 {
					t.Errorf("%s: %s: error %v\n%s", page, command, err, output)
				}
			case "helm test", "helm uninstall":
			default:
				t.Errorf("%s: nothing is known of %s", page, command)
			}
		}
		if installed != 3 {
			t.Errorf("%s installs and upgrades %d times", page, installed)
		}
	}
}

// renderCommand renders what follows helm install: a name, a folder, and values.
func renderCommand(t *testing.T, words []string, files map[string]string) Rendered {
	t.Helper()
	if "../"+strings.TrimPrefix(words[1], "deploy/") != folder {
		t.Fatalf("%s is not the chart", words[1])
	}
	values := map[string]any{}
	for i, word := range words {
		switch word {
		case "--set":
			if err := strvals.ParseInto(words[i+1], values); err != nil {
				t.Fatal(err)
			}
		case "--values":
			if err := yaml.Unmarshal([]byte(files[words[i+1]]), &values); err != nil || len(values) == 0 {
				t.Fatalf("%s has %d values, error %v", words[i+1], len(values), err)
			}
		}
	}
	text, err := yaml.Marshal(values)
	if err != nil {
		t.Fatal(err)
	}
	rendered, err := Render(folder, Release{Name: words[0], Namespace: release.Namespace}, string(text))
	if err != nil {
		t.Fatalf("%q: %v", words, err)
	}
	return rendered
}

// checkSecret checks that a Secret is the one of the values, and has the files that it needs.
func checkSecret(t *testing.T, words []string, files map[string]string) {
	t.Helper()
	var values struct{ ExistingSecret string }
	var listed struct {
		Apps []struct {
			File string `json:"secret_file"`
		}
	}
	if err := yaml.Unmarshal([]byte(files["values.yaml"]), &values); err != nil || !slices.Contains(words, values.ExistingSecret) {
		t.Errorf("the values name the Secret %q, which is not made by %q, error %v", values.ExistingSecret, words, err)
	}
	if err := yaml.Unmarshal([]byte(files["apps.yml"]), &listed); err != nil || len(listed.Apps) == 0 {
		t.Fatalf("%d apps, error %v", len(listed.Apps), err)
	}
	for _, key := range []string{"apps.yml", listed.Apps[0].File} {
		if !slices.Contains(words, "--from-file="+key) {
			t.Errorf("%q does not add %s", words, key)
		}
	}
}
