package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"unicode"

	attack "doormat/attacks/scanning"
	"doormat/escrow/scanning"
	"doormat/examples/internal/cli"
	"doormat/examples/internal/page"
)

// Limits of what is read of the user's own folder.
const (
	mostPhotos   = 200
	longestPhoto = 32 << 20 // bytes
)

// A photo is one of the user's own.
type photo struct {
	name  string
	file  []byte
	hash  scanning.Hash
	found bool // that it has a hash
}

// readPhotos reads the names in the folder that -photos names.
func (w *world) readPhotos() error {
	if w.photosName == "" {
		return nil
	}
	entries, err := os.ReadDir(w.photosName)
	if err != nil {
		return cli.BadInput("-photos %s: expected a folder that can be read", w.photosName)
	}
	for _, e := range entries {
		if info, err := e.Info(); err == nil && info.Mode().IsRegular() {
			if info.Size() > longestPhoto || len(w.view.names) == mostPhotos {
				w.view.left++
				continue
			}
			w.view.names = append(w.view.names, e.Name())
		}
	}
	if len(w.view.names) == 0 {
		return cli.BadInput("-photos %s: expected pictures of at most 32 MiB, found no file", w.photosName)
	}
	return nil
}

// printable replaces what a terminal would not print: strangers name files too.
func printable(name string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '\uFFFD'
		}
		return r
	}, name)
}

// photos hashes the user's own pictures, and puts the first of them on the list.
func (w *world) photos(p *page.Page) error {
	if w.photosName == "" {
		return nil
	}
	var all []photo
	for i, name := range w.view.names {
		if err := p.Context().Err(); err != nil {
			return err
		}
		p.Progress("pictures", i, len(w.view.names))
		file, err := os.ReadFile(filepath.Join(w.photosName, name))
		if err != nil {
			return fmt.Errorf("%s: it cannot be read any more", name)
		}
		x := photo{name: printable(name), file: attack.SmallCopy(file)}
		x.hash, x.found = attack.HashPicture(file)
		all = append(all, x)
	}
	p.Part("Your own pictures")
	p.Say(`PDQ of each, and how many bits it is off the nearest other one. A list with the first that has a hash
		would report every device that sends it, and each within %d bits of it.`, scanning.Confident)
	if w.view.left > 0 {
		p.Say("Files that were left out, as more than %d or larger than 32 MiB: %d.", mostPhotos, w.view.left)
	}
	p.Table(28, 18, -8, 12)
	p.Row("", "hash", "nearest", "reported")
	var first *photo
	for i := range all {
		x := &all[i]
		if !x.found {
			p.Row(x.name, "none: no picture, or too little in it")
			continue
		}
		if first == nil {
			first = x
		}
		nearest := 256
		for j := range all {
			if i != j && all[j].found {
				nearest = min(nearest, x.hash.Distance(all[j].hash))
			}
		}
		reported := "no"
		if x.hash.Distance(first.hash) <= scanning.Confident {
			reported = "yes"
		}
		p.Row(x.name, page.Short(x.hash[:], 8), nearest, reported)
		w.view.Photos = append(w.view.Photos, newPhoto(x, nearest, reported))
	}
	return nil
}
