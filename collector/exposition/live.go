package exposition

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/expfmt"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
)

// live are the metrics of the process, which may change at any time.
type live struct {
	gatherer prometheus.Gatherer
	served   map[string]bool // the families that are served beside them
}

func newLive(gatherer prometheus.Gatherer) (*live, error) {
	l := &live{gatherer, map[string]bool{}}
	for _, metric := range append(collector.AppMetrics(), collector.LocationMetric()) {
		l.served[family(metric.Name)] = true
	}
	var errs []error
	families, _ := gatherer.Gather() // what fails now may work when it is scraped
	for _, f := range families {
		errs = append(errs, l.check(f.GetName()))
	}
	return l, errors.Join(errs...)
}

// check returns an error for the name of a family that is served beside the live ones.
func (l *live) check(name string) error {
	if l.served[family(name)] {
		return fmt.Errorf("metric %s: the exposition has one of that name already; rename it or do not register it", name)
	}
	return nil
}

// write writes the metrics and the end of the exposition, or only the end. What fails
// is left out of the text and told by the error.
func (l *live) write(text *bytes.Buffer, format expfmt.Format, wanted bool) error {
	encoder := expfmt.NewEncoder(text, format)
	var errs []error
	if wanted {
		families, err := l.gatherer.Gather()
		errs = append(errs, err)
		for _, f := range families {
			begin := text.Len()
			err := l.check(f.GetName())
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
