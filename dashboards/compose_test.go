package dashboards

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"
)

const composeFolder = "../deploy/compose"

// loadCompose reads the compose file, as Docker does, and checks it against the
// specification.
func loadCompose(t *testing.T, environment types.Mapping, profiles ...string) *types.Project {
	t.Helper()
	project, err := loader.LoadWithContext(t.Context(), types.ConfigDetails{
		WorkingDir:  composeFolder,
		ConfigFiles: []types.ConfigFile{{Filename: filepath.Join(composeFolder, "compose.yaml")}},
		Environment: environment,
	}, loader.WithProfiles(profiles))
	if err != nil {
		t.Fatal(err)
	}
	return project
}

var pinned = regexp.MustCompile(`:v?\d+\.\d+\.\d+$`)

func TestCompose(t *testing.T) {
	project := loadCompose(t, nil, "push")
	if got, want := project.ServiceNames(), []string{"collector", "exporter", "exporter-push", "grafana", "prometheus"}; !slices.Equal(got, want) {
		t.Errorf("services with the profile push are %v, want %v", got, want)
	}
	if got, want := loadCompose(t, nil).ServiceNames(), []string{"exporter", "grafana", "prometheus"}; !slices.Equal(got, want) {
		t.Errorf("services are %v, want %v", got, want)
	}
	for name, service := range project.Services {
		if service.Build == nil && !pinned.MatchString(service.Image) {
			t.Errorf("%s: image %s is not pinned to a version", name, service.Image)
		}
		for _, port := range service.Ports {
			if port.HostIP != "127.0.0.1" {
				t.Errorf("%s: port %s is open to the world", name, port.Published)
			}
		}
		for _, volume := range service.Volumes {
			if volume.Type == "bind" {
				if _, err := os.Stat(volume.Source); err != nil {
					t.Errorf("%s: %v", name, err)
				}
			}
		}
	}
}

func TestComposeCommand(t *testing.T) {
	for command, environment := range map[string]types.Mapping{"demo": nil, "serve": {"WXAPP_COMMAND": "serve"}} {
		if got := loadCompose(t, environment).Services["exporter"].Command; !slices.Equal(got, []string{command}) {
			t.Errorf("with %v the exporter runs %v, want %s", environment, got, command)
		}
	}
}

// The alerts ask the data source that is provisioned.
func TestProvisionedDatasource(t *testing.T) {
	datasources, err := os.ReadFile(filepath.Join(composeFolder, "grafana/datasources.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	alerts, err := os.ReadFile("alerting/wxapp-alerts.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(datasources), "uid: prometheus\n") || !strings.Contains(string(alerts), "datasourceUid: prometheus\n") {
		t.Error("the data source and the alerts differ in its uid")
	}
}
