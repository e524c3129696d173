package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"doormat/examples/internal/cli"
	"doormat/examples/lessons/internal/all"
)

// buildLimit is how long go build may take for one answer. The first one compiles the library too.
const buildLimit = 5 * time.Minute

const modulePath = "doormat/examples/lessons"

// moduleRoot returns the folder of the lessons' module, in which the program must run.
func moduleRoot(ctx context.Context) (string, error) {
	out, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Path}}\n{{.Dir}}").Output()
	path, dir, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	if err != nil || path != modulePath {
		return "", cli.BadInput("expected to run in examples/lessons: go -C examples/lessons run ./grade")
	}
	return dir, nil
}

// player is the main function around an answer. It exists in overlays only.
const player = `package main

import (
	"doormat/examples/lessons/lesson"
	answer "doormat/examples/lessons/%s"
)

func main() { lesson.Serve(answer.Play) }
`

// first makes an answer's package import package lesson, whether or not its files do: so that lesson has
// taken standard output before any init of the answer.
const first = `package %s

import _ "doormat/examples/lessons/lesson"
`

// errCompile says that a source does not compile; the text is the compiler's first complaint.
type errCompile string

func (e errCompile) Error() string { return string(e) }

// build compiles an answer to a player for wasip1. The error is an errCompile if the answer is to blame.
func build(ctx context.Context, root string, l all.Lesson, source []byte) ([]byte, error) {
	temp, err := os.MkdirTemp("", "grade-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(temp)
	write := func(name string, b []byte) string {
		name = filepath.Join(temp, name)
		err = errors.Join(err, os.WriteFile(name, b, 0o600))
		return name
	}
	stub, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, l.Folder, "answer.go"), nil, parser.PackageClauseOnly)
	if err != nil {
		return nil, err
	}
	overlay, _ := json.Marshal(map[string]map[string]string{"Replace": {
		filepath.Join(root, l.Folder, "answer.go"):     write("answer.go", source),
		filepath.Join(root, l.Folder, "first.go"):      write("first.go", fmt.Appendf(nil, first, stub.Name)),
		filepath.Join(root, "internal/player/main.go"): write("main.go", fmt.Appendf(nil, player, l.Folder)),
	}})
	list, wasm := write("overlay.json", overlay), filepath.Join(temp, "player.wasm")
	if err != nil {
		return nil, err
	}
	limited, cancel := context.WithTimeout(ctx, buildLimit)
	defer cancel()
	cmd := exec.CommandContext(limited, "go", "build", "-trimpath", "-ldflags=-s -w", "-overlay", list, "-o", wasm, "./internal/player")
	contain(cmd)
	cmd.Dir = root
	cmd.WaitDelay = 5 * time.Second
	cmd.Env = append(cmd.Environ(), "GOOS=wasip1", "GOARCH=wasm", "GOFLAGS=", "GOWORK=off", "CGO_ENABLED=0")
	out, err := cmd.CombinedOutput()
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case limited.Err() != nil:
		return nil, errCompile(fmt.Sprintf("the compiler was not done after %v", buildLimit))
	case err != nil:
		return nil, complaint(string(out), l, temp)
	}
	return os.ReadFile(wasm)
}

// position is where the compiler found something, in the files of a lesson's folder.
var position = regexp.MustCompile(`^(?:.*[/\\])?(\w+\.go:\d+(?::\d+)?: .*)$`)

// complaint returns the first line of what go build says. It is the answer's fault if it is about a file of
// the lesson's folder, or of the one where the answer is, since all the rest compiles.
func complaint(out string, l all.Lesson, temp string) error {
	for text := range strings.Lines(out) {
		m := position.FindStringSubmatch(strings.TrimSpace(text))
		if m != nil && (strings.Contains(text, l.Folder) || strings.Contains(text, filepath.Base(temp))) {
			return errCompile(line(m[1]))
		}
	}
	if strings.Contains(out, "# "+modulePath+"/"+l.Folder) {
		return errCompile(line(out))
	}
	return fmt.Errorf("go build fails: %s", line(out))
}
