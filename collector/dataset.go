package collector

import (
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// datasetFamilies show why datasets fail, and how those beside the user portrait are polled.
var datasetFamilies = []*Family{
	ofSnapshot(FromPoll, gauge("wxapp_failing", "1",
		"Why a dataset fails. Always 1, and only while the last request for a due window of the dataset has failed.", "appid", "dataset", "reason"),
		func(s *Snapshot, add adder) {
			for _, dataset := range s.Datasets {
				for _, reason := range dataset.FailureReasons() {
					add(1, s.App.ID, dataset.Name, string(reason))
				}
			}
		}),
	ofSnapshot(FromPoll, gauge("wxapp_dataset_up", "1",
		"1 if the last request for every due window of a dataset other than the user portrait succeeded, 0 otherwise.", "appid", "dataset"),
		func(s *Snapshot, add adder) {
			for _, dataset := range s.optional() {
				dataset.Status.emit(add, s.App.ID, dataset.Name)
			}
		}),
	ofSnapshot(FromAnswer, gauge("wxapp_dataset_end_timestamp_seconds", "s",
		"End of the newest day of a dataset: 24:00 in Asia/Shanghai.", "appid", "dataset"),
		func(s *Snapshot, add adder) {
			for _, dataset := range s.optional() {
				if !dataset.End.IsZero() {
					add(float64(dataset.End.Add(1).Begin().Unix()), s.App.ID, dataset.Name)
				}
			}
		}),
	ofSnapshot(FromPoll, counter("wxapp_dataset_failures_total", "{poll}",
		"Failed polls of a dataset, by reason. A poll that failed for several reasons counts once for each.", "appid", "dataset", "reason"),
		func(s *Snapshot, add adder) {
			for _, dataset := range s.optional() {
				for _, reason := range wechat.FailureReasons() {
					add(float64(dataset.FailedPolls[reason]), s.App.ID, dataset.Name, string(reason))
				}
			}
		}),
}

func datasetLabels() []Label {
	var names []string
	for _, dataset := range wechat.Datasets() {
		names = append(names, dataset.Name)
	}
	return []Label{{"dataset", names, "a dataset; see `WXAPP_DATASETS`. `user_portrait` is in `wxapp_failing` only: how it is polled has metrics of its own"}}
}
