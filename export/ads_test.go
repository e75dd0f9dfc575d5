package export_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/wxapp-exporter/wxapp_exporter/poller"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// adRow is the income of a slot on a day of November 2026, in 1/100 yuan.
func adRow(slot string, day, income int) string {
	return fmt.Sprintf(`{"ad_slot":%q,"date":"2026-11-%02d","req_succ_count":9,"income":%d}`, slot, day, income)
}

func adPage(rows ...string) string {
	return fmt.Sprintf(`{"base_resp":{"err_msg":"ok","ret":0},"list":[%s],"total_num":100}`, strings.Join(rows, ","))
}

// The rows of a day stand on two pages of an answer when the first is full.
func TestDayOnTwoPages(t *testing.T) {
	ads, ok := wechat.DatasetNamed("ads")
	if !ok {
		t.Fatal("there is no dataset ads")
	}
	last, err := wechat.ParseDay("20261120")
	if err != nil {
		t.Fatal(err)
	}
	answer := poller.AnswerKey{
		Series: ads.Statistics[0].Series(), Window: ads.Statistics[0].Past().Window(last), Answered: at(t, "25 12:00:00"),
	}
	o := options(t, answers{appid: {
		answer:         adPage(adRow("BANNER", 20, 400), adRow("BANNER", 10, 300)),
		answer.Page(1): adPage(adRow("BANNER", 10, 300), adRow("BOX", 10, 200), adRow("BANNER", 9, 100)),
	}})
	o.Datasets = []wechat.Dataset{ads}
	text := written(t, newExport(t, o), day(t, "11"))
	for slot, income := range map[string]string{"BANNER": "3", "BOX": "2"} {
		if want := fmt.Sprintf(`wxapp_ad_income_yuan{appid=%q,period="day",slot=%q} %s `, appid, slot, income); !strings.Contains(text, want) {
			t.Errorf("no %s in\n%s", want, text)
		}
	}
}
