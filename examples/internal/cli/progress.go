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

// Progress is one line on a terminal that shows how much is done. If standard error is not a terminal
// it is silent. It is safe for concurrent use.
type Progress struct {
	mu    sync.Mutex
	w     io.Writer // nil if it is silent
	start time.Time
	last  time.Time
	drawn bool
	draw  func(what string, done, total int) // a test's, in the place of Set
}

// NewProgress returns a Progress that draws on stderr if stderr is a terminal that can clear a line.
func NewProgress(stderr io.Writer) *Progress {
	p := &Progress{start: time.Now()}
	if f, ok := stderr.(*os.File); ok && term.IsTerminal(int(f.Fd())) && os.Getenv("TERM") != "dumb" {
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
	fmt.Fprint(p.w, "\r\x1b[K"+bar(what, done, total, Terminal(p.w)))
	p.last, p.drawn = now, true
}

// bar returns a line that fits a terminal of some width, so that it can be drawn over.
func bar(what string, done, total, width int) string {
	const length = 30
	full := min(length, length*done/total)
	line := fmt.Sprintf("[%s%s] %3d %% %s", strings.Repeat("#", full), strings.Repeat(".", length-full), min(100, 100*done/total), what)
	letters := []rune(line)
	return string(letters[:min(len(letters), max(0, width-1))])
}

// Clear deletes the line.
func (p *Progress) Clear() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.drawn {
		fmt.Fprint(p.w, "\r\x1b[K")
		p.drawn = false
	}
}

// Systems returns what shows the progress of a run through some systems as one bar, which never goes
// back. It is told of steps as "system: step"; how many there are of a system is not known before, so
// each step takes half of what is left of the system's share.
func (p *Progress) Systems(n int) func(what string, done, total int) {
	type share struct {
		number      int // of the system, in the order of appearance
		step        string
		begun, left float64
	}
	var mu sync.Mutex
	var systems []*share
	find := map[string]*share{}
	shown := 0.0
	return func(what string, done, total int) {
		mu.Lock()
		defer mu.Unlock()
		name, step, _ := strings.Cut(what, ": ")
		s := find[name]
		if s == nil {
			s = &share{number: len(systems) + 1, left: 1}
			systems, find[name] = append(systems, s), s
		}
		if step != s.step && s.step != "" {
			s.begun, s.left = s.begun+s.left/2, s.left/2
		}
		s.step = step
		sum := 0.0
		for _, x := range systems {
			if x == s {
				sum += s.begun + s.left/2*float64(done)/float64(max(total, 1))
			} else if x.number < s.number {
				sum++ // it is done, or counts as done
			}
		}
		shown = min(max(shown, sum/float64(n)), 1)
		set := p.Set
		if p.draw != nil {
			set = p.draw
		}
		set(fmt.Sprintf("%d of %d systems, %s", min(s.number, n), n, what), int(shown*1000), 1000)
	}
}
