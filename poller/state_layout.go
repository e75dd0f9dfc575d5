package poller

import (
	"encoding/json"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// UnmarshalJSON decodes a state, or one in the layout before, in which the user portrait stood
// apart from the datasets.
func (s *State) UnmarshalJSON(content []byte) error {
	type state State
	if err := json.Unmarshal(content, (*state)(s)); err != nil {
		return err
	}
	if s.Series != nil {
		return nil
	}
	var before struct {
		Quota      *wechat.Quota         `json:"quota"`
		QuotaAsked time.Time             `json:"quota_asked"`
		Calls      collector.Calls       `json:"calls"`
		Pause      Pause                 `json:"pause"`
		Windows    []oldWindow           `json:"windows"`
		Datasets   map[string]oldDataset `json:"datasets"`
	}
	if err := json.Unmarshal(content, &before); err != nil {
		return err
	}
	s.Series, s.CaughtUp = map[string][]WindowState{}, map[string]collector.Calls{}
	s.Endpoints = map[string]EndpointState{
		wechat.EndpointUserPortrait: {before.Calls, before.Quota, before.QuotaAsked, before.Pause},
	}
	for _, w := range before.Windows {
		series := w.Window.Range.String()
		s.Series[series] = append(s.Series[series], w.state())
	}
	for name, dataset := range before.Datasets {
		if !dataset.CaughtUp.Day.IsZero() {
			s.CaughtUp[name] = dataset.CaughtUp
		}
		for endpoint, of := range dataset.Statistics {
			s.Endpoints[endpoint] = EndpointState{Quota: of.Quota, QuotaAsked: of.QuotaAsked, Pause: of.Pause}
			for _, w := range of.Windows {
				s.Series[endpoint] = append(s.Series[endpoint], w.state())
			}
		}
	}
	return nil
}

// oldDataset is a dataset in the layout before.
type oldDataset struct {
	CaughtUp   collector.Calls `json:"caught_up"`
	Statistics map[string]struct {
		Quota      *wechat.Quota `json:"quota"`
		QuotaAsked time.Time     `json:"quota_asked"`
		Pause      Pause         `json:"pause"`
		Windows    []oldWindow   `json:"windows"`
	} `json:"statistics"`
}

// oldWindow is a window in the layout before, which named its length.
type oldWindow struct {
	Window wechat.Window `json:"window"`
	WindowState
}

func (w oldWindow) state() WindowState {
	w.End = w.Window.End
	return w.WindowState
}
