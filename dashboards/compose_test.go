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

	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

const composeFolder = "../deploy/compose"

// The exporter's containers can change nothing but their volume, and their image runs as a
// user without rights.
func TestContainersAreLockedDown(t *testing.T) {
	for name, service := range loadCompose(t, nil, "push").Services {
		if service.Build == nil {
			continue
		}
		if !service.ReadOnly || !slices.Equal(service.CapDrop, []string{"ALL"}) || len(service.CapAdd) > 0 || service.Privileged ||
			!slices.Contains(service.SecurityOpt, "no-new-privileges:true") || service.User != "" {
			t.Errorf("%s may do more than it needs", name)
		}
	}
	dockerfile, err := os.ReadFile("../Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	if users := regexp.MustCompile(`(?m)^USER (.*)$`).FindAllStringSubmatch(string(dockerfile), -1); len(users) != 1 || users[0][1] != "65532:65532" {
		t.Errorf("the image runs as %v", users)
	}
}

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
	if got, want := project.ServiceNames(), []string{"collector", "export", "exporter", "exporter-push", "grafana", "import", "past", "prometheus"}; !slices.Equal(got, want) {
		t.Errorf("services with the profile push are %v, want %v", got, want)
	}
	if got, want := loadCompose(t, nil).ServiceNames(), []string{"export", "exporter", "grafana", "import", "past", "prometheus"}; !slices.Equal(got, want) {
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

// The steps that bring the demo's past into Prometheus end before it starts, and do nothing
// with serve.
func TestComposePast(t *testing.T) {
	for command, want := range map[string]map[string][]string{
		"demo": {
			"past":   {"demo", "--past-only"},
			"export": {"export", "--output=/data", "--rewrite", "--every=24h", "--slice=6h", "--label=job=wxapp", "--label=instance=exporter:10120"},
			"import": {"/bin/sh", "/import-past.sh", "/history", "/prometheus"},
		},
		"serve": {"past": {"version"}, "export": {"version"}, "import": {"/bin/true"}},
	} {
		services := loadCompose(t, types.Mapping{"WXAPP_COMMAND": command}).Services
		for name, wanted := range want {
			service := services[name]
			if got := slices.Concat(service.Entrypoint, service.Command); !slices.Equal(got, wanted) {
				t.Errorf("with %s, %s runs %q, want %q", command, name, got, wanted)
			}
			if service.Restart != "" {
				t.Errorf("%s is started again", name)
			}
		}
		for name, before := range map[string]string{"prometheus": "import", "import": "export", "export": "past"} {
			if got := services[name].DependsOn[before].Condition; got != types.ServiceConditionCompletedSuccessfully {
				t.Errorf("with %s, %s waits for %s under the condition %q", command, name, before, got)
			}
		}
	}
}

// All datasets are on, in what is polled, made up and exported, unless somebody chooses others.
// The demo has the income from ads as well, which an export has to name.
func TestComposeDatasets(t *testing.T) {
	for _, test := range []struct {
		environment  types.Mapping
		want, export string
	}{
		{nil, "all", strings.Join(wechat.DatasetNames(), ",")},
		{types.Mapping{"WXAPP_DATASETS": "user_portrait"}, "user_portrait", "user_portrait"},
	} {
		services := loadCompose(t, test.environment, "push").Services
		for name, want := range map[string]string{"exporter": test.want, "exporter-push": test.want, "past": test.want, "export": test.export} {
			if got := services[name].Environment["WXAPP_DATASETS"]; got == nil || *got != want {
				t.Errorf("with %v, %s asks for another than %s", test.environment, name, want)
			}
		}
	}
}

// Made-up numbers have volumes of their own.
func TestComposeVolumes(t *testing.T) {
	writes := func(command string) []string {
		var names []string
		for _, service := range loadCompose(t, types.Mapping{"WXAPP_COMMAND": command}, "push").Services {
			switch service.Name {
			case "grafana", "past", "export", "import":
				continue
			}
			for _, volume := range service.Volumes {
				if volume.Type == "volume" {
					names = append(names, volume.Source)
				}
			}
		}
		slices.Sort(names)
		return names
	}
	if got, want := writes("demo"), []string{"demo", "demo-prometheus", "demo-push"}; !slices.Equal(got, want) {
		t.Errorf("the demo writes to %q, want %q", got, want)
	}
	if got, want := writes("serve"), []string{"serve", "serve-prometheus", "serve-push"}; !slices.Equal(got, want) {
		t.Errorf("serve writes to %q, want %q", got, want)
	}
	for _, command := range []string{"demo", "serve"} {
		services := loadCompose(t, types.Mapping{"WXAPP_COMMAND": command}).Services
		for _, name := range []string{"past", "export", "import"} {
			for _, volume := range services[name].Volumes {
				if volume.Type == "volume" && strings.Contains(volume.Source, "serve") {
					t.Errorf("with %s, %s has the volume %s", command, name, volume.Source)
				}
			}
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
