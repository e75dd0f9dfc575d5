package boards

import (
	"github.com/wxapp-exporter/wxapp_exporter/dashboards/grafana"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// sources are the words for the sources. One that WeChat does not document keeps its key.
func (l language) sources() []grafana.Choice {
	var choices []grafana.Choice
	for _, name := range wechat.Sources() {
		choices = append(choices, grafana.Choice{Value: name.Chinese, Text: l.text(name.English, name.Chinese)})
	}
	return choices
}

// namedSources shows the series of sources in the language.
func (l language) namedSources(p *grafana.Panel) *grafana.Panel {
	for _, choice := range l.sources() {
		p.Override(choice.Value.(string), grafana.Property{ID: "displayName", Value: choice.Text})
	}
	return p
}
