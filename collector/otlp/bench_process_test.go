package otlp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/otel/sdk/resource"
	collectorpb "go.opentelemetry.io/proto/otlp/collector/metrics/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/encoding"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
	"github.com/wxapp-exporter/wxapp_exporter/collector/collectortest"
	"github.com/wxapp-exporter/wxapp_exporter/wechat"
	"github.com/wxapp-exporter/wxapp_exporter/wechat/wechattest"
)

// benchProcess is what a process of a benchmark does. The benchmark starts its own binary for
// each, so that the operating system accounts for each of them apart.
type benchProcess struct {
	Receive  bool     // takes messages until its input ends
	Apps     int      // otherwise: how many it holds
	Protocol Protocol // by which it pushes them or receives; empty: it does not push
	Endpoint string
}

const benchProcessVariable = "OTLP_BENCH_PROCESS"

func TestMain(m *testing.M) {
	encoding.RegisterCompressor(Compressor()) // as the program does
	description := os.Getenv(benchProcessVariable)
	if description == "" {
		os.Exit(m.Run())
	}
	var process benchProcess
	err := json.Unmarshal([]byte(description), &process)
	if err == nil && process.Receive {
		err = process.receive()
	} else if err == nil {
		err = process.push()
	}
	if err != nil {
		_, _ = fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// receive receives messages and drops them. It prints its endpoint first.
func (p *benchProcess) receive() error {
	listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	endpoint := "http://" + listener.Addr().String()
	if p.Protocol == GRPC {
		server := grpc.NewServer()
		collectorpb.RegisterMetricsServiceServer(server, dropping{})
		go func() { _ = server.Serve(listener) }()
	} else {
		endpoint += "/v1/metrics"
		handler := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) })
		go func() { _ = http.Serve(listener, handler) }() //nolint:gosec // no client is slow here
	}
	fmt.Println(endpoint)
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

type dropping struct {
	collectorpb.UnimplementedMetricsServiceServer
}

func (dropping) Export(context.Context, *collectorpb.ExportMetricsServiceRequest) (*collectorpb.ExportMetricsServiceResponse, error) {
	return &collectorpb.ExportMetricsServiceResponse{}, nil
}

// push holds apps, each with rows of its own, and pushes them three times. It prints its peak
// memory.
func (p *benchProcess) push() error {
	store, err := separateApps(p.Apps)
	if err != nil {
		return err
	}
	if p.Protocol != "" {
		pusher, err := newBenchPusher(p.Protocol, p.Endpoint, store)
		if err != nil {
			return err
		}
		for range 3 {
			pusher.push(context.Background())
		}
		if failure := pusher.Status().Failure; failure != "" {
			return errors.New(failure)
		}
	}
	peak, err := peakRSS()
	fmt.Println(peak)
	return err
}

// separateApps returns a Store of apps that share no rows. Each is asked about as in a first
// poll, because what is decoded then leaves garbage that decides how large a process becomes.
func separateApps(n int) (*collector.Store, error) {
	store, datasets := &collector.Store{}, wechat.Datasets()
	answers := make([][]collectortest.Answer, len(datasets))
	for i := range n {
		app := collector.App{ID: fmt.Sprintf("wx%016x", i), Name: "茶馆"}
		for j, dataset := range datasets {
			var err error
			answers[j], err = collectortest.Ask(context.Background(), &wechattest.Server{}, app, dataset)
			if err != nil {
				return nil, err
			}
		}
		store.Put(collectortest.Show(app, datasets, answers))
	}
	return store, nil
}

func newBenchPusher(protocol Protocol, endpoint string, store *collector.Store) (*Pusher, error) {
	address, err := url.Parse(endpoint)
	if err != nil {
		return nil, err
	}
	config := Config{Protocol: protocol, Endpoint: address, Gzip: true, Timeout: time.Minute, Resource: resource.Empty()}
	return New(config, store, prometheus.NewRegistry(), NewMetrics(), slog.New(slog.DiscardHandler))
}

// peakRSS returns the largest number of bytes that this process ever had in memory, on Linux.
func peakRSS() (uint64, error) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	var kilobytes uint64
	_, err = fmt.Sscan(rest, &kilobytes)
	return kilobytes << 10, err
}

// command returns a process that has not started.
func (p *benchProcess) command(b *testing.B) *exec.Cmd {
	b.Helper()
	description, err := json.Marshal(p)
	if err != nil {
		b.Fatal(err)
	}
	command := exec.CommandContext(b.Context(), os.Args[0])
	command.Env = append(os.Environ(), benchProcessVariable+"="+string(description))
	command.Stderr = os.Stderr
	return command
}

// startReceiver starts a receiver that drops everything and returns its endpoint.
func startReceiver(b *testing.B, protocol Protocol) string {
	b.Helper()
	command := (&benchProcess{Receive: true, Protocol: protocol}).command(b)
	input, err := command.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	output, err := command.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := command.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		_ = input.Close()
		_ = command.Wait()
	})
	var endpoint string
	if _, err := fmt.Fscan(output, &endpoint); err != nil {
		b.Fatal(err)
	}
	return endpoint
}

// peak returns the peak memory of a process that holds apps and may push them.
func (p *benchProcess) peak(b *testing.B) uint64 {
	b.Helper()
	output, err := p.command(b).Output()
	if err != nil {
		b.Fatal(err)
	}
	peak, err := strconv.ParseUint(strings.TrimSpace(string(output)), 10, 64)
	if err != nil {
		b.Fatal(err)
	}
	return peak
}
