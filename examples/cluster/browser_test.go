//go:build !js

package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// chromium is the browser without what a browser has for its maker.
const chromium = "chromium-headless-shell"

// patience is how long the page may take for one step. The machine may be busy.
const patience = 3 * time.Minute

// browser starts Chromium. Where CI runs it must be there.
func browser(t *testing.T) context.Context {
	t.Helper()
	if _, err := exec.LookPath(chromium); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("expected %s, which Debian has", chromium)
		}
		t.Skipf("there is no %s", chromium)
	}
	flags := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(chromium), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(filepath.Join(t.TempDir(), "profile")),
		chromedp.WSURLReadTimeout(patience), chromedp.WindowSize(1100, 1000))
	allocator, cancel := chromedp.NewExecAllocator(t.Context(), flags...)
	t.Cleanup(cancel)
	ctx, cancel := chromedp.NewContext(allocator)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	return ctx
}

// A tab is a page under test.
type tab struct {
	t   *testing.T
	ctx context.Context

	mu     sync.Mutex
	errors []string // of the console
}

// visit opens an address in a new tab. When the test ends, the console must be empty of errors but those that
// are expected.
func visit(t *testing.T, browser context.Context, url string, expected ...string) *tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(browser)
	b := &tab{t: t, ctx: ctx}
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	messages := chromedp.Console(ctx)
	go func() {
		defer close(ended)
		for m, err := range messages {
			if err != nil {
				return
			}
			b.mu.Lock()
			if m.Type == chromedp.ConsoleError || m.Type == chromedp.ConsoleWarning || m.IsException() {
				b.errors = append(b.errors, m.Text+" "+m.URL)
			}
			b.mu.Unlock()
		}
	}()
	t.Cleanup(func() {
		cancel()
		<-ended
		for _, e := range b.errors {
			known := false
			for _, part := range expected {
				known = known || strings.Contains(e, part)
			}
			if !known {
				t.Errorf("the console says: %s", e)
			}
		}
	})
	b.do(chromedp.Navigate(url))
	return b
}

func (b *tab) do(actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		b.t.Fatal(err)
	}
}

func eval[T any](b *tab, expression string) T {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	result, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		b.t.Fatalf("%.200s: %v", expression, err)
	}
	return result
}

// until waits until a condition is true.
func (b *tab) until(condition string) {
	b.t.Helper()
	for end := time.Now().Add(patience); !eval[bool](b, "Boolean("+condition+")"); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			b.mu.Lock()
			defer b.mu.Unlock()
			b.t.Fatalf("after %v not true: %s; the console: %q; the page: %s", patience, condition, b.errors, eval[string](b, "document.body.innerText"))
		}
	}
}

// press presses keys, one after the other.
func (b *tab) press(keys ...string) {
	b.t.Helper()
	for _, k := range keys {
		b.do(chromedp.KeyEvent(k))
	}
}

// reach presses the tabulator until an element that matches has the focus.
func (b *tab) reach(selector string) {
	b.t.Helper()
	for range 20 {
		if eval[bool](b, fmt.Sprintf("document.activeElement.matches(%q)", selector)) {
			return
		}
		b.press(kb.Tab)
	}
	b.t.Fatalf("by keyboard one does not come to %s", selector)
}

// A process is a program that serves a search.
type process struct {
	page, code string
	lines      chan string // of its standard output, from the key on
	stop       func() error
}

// started runs the program as a user does, until it serves its page.
func started(t *testing.T, args ...string) *process {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	out, in := io.Pipe()
	done := make(chan error, 1)
	go func() {
		err := run(ctx, append([]string{"serve", "-web", "127.0.0.1:0"}, args...), in, io.Discard)
		in.CloseWithError(err)
		done <- err
	}()
	p := &process{lines: make(chan string, 16)}
	p.stop = sync.OnceValue(func() error {
		cancel()
		return <-done
	})
	t.Cleanup(func() { p.stop() })
	lines := bufio.NewScanner(out)
	for p.page == "" {
		if !lines.Scan() {
			t.Fatalf("the program ends: %v", lines.Err())
		}
		name, value, _ := strings.Cut(lines.Text(), " ")
		switch value = strings.TrimSpace(value); name {
		case "class":
			p.code = strings.TrimSpace(strings.TrimPrefix(value, "code"))
		case "page":
			p.page = value
		}
	}
	go func() {
		defer close(p.lines)
		for lines.Scan() {
			p.lines <- lines.Text()
		}
	}()
	return p
}

const text = `document.querySelector("[data-put=text]").textContent`

// A browser finds the key, by keyboard, and shows it; so does a browser that only watches.
func TestBrowserFindsKey(t *testing.T) {
	ctx := browser(t)
	p := started(t, "-bits", "16", "-dir", t.TempDir())
	watching := visit(t, ctx, p.page+"?lang=de")
	b := visit(t, ctx, p.page, "403", "503") // which a worker is told that asks while the key is found
	b.until(`!document.querySelector(".join").hidden`)
	b.reach("[name=code]")
	b.do(chromedp.KeyEvent("WRONG"))
	b.press(kb.Enter)
	b.until(`!document.querySelector("[data-work=code]").hidden && document.querySelector("[name=stop]").disabled`)
	eval[int](b, `document.querySelector("[name=code]").value = "", document.querySelector("[name=code]").focus(), 0`)
	b.do(chromedp.KeyEvent(strings.ToLower(p.code)))
	b.press(kb.Enter)
	b.until(text + `.includes("The boiler man comes")`)
	b.until(`!document.querySelector("[data-work=done]").hidden && document.querySelector("[role=status]").textContent == "The key is found."`)
	watching.until(text + `.includes("The boiler man comes") && document.querySelector("[data-put=news]").textContent == "Der Schlüssel ist gefunden."`)
	if got := eval[[]string](b, `performance.getEntriesByType("resource").map((e) => e.name).filter((n) => !n.startsWith(location.origin))`); len(got) != 0 {
		t.Errorf("the page asks others: %q", got)
	}
	var all strings.Builder
	for line := range p.lines {
		all.WriteString(line + "\n")
		if strings.HasPrefix(line, "liars") {
			break
		}
	}
	if !strings.Contains(all.String(), "The boiler man") || !strings.Contains(all.String(), "0 caught") {
		t.Errorf("the program says\n%s", &all)
	}
	if err := p.stop(); err != nil {
		t.Errorf("after the key is found the program ends with %v", err)
	}
}

// Who presses Stop stops; a server that is killed and comes back has its browsers back without a word.
func TestBrowserStops(t *testing.T) {
	ctx := browser(t)
	dir := t.TempDir()
	keyless(t, dir, 24) // which does not end
	p := started(t, "-bits", "24", "-dir", dir)
	b := visit(t, ctx, p.page+"#"+p.code, "ERR_", "503")
	b.reach("[name=start]")
	b.press(kb.Enter)
	b.until(`document.querySelector("[data-put=workers]").textContent != "0" && document.querySelector("[data-own=rate]").textContent != "0.0"`)
	t.Logf("this browser searches %s million keys a second", eval[string](b, `document.querySelector("[data-own=rate]").textContent`))
	if err := p.stop(); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	b.until(`!document.querySelector("[data-when=away]").hidden`)
	address := strings.TrimSuffix(strings.TrimPrefix(p.page, "http://"), "/")
	started(t, "-bits", "24", "-dir", dir, "-web", address)
	b.until(`document.querySelector("[data-when=away]").hidden && document.querySelector("[data-put=workers]").textContent != "0"`)
	b.reach("[name=stop]")
	b.press(kb.Enter)
	b.until(`!document.querySelector("[data-work=idle]").hidden && document.activeElement.matches("[name=start]") && workers.length == 0`)
}

// Without JavaScript the page shows the search, and loads itself again.
func TestNoScript(t *testing.T) {
	ctx := browser(t)
	p := started(t, "-bits", "36", "-dir", t.TempDir(), "-watch")
	b := visit(t, ctx, "about:blank")
	if _, err := chromedp.Call(b.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
	b.do(chromedp.Navigate(p.page))
	// The page's scripts do not run; the test's do.
	body := eval[string](b, `document.body.innerText`)
	for _, want := range []string{"no worker yet", "0.0 %", "Without JavaScript this page loads itself again"} {
		if !strings.Contains(body, want) {
			t.Errorf("%q is not in %q", want, body)
		}
	}
	if got := eval[int](b, `document.querySelectorAll("meta[http-equiv=refresh]").length`); got != 1 {
		t.Error("the page does not load itself again")
	}
}
