// Package e2e drives the classroom's page in Chromium, by keyboard, and compares what it shows with what the library
// measures. It is a module of its own, so that the library does not depend on what drives a browser.
//
//	npm ci && go test ./...
package e2e

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// checkout is the folder whose page is tested. Mutants are tested in a copy.
var checkout = flag.String("checkout", "../../..", "the folder of the module doormat")

// chromium is the browser without what a browser has for its maker, such as looking for updates: whatever asks the
// network here is the page.
const chromium = "chromium-headless-shell"

// patience is how long the page may take for one step. The machine may be busy.
const patience = 5 * time.Minute

// site is the page as the program serves it, and as one file. Tests share it.
var site struct {
	url, file string
	teacher   string // the teacher's page of the class network
	proxy     *proxy
	browser   context.Context
}

func TestMain(m *testing.M) {
	flag.Parse()
	status, err := run(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		status = 1
	}
	os.Exit(status)
}

func run(m *testing.M) (status int, err error) {
	if *mutants {
		return m.Run(), nil // each of which has a page of its own
	}
	if _, err := exec.LookPath(chromium); err != nil {
		return 1, errors.New("expected " + chromium + ", which Debian has: apt-get install " + chromium)
	}
	if _, err := os.Stat(axe); err != nil {
		return 1, errors.New("expected axe-core: npm ci")
	}
	folder, err := os.MkdirTemp("", "doormat-")
	if err != nil {
		return 1, err
	}
	defer os.RemoveAll(folder)
	stop, err := start(folder)
	if err != nil {
		return 1, err
	}
	defer stop()
	if site.proxy, err = newProxy(strings.TrimSuffix(strings.TrimPrefix(site.url, "http://"), "/")); err != nil {
		return 1, err
	}
	defer site.proxy.listener.Close()
	flags := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(chromium), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(filepath.Join(folder, "profile")),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-domain-reliability", true),
		chromedp.Flag("proxy-server", site.proxy.listener.Addr().String()), chromedp.Flag("proxy-bypass-list", "<-loopback>"),
		chromedp.WSURLReadTimeout(patience), chromedp.WindowSize(1024, 768))
	allocator, cancel := chromedp.NewExecAllocator(context.Background(), flags...)
	defer cancel()
	browser, cancel := chromedp.NewContext(allocator)
	defer cancel()
	if err := chromedp.Do(browser); err != nil {
		return 1, err
	}
	site.browser = browser
	return m.Run(), nil
}

// start builds the program, has it write the page to a file, and lets it serve.
func start(folder string) (stop func(), err error) {
	program := filepath.Join(folder, "classroom")
	command := func(name string, args ...string) *exec.Cmd {
		c := exec.Command(name, args...)
		c.Dir, c.Stderr = *checkout, os.Stderr
		return c
	}
	if err := command("go", "build", "-o", program, "./examples/classroom").Run(); err != nil {
		return nil, fmt.Errorf("go build: %w", err)
	}
	site.file = filepath.Join(folder, "page.html")
	if err := command(program, "-o", site.file).Run(); err != nil {
		return nil, fmt.Errorf("classroom -o: %w", err)
	}
	serving := command(program, "-listen", "127.0.0.1:0")
	out, err := serving.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := serving.Start(); err != nil {
		return nil, err
	}
	stop = func() {
		serving.Process.Signal(os.Interrupt)
		serving.Wait()
	}
	lines := bufio.NewScanner(out)
	for found := false; !found; {
		if !lines.Scan() {
			stop()
			return nil, fmt.Errorf("classroom ends without an address: %w", lines.Err())
		}
		if strings.HasPrefix(lines.Text(), "http") {
			site.url = lines.Text()
		}
		site.teacher, found = strings.CutPrefix(lines.Text(), "The teacher's page: ")
	}
	return stop, nil
}

// A proxy stands between the browser and everything else: the page, its workers, and the browser itself. It lets
// requests to the page's own origin pass, and notes all others.
type proxy struct {
	listener net.Listener
	origin   string
	mu       sync.Mutex
	passed   map[string]int // paths at the origin
	refused  []string
	lost     int // how many of the next answers to a POST get lost
}

// transport keeps connections for a shorter time than the program does, which closes one while a request is under
// way otherwise.
var transport = &http.Transport{IdleConnTimeout: time.Second}

func newProxy(origin string) (*proxy, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &proxy{listener: l, origin: origin, passed: map[string]int{}}
	go http.Serve(l, p)
	return p, nil
}

func (p *proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	network := r.Method == http.MethodPost && slices.Contains([]string{"/join", "/envelope", "/bundle"}, r.URL.Path)
	if r.Method != http.MethodGet && !network || r.URL.Host != p.origin {
		p.refused = append(p.refused, r.Method+" "+r.URL.String()+r.Host)
		p.mu.Unlock()
		w.WriteHeader(http.StatusForbidden)
		return
	}
	p.passed[r.URL.Path]++
	lost := network && p.lost > 0
	if lost {
		p.lost--
	}
	p.mu.Unlock()
	r.RequestURI = ""
	response, err := transport.RoundTrip(r) // until the browser has gone
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	defer response.Body.Close()
	if lost {
		panic(http.ErrAbortHandler) // which closes the connection
	}
	for name, values := range response.Header {
		w.Header()[name] = values
	}
	w.WriteHeader(response.StatusCode)
	buffer := make([]byte, 1<<15)
	for { // each event as it comes
		n, err := response.Body.Read(buffer)
		w.Write(buffer[:n])
		http.NewResponseController(w).Flush()
		if err != nil {
			return
		}
	}
}

// lose has the proxy lose the next answers to a POST, or none any more. What is posted arrives.
func (p *proxy) lose(answers int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lost = answers
}

// A tab is a page under test.
type tab struct {
	t   *testing.T
	ctx context.Context

	mu     sync.Mutex
	errors []string // of the console
}

// open opens an address in a new tab, and waits until the library is there. When the test ends, the console must be
// empty of errors, and nobody but the page's origin may have been asked.
func open(t *testing.T, url string) *tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(site.browser)
	b := &tab{t: t, ctx: ctx}
	b.do()
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
			t.Errorf("the console says: %s", e)
		}
		site.proxy.mu.Lock()
		defer site.proxy.mu.Unlock()
		for _, r := range site.proxy.refused {
			t.Errorf("a request leaves: %s", r)
		}
		site.proxy.refused = nil
	})
	if !strings.HasPrefix(url, "about:") {
		b.visit(url)
	}
	return b
}

// visit opens an address, and waits until the library is there and what the address says is done.
func (b *tab) visit(url string) {
	b.t.Helper()
	b.do(chromedp.Navigate(url))
	b.idle()
	b.wait(`document.querySelector("[data-text='class.code']").textContent.length > 1`)
	b.idle()
}

// forget takes out of the console's errors those that a lost answer makes, of which there must be one.
func (b *tab) forget() {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	n := len(b.errors)
	b.errors = slices.DeleteFunc(b.errors, func(e string) bool { return strings.Contains(e, "net::ERR_") })
	if n == len(b.errors) {
		b.t.Errorf("no answer was lost: %q", b.errors)
	}
}

// do does actions.
func (b *tab) do(actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if len(actions) == 0 { // the first, which makes the tab and may not have a timeout
		if err := chromedp.Do(b.ctx); err != nil {
			b.t.Fatal(err)
		}
		return
	}
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		b.t.Fatal(err)
	}
}

// eval evaluates an expression, which may be a promise.
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

// wait waits until a condition is true.
func (b *tab) wait(condition string) {
	b.t.Helper()
	for end := time.Now().Add(patience); !eval[bool](b, "Boolean("+condition+")"); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			b.mu.Lock()
			defer b.mu.Unlock()
			b.t.Fatalf("after %v not true: %s; the console: %q", patience, condition, b.errors)
		}
	}
}

// text returns the text of the first element, as it is rendered.
func (b *tab) text(selector string) string {
	b.t.Helper()
	return eval[string](b, fmt.Sprintf("document.querySelector(%q).innerText", selector))
}

// press presses keys, one after the other.
func (b *tab) press(keys ...string) {
	b.t.Helper()
	for _, k := range keys {
		b.do(chromedp.KeyEvent(k))
	}
}

// reach presses the tabulator until an element that matches has the focus. It fails if none gets it, or if it cannot be
// seen that it has.
func (b *tab) reach(selector string) {
	b.t.Helper()
	for range 300 {
		if eval[bool](b, fmt.Sprintf("document.activeElement.matches(%q)", selector)) {
			return
		}
		b.press(kb.Tab)
	}
	b.t.Fatalf("by keyboard one does not come to %s", selector)
}

// use reaches a button or a link, and presses it.
func (b *tab) use(selector string) {
	b.t.Helper()
	b.reach(selector)
	b.press(kb.Enter)
}

// choose reaches a select, and moves to an option.
func (b *tab) choose(selector, value string) {
	b.t.Helper()
	b.reach(selector)
	b.press(kb.Home)
	for range 40 {
		if eval[string](b, "document.activeElement.value") == value {
			return
		}
		b.press(kb.ArrowDown)
	}
	b.t.Fatalf("%s has no option %q", selector, value)
}

// station goes to a station by the navigation.
func (b *tab) station(id string) {
	b.t.Helper()
	b.use(fmt.Sprintf("nav a[data-go=%s]", id))
	b.wait(fmt.Sprintf("!document.querySelector('[data-station=%s]').hidden", id))
}

// idle waits until the library has answered.
func (b *tab) idle() {
	b.t.Helper()
	b.wait(`!document.querySelector("[data-status] [data-when=ready]").hidden && !document.querySelector("button.busy")`)
}

const axe = "node_modules/axe-core/axe.min.js"

// axe looks for what shuts people out, in the light and in the dark, or in the schemes that are given.
func (b *tab) axe(what string, schemes ...string) {
	b.t.Helper()
	if len(schemes) == 0 {
		schemes = []string{"light", "dark"}
	}
	script, err := os.ReadFile(axe)
	if err != nil {
		b.t.Fatal(err)
	}
	for _, scheme := range schemes {
		b.emulate(emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
		eval[int](b, string(script)+";0")
		for _, f := range eval[[]string](b, `axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"] }).then((r) =>
			r.violations.flatMap((v) => v.nodes.map((n) => v.id + ": " + v.help + ": " + n.html.slice(0, 160) + " " + (n.any[0]?.message ?? ""))))`) {
			b.t.Errorf("%s, %s: %s", what, scheme, f)
		}
	}
	b.emulate(emulation.SetEmulatedMediaParams{})
}

func (b *tab) emulate(p emulation.SetEmulatedMediaParams) {
	b.t.Helper()
	if _, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, p); err != nil {
		b.t.Fatal(err)
	}
}
