package consumers

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/e2e/program"
)

// VictoriaMetrics refuses a scrape of too many apps, which the exporter tells, and takes each of them.
func TestTooManyAppsForOneScrape(t *testing.T) {
	const many = 75
	list := "apps:\n"
	for i := range many {
		list += fmt.Sprintf("  - {appid: wx%016x, secret: 5ec2e70123456789abcdef0123456789}\n", i)
	}
	e := startExporterOf(t, list)
	const warning = "refuse scrapes over 16 MiB"

	apart := startVictoriaMetrics(t, discovery(t, e))
	program.Eventually(t, "a good scrape of each app", func() bool {
		return len(program.Query(t, apart, `up == 1`, time.Now())) == many+1
	})
	if strings.Contains(e.Output.String(), warning) {
		t.Error("the exporter warns of scrapes of one app")
	}
	whole := startVictoriaMetrics(t, scrape(e.address()))
	program.Eventually(t, "a refused scrape of all apps", func() bool { return len(program.Query(t, whole, `up == 0`, time.Now())) == 1 })
	e.Tells(t, warning)
	if n := strings.Count(e.Output.String(), warning); n != 1 {
		t.Errorf("the exporter warns %d times", n)
	}
	if stored := program.Query(t, whole, `wxapp_users`, time.Now()); len(stored) > 0 {
		t.Errorf("%d series were stored", len(stored))
	}
}
