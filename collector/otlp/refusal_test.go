package otlp

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/wxapp-exporter/wxapp_exporter/wechat"
)

// What a receiver says about a message that it refuses stands in the remedy, on one line and
// without secrets, of a push and of a check.
func TestRefusal(t *testing.T) {
	const token = "0penSesame"
	tests := []struct {
		name         string
		status       int
		kind, answer string
		want         []string
	}{
		{
			"text of Prometheus", http.StatusInternalServerError, "text/plain; charset=utf-8",
			"normalization for label name \"团队\" resulted in invalid name \"__\"\n",
			[]string{"look at the log of the receiver", `; the receiver says "normalization for label name \"团队\" resulted in invalid name \"__\""`},
		},
		{
			"out of order", http.StatusBadRequest, "text/plain", "out of order sample",
			[]string{"service.instance.id", "out_of_order_time_window", `says "out of order sample"`},
		},
		{
			"Status of the specification", http.StatusUnprocessableEntity, "application/x-protobuf",
			"\x08\x03\x12\x0aquota\nover", // code 3, and a message of 10 bytes
			[]string{`the receiver says "quota over"`},
		},
		{"secret", http.StatusForbidden, "text/plain", "no such token: " + token, []string{"correct the credentials", `says "no such token: [secret]"`}},
		{"several lines", http.StatusConflict, "text/plain", "one\r\n\ttwo\x00three", []string{`says "one two three"`}},
		{"long text", http.StatusConflict, "text/plain", strings.Repeat("ab ", 5000), []string{`says "` + strings.Repeat("ab ", 100) + `…"`}},
		{"half a secret", http.StatusConflict, "text/plain", strings.Repeat(" ", maxRefusal-5) + token, nil},
		{"page", http.StatusBadGateway, "text/html", "<html>bad gateway</html>", nil},
		{"nothing", http.StatusConflict, "", "", nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", test.kind)
				w.WriteHeader(test.status)
				_, _ = w.Write([]byte(test.answer))
			}))
			defer receiver.Close()
			config := Config{Protocol: HTTP, Headers: map[string]wechat.Secret{"authorization": "Bearer " + token}}
			p := newPushing(t, storeOf(t, 1), receiver.URL, config)
			p.pushUntilFailed(t)

			var err error
			if config.Endpoint, err = url.Parse(receiver.URL); err != nil {
				t.Fatal(err)
			}
			err = Check(t.Context(), config)
			for name, remedy := range map[string]string{"push": p.log.String(), "check": Remedy(err).English, "Chinese": Remedy(err).Chinese} {
				if name == "push" { // the log quotes once more
					_, remedy, _ = strings.Cut(remedy, "remedy=")
					remedy = strings.ReplaceAll(strings.ReplaceAll(remedy, `\"`, `"`), `\\`, `\`)
				}
				if strings.Contains(remedy, token[:5]) || strings.ContainsAny(strings.TrimSpace(remedy), "\r\n\x00") {
					t.Errorf("%s: %q", name, remedy)
				}
				if quotes := strings.Contains(remedy, "says") || strings.Contains(remedy, "接收端的说明："); quotes != (test.want != nil) {
					t.Errorf("%s: %q", name, remedy)
				}
				for _, want := range test.want {
					if name != "Chinese" && !strings.Contains(remedy, want) {
						t.Errorf("%s: %q does not say %q", name, remedy, want)
					}
				}
			}
		})
	}
}
