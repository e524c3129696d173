package main

import (
	"context"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"doormat/examples/internal/cli"
	"doormat/examples/internal/cli/clitest"
)

func TestGolden(t *testing.T) {
	clitest.Golden(t, "sakke.txt", clitest.Output(t, run, "-seed", "1"))
}

func TestWidth(t *testing.T) {
	out := clitest.Output(t, run)
	for _, line := range strings.Split(out, "\n") {
		if utf8.RuneCountInString(line) > 80 || strings.TrimRight(line, " ") != line {
			t.Errorf("%q", line)
		}
	}
	if out == clitest.Output(t, run) {
		t.Error("two runs without a seed are equal")
	}
}

func TestBadInput(t *testing.T) {
	for _, args := range []string{"-nothing", "extra", "-seed x"} {
		var out strings.Builder
		err := run(t.Context(), strings.Fields(args), &out, &out)
		if !errors.Is(err, cli.ErrInput) || strings.Contains(err.Error(), "\n") || out.Len() > 0 {
			t.Errorf("%s: %v %q", args, err, &out)
		}
	}
}

func TestHelp(t *testing.T) {
	var out strings.Builder
	if err := run(t.Context(), []string{"-h"}, &out, &out); err == nil || out.String() != usage {
		t.Errorf("%v %q", err, &out)
	}
}

func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out strings.Builder
	if err := run(ctx, nil, &out, &out); !errors.Is(err, context.Canceled) || out.Len() > 0 {
		t.Errorf("%v %q", err, &out)
	}
}
