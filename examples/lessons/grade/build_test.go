package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"
)

// A source of a few lines can have a constant of 2^43 bytes. It costs the compiler its memory, and not the
// machine's.
func TestCompilersMemory(t *testing.T) {
	if !*long || runtime.GOOS != "linux" {
		t.Skip("needs -long, and Linux")
	}
	source := "package leaf\n\nconst c0 = \"12345678\"\n"
	for i := range 40 {
		source += fmt.Sprintf("const c%d = c%d + c%d\n", i+1, i, i)
	}
	source += "func Forge(accepts func(leaf [16]byte) bool) (leaf [16]byte, err error) { print(c40); return }\n"
	_, err := build(t.Context(), root(t), leaf(t), []byte(source))
	complaint := errCompile("")
	if !errors.As(err, &complaint) || !strings.Contains(err.Error(), "out of memory") {
		t.Errorf("expected a compiler out of memory, found %v", err)
	}
}

// A build that is stopped leaves no process behind, which would keep its pipe open.
func TestBuildEndsAsAWhole(t *testing.T) {
	if _, err := exec.LookPath("sh"); err != nil || runtime.GOOS == "windows" {
		t.Skip("needs sh")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	cmd := exec.CommandContext(ctx, "sh", "-c", "sleep 60 & wait")
	contain(cmd)
	start := time.Now()
	// It waits for the pipe, which the sleep has too.
	if _, err := cmd.CombinedOutput(); err == nil || time.Since(start) > 30*time.Second {
		t.Errorf("it ended after %v, %v", time.Since(start), err)
	}
}
