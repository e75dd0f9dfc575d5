package exposition

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
)

// self are the metrics of the exporter itself, which may change at any time.
type self struct {
	gatherer prometheus.Gatherer
	taken    map[string]bool // the families of the apps and the places
}

func newSelf(gatherer prometheus.Gatherer) (*self, error) {
	s := &self{gatherer, map[string]bool{}}
	for _, metric := range append(collector.AppMetrics(), collector.LocationMetric()) {
		s.taken[family(metric.Name)] = true
	}
	var errs []error
	families, _ := gatherer.Gather() // what fails now may work at the first scrape
	for _, f := range families {
		errs = append(errs, s.check(f.GetName()))
	}
	return s, errors.Join(errs...)
}

// check returns an error for a name that belongs to a metric of the apps or the places.
func (s *self) check(name string) error {
	if s.taken[family(name)] {
		return fmt.Errorf("metric %s: the name belongs to a metric of the apps; rename it or do not register it", name)
	}
	return nil
}

// write writes the metrics, if they are wanted, and the end of the exposition. Metrics
// that fail are left out of the text; the error tells which.
func (s *self) write(text *bytes.Buffer, format expfmt.Format, wanted bool) error {
	encoder := expfmt.NewEncoder(text, format)
	var errs []error
	if wanted {
		families, err := s.gatherer.Gather()
		errs = append(errs, err)
		if format.FormatType() == expfmt.TypeOpenMetrics {
			families = eachOnce(families)
		}
		for _, f := range families {
			begin := text.Len()
			err := s.check(f.GetName())
			if err == nil {
				err = encoder.Encode(f)
			}
			if err != nil {
				text.Truncate(begin)
				errs = append(errs, err)
			}
		}
	}
	if closer, ok := encoder.(expfmt.Closer); ok {
		errs = append(errs, closer.Close())
	}
	return errors.Join(errs...)
}

// eachOnce returns families that have different names in OpenMetrics, too, where a counter is
// named without its suffix: readers refuse all of a scrape in which a name comes twice. A counter
// whose name is taken, such as go_memstats_alloc_bytes_total, keeps all of it, but has no type.
func eachOnce(families []*dto.MetricFamily) []*dto.MetricFamily {
	names := map[string]bool{}
	for _, f := range families {
		names[f.GetName()] = true
	}
	distinct := slices.Clone(families)
	for i, f := range families {
		if name := family(f.GetName()); f.GetType() == dto.MetricType_COUNTER && name != f.GetName() && names[name] {
			distinct[i] = untyped(f)
		}
	}
	return distinct
}

// untyped returns a counter without its type.
func untyped(counter *dto.MetricFamily) *dto.MetricFamily {
	f := &dto.MetricFamily{Name: counter.Name, Help: counter.Help, Type: dto.MetricType_UNTYPED.Enum()}
	for _, m := range counter.Metric {
		f.Metric = append(f.Metric, &dto.Metric{Label: m.Label, Untyped: &dto.Untyped{Value: m.Counter.Value}, TimestampMs: m.TimestampMs})
	}
	return f
}
