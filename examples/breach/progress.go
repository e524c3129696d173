package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"golang.org/x/term"
)

// progress is one line on a terminal that says how much is done. Elsewhere it is silent. It is
// safe for concurrent use.
type progress struct {
	mu    sync.Mutex
	w     io.Writer // nil if it is silent
	start time.Time
	last  time.Time
	drawn bool
}

func newProgress(stderr io.Writer) *progress {
	p := &progress{start: time.Now()}
	if f, ok := stderr.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		p.w = f
	}
	return p
}

// set draws at most ten times a second, and not in the first second.
func (p *progress) set(what string, done, total int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	if p.w == nil || total <= 0 || now.Sub(p.start) < time.Second || now.Sub(p.last) < 100*time.Millisecond {
		return
	}
	const width = 30
	full := min(width, width*done/total)
	fmt.Fprintf(p.w, "\r\x1b[K[%s%s] %3d %% %s", strings.Repeat("#", full), strings.Repeat(".", width-full), min(100, 100*done/total), what)
	p.last, p.drawn = now, true
}

func (p *progress) clear() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.drawn {
		fmt.Fprint(p.w, "\r\x1b[K")
		p.drawn = false
	}
}
