package main

import (
	"crypto/sha256"
	"fmt"
	"go/scanner"
	"go/token"
	"io"
	"os"
	"path/filepath"
	"strings"

	"doormat/examples/lessons/internal/all"
)

// printAlike prints, for each lesson, who has handed in the same source but for names, blanks and comments, and who
// has handed in the answer that is published. Short answers can be alike by chance.
func printAlike(w io.Writer, root string, class []submission) error {
	found := false
	for _, l := range all.Lessons {
		groups, order, err := alike(root, l, class)
		if err != nil {
			return err
		}
		for _, h := range order {
			if g := groups[h]; len(g) > 1 {
				found = true
				if _, err := fmt.Fprintf(w, "%s: %s\n", l.Folder, strings.Join(g, ", ")); err != nil {
					return err
				}
			}
		}
	}
	if !found {
		fmt.Fprintln(w, "no two answers are alike")
	}
	return nil
}

// alike groups the answers of a lesson by their shape, and leaves the stub out.
func alike(root string, l all.Lesson, class []submission) (groups map[shape][]string, order []shape, err error) {
	stub, err := os.ReadFile(filepath.Join(root, l.Folder, "answer.go"))
	if err != nil {
		return nil, nil, err
	}
	groups = map[shape][]string{}
	add := func(name string, source []byte) {
		h := shapeOf(source)
		if isStub(stub) && h == shapeOf(stub) {
			return
		}
		if groups[h] == nil {
			order = append(order, h)
		}
		groups[h] = append(groups[h], name)
	}
	for _, s := range class {
		if s.lesson.Folder == l.Folder && s.source != nil {
			add(line(s.student), s.source)
		}
	}
	published := filepath.Join(root, l.Folder, "testdata", "answers", "right.go")
	source, err := os.ReadFile(published)
	if err != nil {
		return nil, nil, err
	}
	add(relative(root, published), source)
	return groups, order, nil
}

// A shape is a hash of a source's tokens, without names and comments.
type shape [sha256.Size]byte

func shapeOf(source []byte) (h shape) {
	var s scanner.Scanner
	s.Init(token.NewFileSet().AddFile("", -1, len(source)), source, func(token.Position, string) {}, 0)
	sum := sha256.New()
	for {
		_, kind, text := s.Scan()
		switch kind {
		case token.EOF:
			sum.Sum(h[:0])
			return h
		case token.IDENT, token.SEMICOLON:
			text = ""
		}
		fmt.Fprintf(sum, "%d %q\n", kind, text)
	}
}
