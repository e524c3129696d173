package main

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"doormat/examples/internal/cli"
	"doormat/examples/lessons/internal/all"
)

// sourceLimit is the length of the longest file that may be handed in, in bytes.
const sourceLimit = 64 << 10

// A submission is what one student has handed in for one lesson: a source, a line, or neither.
type submission struct {
	student string
	lesson  all.Lesson
	source  []byte // of answer.go, nil if there is none
	line    []byte // of answers/NN.txt, nil if there is none
	refusal string // why the file was not read
}

// readClass reads the folders of all students, in order of their names. It tells stderr of folders that
// have no lesson's name, because a mistyped one would count as absent.
func readClass(dir string, stderr io.Writer) (class []submission, err error) {
	students, err := os.ReadDir(dir)
	if err != nil {
		return nil, cli.BadInput("%s: expected a folder: %v", dir, errors.Unwrap(err))
	}
	for _, s := range students {
		if !s.IsDir() || strings.HasPrefix(s.Name(), ".") {
			continue
		}
		folder := filepath.Join(dir, s.Name())
		for _, l := range all.Lessons {
			sub := submission{student: s.Name(), lesson: l}
			sub.source, sub.refusal = readFile(folder, l.Folder, "answer.go")
			if sub.source == nil && sub.refusal == "" && l.Sheet != nil {
				sub.line, sub.refusal = readFile(folder, "answers", number(l)+".txt")
			}
			class = append(class, sub)
		}
		if err := unknown(folder, stderr); err != nil {
			return nil, err
		}
	}
	if len(class) == 0 {
		return nil, cli.BadInput("%s: expected a folder for each student, found none", dir)
	}
	return class, nil
}

// readFile reads one file that a student has handed in. A link is not followed, neither as a file nor as
// its folder: it may lead to class.key, and what does not compile is quoted in the report.
func readFile(student, folder, name string) (b []byte, refusal string) {
	root, err := os.OpenRoot(student)
	if err != nil {
		return nil, "its folder cannot be opened"
	}
	defer root.Close()
	for _, path := range []string{folder, filepath.Join(folder, name)} {
		info, err := root.Lstat(path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil, ""
		case err != nil:
			return nil, name + " cannot be read"
		case path == folder && !info.IsDir():
			return nil, folder + " is not a folder"
		case path != folder && !info.Mode().IsRegular():
			return nil, name + " is not a regular file"
		case path != folder && info.Size() > sourceLimit:
			return nil, fmt.Sprintf("%s has %d bytes, at most %d are allowed", name, info.Size(), sourceLimit)
		}
	}
	f, err := root.Open(filepath.Join(folder, name))
	if err != nil {
		return nil, name + " cannot be read"
	}
	defer f.Close()
	b = make([]byte, sourceLimit+1)
	n, err := io.ReadFull(f, b)
	if err != io.EOF && err != io.ErrUnexpectedEOF {
		return nil, name + " cannot be read"
	}
	return b[:n], ""
}

// unknown names what has no lesson's name.
func unknown(folder string, stderr io.Writer) error {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return err
	}
	for _, e := range entries {
		_, err := find(e.Name())
		known := err == nil && len(e.Name()) > 2 || e.Name() == "answers" || strings.HasPrefix(e.Name(), ".")
		if !known {
			fmt.Fprintf(stderr, "grade: %s: no lesson has this name, so it is not marked\n", line(filepath.Join(folder, e.Name())))
		}
	}
	return nil
}

// classKey reads the teacher's key, and makes it if there is none: 32 random bytes in hexadecimal, which only the
// user can read.
func classKey(file string, stderr io.Writer) ([]byte, error) {
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		key := make([]byte, 32)
		rand.Read(key)
		f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return nil, cli.BadInput("%s: expected a file that can be written: %v", file, errors.Unwrap(err))
		}
		_, err = fmt.Fprintf(f, "%x\n", key)
		fmt.Fprintf(stderr, "grade: %s is new: keep it, the same key gives the same puzzles, and show it to no student\n", file)
		return key, errors.Join(err, f.Close())
	}
	if err != nil {
		return nil, cli.BadInput("%s: expected the teacher's key: %v", file, errors.Unwrap(err))
	}
	key, err := hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(key) != 32 {
		return nil, cli.BadInput("%s: expected a key of 64 hexadecimal digits", file)
	}
	if info, err := os.Stat(file); err == nil && runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		fmt.Fprintf(stderr, "grade: %s can be read by others on this machine: chmod 600 %s\n", file, file)
	}
	return key, nil
}
