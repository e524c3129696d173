package main

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"doormat/examples/lessons/internal/all"
)

// root is the folder of the module, of which the tests' is one.
func root(t *testing.T) string {
	t.Helper()
	dir, err := moduleRoot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func leaf(t *testing.T) all.Lesson {
	t.Helper()
	l, err := find("04")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// testKey is a teacher's key.
var testKey = []byte("0123456789abcdef0123456789abcdef")

// markAll marks submissions, with one puzzle for each: the marks are those of three, in less time.
func markAll(t *testing.T, limit time.Duration, class []submission) []result {
	t.Helper()
	m := &marker{root: root(t), key: testKey, limit: limit, rounds: 1, workers: runtime.GOMAXPROCS(0)}
	results, err := m.mark(t.Context(), class)
	if err != nil {
		t.Fatal(err)
	}
	return results
}

// A cheat is an answer to lesson 04 whose first line says which verdict it must get, and a part of the note.
type cheat struct {
	name, note string
	verdict    verdict
	source     []byte
}

func cheats(t *testing.T) (list []cheat) {
	t.Helper()
	files, err := filepath.Glob("testdata/cheats/*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		first, _, _ := strings.Cut(string(source), "\n")
		v, note, _ := strings.Cut(strings.TrimPrefix(first, "// "), ":")
		if signs[verdict(v)] == "" {
			t.Errorf("%s: expected a first line like \"// failed: a part of the note\", found %q", file, first)
		}
		list = append(list, cheat{filepath.Base(file), strings.TrimSpace(note), verdict(v), source})
	}
	if len(list) < 20 {
		t.Errorf("found %d cheats, expected more", len(list))
	}
	return list
}

// Each cheat gets its verdict, and none does harm: the endless ones end too.
func TestCheats(t *testing.T) {
	// Those that must be too slow have two seconds, and the others five minutes, so that the machine's
	// speed does not matter.
	for _, slow := range []bool{true, false} {
		var class []submission
		var expected []cheat
		for _, c := range cheats(t) {
			if (c.verdict == tooSlow) == slow {
				l := leaf(t)
				l.Heavy = false // they ask too little for the compiler to be worth it
				class = append(class, submission{student: c.name, lesson: l, source: c.source})
				expected = append(expected, c)
			}
		}
		limit := 5 * time.Minute
		if slow {
			limit = 2 * time.Second
		}
		for i, r := range markAll(t, limit, class) {
			if c := expected[i]; r.verdict != c.verdict || !strings.Contains(r.note, c.note) {
				t.Errorf("%s: expected %s: %s; found %s: %s", c.name, c.verdict, c.note, r.verdict, r.note)
			}
			if strings.Contains(r.note, "grade-") {
				t.Errorf("%s: the note names a temporary file: %s", expected[i].name, r.note)
			}
		}
	}
}
