package wechat

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestInvalidateForgetsOnlyTheTokenHeld(t *testing.T) {
	requests := 0
	tokens := &SecretTokens{Secret: knownSecret("the secret"), HTTP: numbered(&requests, `,"expires_in":7200`).client()}
	first, _ := tokens.Token(t.Context())
	tokens.Invalidate(first)
	second, _ := tokens.Token(t.Context())
	tokens.Invalidate(first)
	third, _ := tokens.Token(t.Context())
	if first.Value == second.Value || second.Value != third.Value || requests != 2 {
		t.Errorf("got %s, %s, %s in %d requests", first.Value.Reveal(), second.Value.Reveal(), third.Value.Reveal(), requests)
	}
}

func TestConcurrentCallersShareOneRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		requests := 0
		http := wire(func(r *http.Request) (*http.Response, error) {
			requests++
			select {
			case <-time.After(time.Minute):
			case <-r.Context().Done():
				return nil, r.Context().Err()
			}
			return answer(http.StatusOK, `{"access_token":"token","expires_in":7200}`), nil
		}).client()
		tokens := &SecretTokens{Secret: knownSecret("the secret"), HTTP: http}

		// The first caller starts the request and leaves.
		impatient, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		begin := time.Now()
		var callers sync.WaitGroup
		callers.Go(func() {
			_, err := tokens.Token(impatient)
			if !errors.Is(err, context.DeadlineExceeded) || time.Since(begin) != time.Second {
				t.Errorf("got %v after %s", err, time.Since(begin))
			}
		})
		synctest.Wait()
		for range 10 {
			callers.Go(func() {
				token, err := tokens.Token(t.Context())
				if err != nil || token.Value != "token" || time.Since(begin) != time.Minute {
					t.Errorf("got %q, %v after %s", token.Value.Reveal(), err, time.Since(begin))
				}
			})
		}
		callers.Wait()
		if requests != 1 {
			t.Errorf("%d requests", requests)
		}
	})
}

func TestRequestEndsWithItsLastCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ended := 0
		http := wire(func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			ended++
			return nil, r.Context().Err()
		}).client()
		tokens := &SecretTokens{Secret: knownSecret("the secret"), HTTP: http}
		for n := range 2 {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			_, err := tokens.Token(ctx)
			cancel()
			synctest.Wait()
			if !errors.Is(err, context.DeadlineExceeded) || ended != n+1 {
				t.Errorf("got %v, %d requests ended, want %d", err, ended, n+1)
			}
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := tokens.Token(ctx); !errors.Is(err, context.Canceled) || ended != 2 {
			t.Errorf("a canceled caller: got %v, %d requests", err, ended)
		}
	})
}

// TestBlockedSecretDoesNotHoldCallers has a function Secret that never returns, as when
// its file is on a dead mount.
func TestBlockedSecretDoesNotHoldCallers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		answers := make(chan struct{})
		var reads atomic.Int32
		tokens := &SecretTokens{HTTP: script(`{"access_token":"token","expires_in":7200}`).client(), Secret: func() (Secret, error) {
			reads.Add(1)
			<-answers
			return "the secret", nil
		}}
		for range 3 {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			begin := time.Now()
			_, err := tokens.Token(ctx)
			cancel()
			if !errors.Is(err, context.DeadlineExceeded) || time.Since(begin) != time.Minute {
				t.Errorf("got %v after %s", err, time.Since(begin))
			}
		}
		if reads.Load() != 1 {
			t.Errorf("%d calls of Secret are stuck, want 1", reads.Load())
		}
		close(answers)
		synctest.Wait()
		if token, err := tokens.Token(t.Context()); err != nil || token.Value.Reveal() != "token" {
			t.Errorf("got %q, %v", token.Value.Reveal(), err)
		}
	})
}
