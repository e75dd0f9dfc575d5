package otlp

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/wxapp-exporter/wxapp_exporter/collector"
)

// fakeExporter is an exporter that sends nothing.
type fakeExporter func(context.Context) error

func (f fakeExporter) Export(ctx context.Context, _ *metricdata.ResourceMetrics) error { return f(ctx) }

func (f fakeExporter) Shutdown(context.Context) error { return nil }

func (p *pushing) replaceExporter(fake fakeExporter) {
	_ = p.exporter.Shutdown(context.Background())
	p.exporter = fake
}

// start runs a Pusher with a fake exporter in the background of a bubble of synctest.
func start(t *testing.T, export fakeExporter) (p *pushing, batches int, stop func()) {
	restored := make(chan struct{})
	close(restored)
	return startRestoring(t, restored, export)
}

func startRestoring(t *testing.T, restored <-chan struct{}, export fakeExporter) (p *pushing, batches int, stop func()) {
	p = newPushing(t, storeOf(t, 1), "http://127.0.0.1:1", Config{Interval: time.Minute, Timeout: 10 * time.Second})
	p.replaceExporter(export)
	batches = p.inSmallBatches(t)
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { p.Run(ctx, restored) })
	synctest.Wait()
	return p, batches, func() {
		cancel()
		running.Wait()
	}
}

func TestRunPushesOncePerIntervalAndAtTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var messages atomic.Int64
		_, batches, stop := start(t, func(context.Context) error { messages.Add(1); return nil })
		for minute := range 5 {
			if n := int(messages.Load()); n != batches*minute {
				t.Errorf("%d messages after %d minutes", n, minute)
			}
			time.Sleep(time.Minute)
			synctest.Wait()
		}
		stop()
		if n := int(messages.Load()); n != batches*6 {
			t.Errorf("%d messages at the end", n)
		}
	})
}

// While apps are being restored nothing is pushed, not even when the program stops. If that
// takes longer than the interval, the first push comes at once.
func TestPushAwaitsRestoring(t *testing.T) {
	tests := []struct {
		restoring        time.Duration
		ends             bool // before the program stops
		pushes, atTheEnd int
	}{
		{time.Second, true, 0, 1},
		{3*time.Minute + time.Second, true, 1, 2},
		{3*time.Minute + time.Second, false, 0, 0},
	}
	for _, test := range tests {
		synctest.Test(t, func(t *testing.T) {
			messages := 0
			restored := make(chan struct{})
			_, batches, stop := startRestoring(t, restored, func(context.Context) error { messages++; return nil })
			check := func(when string, pushes int) {
				t.Helper()
				synctest.Wait()
				if messages != batches*pushes {
					t.Errorf("%d messages %s, want %d pushes: %+v", messages, when, pushes, test)
				}
			}
			time.Sleep(test.restoring)
			check("while restoring", 0)
			if test.ends {
				close(restored)
			}
			check("after restoring", test.pushes)
			stop()
			check("at the end", test.atTheEnd)
		})
	}
}

// When the program stops just after all apps were restored, they are pushed.
func TestStopAfterRestoring(t *testing.T) {
	restored := make(chan struct{})
	close(restored)
	ctx, stop := context.WithCancel(t.Context())
	stop()
	for range 20 {
		messages := 0
		p := newPushing(t, storeOf(t, 1), "http://127.0.0.1:1", Config{Interval: time.Minute, StopTimeout: time.Minute})
		p.replaceExporter(func(context.Context) error { messages++; return nil })
		if p.Run(ctx, restored); messages == 0 {
			t.Fatal("nothing was pushed")
		}
	}
}

// A receiver that hangs does not keep the program from stopping, whether a push is under
// way or not.
func TestRunEndsInTime(t *testing.T) {
	for _, wait := range []time.Duration{0, time.Minute + time.Second} {
		synctest.Test(t, func(t *testing.T) {
			_, _, stop := start(t, func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() })
			time.Sleep(wait)
			begin := time.Now()
			stop()
			if took := time.Since(begin); took > 2*time.Second {
				t.Errorf("it took %s to end", took)
			}
		})
	}
}

// When a receiver hangs, only one batch of each push waits until the timeout. The log says
// how long that was.
func TestTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		var at []time.Duration
		p, _, stop := start(t, func(ctx context.Context) error {
			at = append(at, time.Since(begin))
			<-ctx.Done()
			return context.Cause(ctx)
		})
		time.Sleep(3*time.Minute + 30*time.Second)
		stop()
		p.checkLog(t, `error="no success within 10s"`)
		want := []time.Duration{time.Minute, 2 * time.Minute, 3 * time.Minute, 3*time.Minute + 30*time.Second}
		if len(at) != len(want) {
			t.Fatalf("messages at %v, want %v", at, want)
		}
		for i := range want {
			if at[i] != want[i] {
				t.Errorf("messages at %v, want %v", at, want)
			}
		}
	})
}

// After a batch was refused, the others are still sent.
func TestPushContinuesAfterRefusal(t *testing.T) {
	messages := 0
	p := newPushing(t, storeOf(t, 1), "http://127.0.0.1:1", Config{})
	batches := p.inSmallBatches(t)
	p.replaceExporter(func(context.Context) error { messages++; return errors.New("refused") })
	p.push(t.Context())
	if messages != batches {
		t.Errorf("%d of %d batches were sent", messages, batches)
	}
}

// A push that is interrupted because the program stops is not a failure.
func TestInterruptedPush(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	p := newPushing(t, &collector.Store{}, "http://127.0.0.1:1", Config{})
	p.replaceExporter(func(ctx context.Context) error { cancel(); return ctx.Err() })
	p.push(ctx)
	p.check(t, counts(0, 0, 0))
	p.checkLog(t)
}
