package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"
	"github.com/tetratelabs/wazero/sys"

	"doormat/examples/lessons/lesson"
)

// memoryPages is the most memory that a player gets, in pages of 64 KiB: 256 MiB.
const memoryPages = 4096

// A sandbox runs one player, any number of times. The player sees two pipes and standard error, and neither
// files nor network nor the time of day.
type sandbox struct {
	runtime wazero.Runtime
	player  wazero.CompiledModule
}

// newSandbox prepares a player. Compiling it takes seconds, and is worth it where it computes for long; else
// it is interpreted.
func newSandbox(ctx context.Context, wasm []byte, compile bool) (*sandbox, error) {
	config := wazero.NewRuntimeConfigInterpreter()
	if compile {
		config = wazero.NewRuntimeConfig()
	}
	s := &sandbox{runtime: wazero.NewRuntimeWithConfig(ctx, config.WithMemoryLimitPages(memoryPages).WithCloseOnContextDone(true))}
	_, err := wasi_snapshot_preview1.Instantiate(ctx, s.runtime)
	if err == nil {
		s.player, err = s.runtime.CompileModule(ctx, wasm)
	}
	if err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

func (s *sandbox) close() { s.runtime.Close(context.Background()) }

// play lets the player play one task, until ctx is done at the latest.
func (s *sandbox) play(ctx context.Context, t lesson.Task) outcome {
	limited := ctx
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	fromReferee, toPlayer := io.Pipe()
	fromPlayer, toReferee := io.Pipe()
	// The runtime looks at ctx while the player computes, but not while it waits for a pipe or sleeps.
	context.AfterFunc(ctx, func() {
		fromReferee.CloseWithError(context.Canceled)
		toPlayer.CloseWithError(context.Canceled)
		fromPlayer.CloseWithError(context.Canceled)
		toReferee.CloseWithError(context.Canceled)
	})
	said := &tail{limit: 64 << 10}
	config := wazero.NewModuleConfig().WithName("").WithStdin(fromReferee).WithStdout(toReferee).WithStderr(said).
		WithSysNanotime().WithNanosleep(func(ns int64) {
		select {
		case <-time.After(time.Duration(ns)):
		case <-ctx.Done():
		}
	})
	ended := make(chan error, 1)
	go func() {
		module, err := s.runtime.InstantiateModule(ctx, s.player, config)
		if module != nil {
			module.Close(context.Background())
		}
		toReferee.Close()
		ended <- err
	}()
	o := referee(ctx, t, fromPlayer, toPlayer)
	if !o.lost {
		cancel()
	}
	err := <-ended
	if o.lost {
		o.note = "ended without an answer: " + ending(err, said.String())
	}
	if o.lost && limited.Err() != nil {
		return outcome{verdict: tooSlow}
	}
	return o
}

// ending says how a player ended.
func ending(err error, said string) string {
	status := "exit status 0"
	if exit := (*sys.ExitError)(nil); errors.As(err, &exit) {
		status = fmt.Sprintf("exit status %d", exit.ExitCode())
	} else if err != nil {
		status = err.Error()
	}
	for text := range strings.Lines(said) {
		for _, prefix := range []string{"panic: ", "fatal error: ", "runtime: out of memory"} {
			if strings.HasPrefix(text, prefix) {
				return line(status + ", " + text)
			}
		}
	}
	return line(status)
}

// A tail keeps the last bytes that were written to it.
type tail struct {
	limit int
	kept  bytes.Buffer
}

func (t *tail) Write(b []byte) (int, error) {
	n := len(b)
	b = b[max(0, n-t.limit):]
	t.kept.Write(b)
	t.kept.Next(t.kept.Len() - min(t.kept.Len(), t.limit))
	return n, nil
}

func (t *tail) String() string { return t.kept.String() }
