// Package web makes the classroom's page: HTML from a template and the words of package words, a style sheet, and a
// script that puts what the library answers into its places.
//
// The page holds all languages. The first is shown, and can be read before anything has loaded; the others stand in
// template elements until they are chosen. No sentence stands in the template or in a script.
package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"errors"
	"fmt"
	"html/template"
	"regexp"
	"slices"
	"strings"

	"doormat/examples/classroom/words"
)

//go:embed *.html.tmpl style.css *.mjs worker.js
var files embed.FS

// Options are what a page is made of beside the words. The zero Options make a page in English which loads its files
// from beside it, without a matrix.
type Options struct {
	Lang    string   // of the language that is shown first; "" is English
	Matrix  []System // what all schemes did with the town's messages
	Made    string   // the date on which the matrix was computed, and on what machine
	Network []string // addresses at which the class network is reached; nil if there is none
	Inline  *Inline  // nil: the page loads style.css, page.mjs, worker.js and desk.wasm from beside it
}

// An Inline makes the page one file.
type Inline struct {
	Wasm     []byte // the library, for GOOS=js
	WasmExec []byte // wasm_exec.js of the same Go
}

// Files returns the files that the page loads, by name: the style sheet, the script, and the worker. The worker needs
// wasm_exec.js before it, in the same file.
func Files() (map[string][]byte, error) {
	style, err := files.ReadFile("style.css")
	if err != nil {
		return nil, err
	}
	worker, err := files.ReadFile("worker.js")
	if err != nil {
		return nil, err
	}
	script, err := bundle()
	return map[string][]byte{"style.css": style, "page.mjs": script, "worker.js": worker}, err
}

// Policy is the Content-Security-Policy for a page that loads its files from beside it.
const Policy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'; style-src 'self'; " +
	"img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// Page returns the page's HTML.
func Page(o Options) ([]byte, error) {
	if o.Lang == "" {
		o.Lang = words.Languages[0]
	}
	d := document{Options: o}
	for _, lang := range append([]string{o.Lang}, slices.DeleteFunc(slices.Clone(words.Languages), func(l string) bool { return l == o.Lang })...) {
		table, err := words.Load(lang)
		if err != nil {
			return nil, err
		}
		d.Pages = append(d.Pages, &page{Options: o, Lang: lang, words: table})
	}
	for _, p := range d.Pages {
		p.Pages = d.Pages
	}
	if o.Inline != nil {
		if err := d.inline(o.Inline); err != nil {
			return nil, err
		}
	}
	t, err := template.New("index.html.tmpl").ParseFS(files, "*.html.tmpl")
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := t.Execute(&b, d); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// A document is what the template makes the whole page of.
type document struct {
	Options
	Pages []*page

	// Of a page in one file:
	Policy string
	Style  template.CSS
	Script template.JS
	Worker template.HTML // as encode returns it
	Wasm   template.HTML // compressed by gzip, as encode returns it
}

func (d *document) inline(in *Inline) error {
	f, err := Files()
	if err != nil {
		return err
	}
	d.Style, d.Script = template.CSS(f["style.css"]), template.JS(f["page.mjs"])
	d.Worker = encode(slices.Concat(in.WasmExec, []byte("\n"), f["worker.js"]))
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return err
	}
	_, err = z.Write(in.Wasm)
	if err = errors.Join(err, z.Close()); err != nil {
		return err
	}
	d.Wasm = encode(b.Bytes())
	d.Policy = fmt.Sprintf("default-src 'none'; script-src %s 'wasm-unsafe-eval'; worker-src blob:; style-src %s; img-src data:; base-uri 'none'; form-action 'none'",
		hash("\n"+string(d.Script)+"\n"), hash("\n"+string(d.Style)+"\n"))
	return nil
}

// taken are the characters that HTML does not hand on: it replaces 0, reads a carriage return as a line feed, and may
// take what follows < for a tag.
const taken = "\x00\r<"

// encode returns bytes as text for an element whose content HTML does not parse, seven bits a character: base64 would be
// longer by a sixth. A taken character and the one after it stand together in a character of two bytes, so that they are
// no longer than apart. After the bytes come one set bit, and zeros up to the last character's end.
//
//	U+0000..U+007F  seven bits
//	U+0100..U+027F  0x100 + 128 × the position in taken + the seven bits that follow
func encode(b []byte) template.HTML {
	var text strings.Builder
	text.Grow(len(b) + len(b)/7 + 4)
	first := -1 // position of a taken character whose second half is not known yet
	put := func(seven uint) {
		at := strings.IndexByte(taken, byte(seven))
		switch {
		case first >= 0:
			text.WriteRune(rune(0x100 + 128*uint(first) + seven))
			first = -1
		case at >= 0:
			first = at
		default:
			text.WriteByte(byte(seven))
		}
	}
	bits, n := uint(0), 0
	for _, x := range slices.Concat(b, []byte{0x80}) {
		bits, n = bits<<8|uint(x), n+8
		for ; n >= 7; n -= 7 {
			put(bits >> (n - 7) & 127)
		}
	}
	put(bits << (7 - n) & 127)
	if first >= 0 {
		put(0)
	}
	return template.HTML(text.String())
}

// hash returns the source expression of a policy for the text of an element.
func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// modules are the scripts, each after those that it imports.
var modules = []string{"put.mjs", "desk.mjs", "bet.mjs", "doorstep.mjs", "breach.mjs", "ratchet.mjs", "leaf.mjs",
	"generator.mjs", "dial.mjs", "matrix.mjs", "scanning.mjs", "tracing.mjs", "recovery.mjs", "groups.mjs", "network.mjs", "debate.mjs", "page.mjs"}

var (
	importLine = regexp.MustCompile(`(?m)^import \{[^}]*\} from "\./[a-z]+\.mjs";\n`)
	exportWord = regexp.MustCompile(`(?m)^export (async function|function|class|const) `)
)

// bundle joins the modules to one script: a file that is opened by double click can import nothing.
func bundle() ([]byte, error) {
	var b bytes.Buffer
	for _, name := range modules {
		s, err := files.ReadFile(name)
		if err != nil {
			return nil, err
		}
		s = exportWord.ReplaceAll(importLine.ReplaceAll(s, nil), []byte("$1 "))
		if bytes.Contains(s, []byte("\nimport ")) || bytes.Contains(s, []byte("\nexport ")) {
			return nil, fmt.Errorf("web: %s imports or exports in a way that bundle does not know", name)
		}
		b.Write(s)
	}
	return b.Bytes(), nil
}
