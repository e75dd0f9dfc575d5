// Command screenshots brings the generated dashboards into a Grafana and takes a picture of
// each, for the documents. GRAFANA_URL says where the Grafana is, with the name and password of
// somebody who may write dashboards: http://admin:admin@127.0.0.1:3000. Everybody must be able
// to view it, as in deploy/compose. Without GRAFANA_URL nothing is done.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/wxapp-exporter/wxapp_exporter/dashboards/boards"
)

func main() {
	if err := run(context.Background(), os.Getenv("GRAFANA_URL"), "../docs/images", chromium); err != nil {
		fmt.Fprintln(os.Stderr, "screenshots:", err)
		os.Exit(1)
	}
}

// run uploads all dashboards and lets take write a picture of each into the folder, under the
// name of its file.
func run(ctx context.Context, grafana, folder string, take func(ctx context.Context, page, picture string) error) error {
	if grafana == "" {
		fmt.Println("GRAFANA_URL is not set: the pictures stay as they are")
		return nil
	}
	base, err := url.Parse(grafana)
	if err != nil || base.Host == "" {
		return errors.New("GRAFANA_URL is no address like http://admin:admin@127.0.0.1:3000")
	}
	files, err := boards.Files()
	if err != nil {
		return err
	}
	for name, content := range files {
		uid, err := upload(ctx, base, content)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		page := *base
		page.User = nil
		page = *page.JoinPath("d", uid)
		page.RawQuery = "kiosk&theme=dark"
		picture := filepath.Join(folder, strings.TrimSuffix(name, ".json")+".png")
		if err := take(ctx, page.String(), picture); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		fmt.Println(picture)
	}
	return nil
}

// upload brings a dashboard into Grafana, in place of the one with the same uid, and returns
// that.
func upload(ctx context.Context, base *url.URL, dashboard []byte) (string, error) {
	body, err := json.Marshal(map[string]any{"dashboard": json.RawMessage(dashboard), "overwrite": true})
	if err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, base.JoinPath("api/dashboards/db").String(), bytes.NewReader(body)) //nolint:gosec // the address is what this is told
	if err != nil {
		return "", err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request) //nolint:gosec // as above
	if err != nil {
		return "", errors.New("no answer from Grafana at " + base.Host)
	}
	defer func() { _ = response.Body.Close() }()
	answer, err := io.ReadAll(io.LimitReader(response.Body, 1<<20))
	if err != nil {
		return "", err
	}
	var saved struct{ UID, Message string }
	_ = json.Unmarshal(answer, &saved)
	if response.StatusCode != http.StatusOK || saved.UID == "" {
		return "", fmt.Errorf("refused by Grafana: %s %s", response.Status, saved.Message)
	}
	return saved.UID, nil
}

// chromium takes a picture of a page on a screen of 1920 × 1080, after the panels had 30
// seconds to load.
func chromium(ctx context.Context, page, picture string) error {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Minute)
	defer cancel()
	command := exec.CommandContext(ctx, "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", //nolint:gosec // as above
		"--window-size=1920,1080", "--virtual-time-budget=30000", "--screenshot="+picture, page)
	if output, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("chromium: %w\n%s", err, output)
	}
	return nil
}
