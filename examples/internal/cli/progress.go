package cli

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"golang.org/x/term"
)

// Progress is one line on a terminal that says how much is done. Elsewhere it is silent. It is
// safe for concurrent use.
type Progress struct {
	mu    sync.Mutex
	w     io.Writer // nil if it is silent
	start time.Time
	last  time.Time
	drawn bool
}

// NewProgress draws on stderr if that is a terminal.
func NewProgress(stderr io.Writer) *Progress {
	p := &Progress{start: time.Now()}
	if f, ok := stderr.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		p.w = f
	}
	return p
}

// Set draws at most ten times a second, and not in the first second.
func (p *Progress) Set(what string, done, total int) {
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

// Clear takes the line away.
func (p *Progress) Clear() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.drawn {
		fmt.Fprint(p.w, "\r\x1b[K")
		p.drawn = false
	}
}
