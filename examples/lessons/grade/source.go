package main

import (
	"go/parser"
	"go/scanner"
	"go/token"
	"slices"
	"strconv"
	"strings"

	"doormat/examples/lessons/internal/all"
)

// forbidden are the imports that no answer may have, nor any package below them: those that reach
// around the sandbox's pipes or around Go's types, and those that have the attack ready.
var forbidden = []string{
	"C", "embed", "net", "os/exec", "plugin", "syscall", "unsafe", "golang.org/x/sys",
	"doormat/attacks", "doormat/internal", "doormat/examples",
}

// lessonPackage is the one package of examples that an answer needs: it has ErrTODO.
const lessonPackage = "doormat/examples/lessons/lesson"

// examine returns why a source may not be built, or "". A directive could take other files in, or link to
// what is not exported; go build itself reports what else is wrong.
func examine(source []byte, l all.Lesson) (refusal string) {
	if d := directive(source); d != "" {
		return "it has the directive " + d
	}
	file, err := parser.ParseFile(token.NewFileSet(), "answer.go", source, parser.ImportsOnly)
	if err != nil {
		return "" // which does not compile either
	}
	for _, spec := range file.Imports {
		path, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return "an import has no path"
		}
		within := func(p string) bool { return path == p || strings.HasPrefix(path, p+"/") }
		if slices.ContainsFunc(l.Forbid, within) || path != lessonPackage && slices.ContainsFunc(forbidden, within) {
			return "it imports " + path
		}
	}
	return ""
}

// directive returns the first word of the first comment that a tool of Go obeys, or "".
func directive(source []byte) string {
	var s scanner.Scanner
	s.Init(token.NewFileSet().AddFile("", -1, len(source)), source, func(token.Position, string) {}, scanner.ScanComments)
	for {
		_, kind, text := s.Scan()
		if kind == token.EOF {
			return ""
		}
		if kind != token.COMMENT {
			continue
		}
		for _, prefix := range []string{"//go:", "//line ", "/*line ", "//export ", "//extern ", "//sys", "// +build", "//+build"} {
			if strings.HasPrefix(text, prefix) {
				return strings.Fields(text)[0]
			}
		}
	}
}
