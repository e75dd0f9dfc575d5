package main

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
)

// Every dashboard is uploaded, as somebody who may write, and a picture is taken of it without
// the password in the address.
func TestRun(t *testing.T) {
	var uploaded, taken []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body struct {
			Dashboard struct{ UID string }
			Overwrite bool
		}
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
			t.Error(err)
		}
		name, password, _ := r.BasicAuth()
		if r.URL.Path != "/grafana/api/dashboards/db" || !body.Overwrite || name != "admin" || password != "hidden" {
			t.Errorf("%s by %s, overwrite %t", r.URL.Path, name, body.Overwrite)
		}
		uploaded = append(uploaded, body.Dashboard.UID)
		_, _ = w.Write([]byte(`{"uid":"` + body.Dashboard.UID + `","status":"success"}`))
	}))
	t.Cleanup(server.Close)
	take := func(_ context.Context, page, picture string) error {
		if strings.Contains(page, "hidden") || !strings.Contains(page, "/grafana/d/wxapp-") {
			t.Errorf("a picture is taken of %s", page)
		}
		taken = append(taken, picture)
		return nil
	}
	address := strings.Replace(server.URL, "http://", "http://admin:hidden@", 1) + "/grafana"
	if err := run(t.Context(), address, "images", take); err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(uploaded, "wxapp-portrait-zh-cn") || !slices.Contains(taken, "images/wxapp-portrait.zh-CN.png") || len(taken) != len(uploaded) || len(taken) < 6 {
		t.Errorf("uploaded %v, pictures %v", uploaded, taken)
	}
}

// A Grafana that refuses is named with its reason, never with the password; without an address
// nothing happens.
func TestRunFails(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusForbidden)
		_, _ = w.Write([]byte(`{"message":"no permission"}`))
	}))
	take := func(context.Context, string, string) error { return errors.New("a picture is taken") }
	address := strings.Replace(server.URL, "http://", "http://admin:hidden@", 1)
	check := func(address, want string) {
		t.Helper()
		err := run(t.Context(), address, "images", take)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "hidden") {
			t.Errorf("error %v, want one with %q and without the password", err, want)
		}
	}
	check(address, "403 Forbidden no permission")
	server.Close()
	check(address, "no answer")
	check("://hidden", "GRAFANA_URL")
	if err := run(t.Context(), "", "images", take); err != nil {
		t.Error(err)
	}
}
