package program

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"testing"
	"time"
)

// Sample is one series of the answer to a query.
type Sample struct {
	Labels map[string]string
	Value  float64
}

// Query asks a server with Prometheus' API for the value of an expression at a time. A server
// that has not started yet answers nothing.
func Query(t *testing.T, server, expression string, at time.Time) []Sample {
	t.Helper()
	parameters := url.Values{
		"query": {expression},
		"time":  {at.UTC().Format(time.RFC3339Nano)},
	}
	status, body := Get(t, server+"/api/v1/query?"+parameters.Encode())
	if status == http.StatusServiceUnavailable {
		return nil
	}
	var answer struct {
		Status string
		Error  string
		Data   struct {
			Result []struct {
				Metric map[string]string
				Value  [2]any
			}
		}
	}
	if err := json.Unmarshal([]byte(body), &answer); err != nil || answer.Status != "success" {
		t.Fatalf("%s: %v %s", expression, err, body)
	}
	var samples []Sample
	for _, result := range answer.Data.Result {
		number, err := strconv.ParseFloat(fmt.Sprint(result.Value[1]), 64)
		if err != nil {
			t.Fatal(err)
		}
		samples = append(samples, Sample{result.Metric, number})
	}
	return samples
}
