package main

import (
	_ "embed"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"html/template"
	"io"
	"strings"

	"doormat/attacks"
	"doormat/attacks/report"
	"doormat/examples/internal/cli"
	"doormat/examples/internal/page"
)

//go:embed page.html.tmpl
var pageText string

var pageTemplate = template.Must(template.New("page").Parse(pageText))

// view is the data of the page. All of it is text or numbers, so that html/template escapes what comes from
// names of files, but for the pictures, which are base64.
type view struct {
	Pictures []picture
	Changed  []picture
	Hashes   []picture
	Bars     []bars
	Tables   [2]string // bytes of a table, in hexadecimal
	Equal    string
	Signed   []signed
	Thefts   []theftRow
	Rates    [][]string
	Grid     grid
	Observed [][]string
	Photos   []photoView
	Made     string

	names []string // of the user's files
	left  int      // more files, which are not looked at
}

type (
	picture struct {
		Name string
		Src  template.URL
	}
	bars struct {
		Caption string
		Rows    []bar
	}
	bar struct {
		Name, Count    string
		Wanted, Others int // of 100
	}
	signed struct {
		What  string
		N     int
		Taken bool
	}
	theftRow struct {
		System, Theft string
		Opens         int
		Noticed       string
	}
	grid struct {
		Columns []string
		Rows    []gridRow
	}
	gridRow struct {
		Name  string
		Cells []gridCell
	}
	gridCell struct {
		Text string
		Fill int // of 100
	}
	photoView struct {
		picture
		Hash, Nearest, Reported string
	}
)

// newPicture takes a PNG or JPEG file.
func newPicture(name string, file []byte) picture {
	kind := "png"
	if len(file) > 1 && file[0] == 0xff {
		kind = "jpeg"
	}
	return picture{name, template.URL("data:image/" + kind + ";base64," + base64.StdEncoding.EncodeToString(file))}
}

func newPhoto(x *photo, nearest int, reported string) photoView {
	return photoView{newPicture(x.name, x.file), hex.EncodeToString(x.hash[:]), fmt.Sprint(nearest), reported}
}

// newBar returns a bar of what is reported: others are those that the honest list is not for.
func newBar(name string, reported attacks.Count, others int) bar {
	of := max(reported.Of, 1)
	wanted := 100 * (reported.N - others) / of
	return bar{name, report.Fraction(reported), wanted, 100*reported.N/of - wanted}
}

// hexLines writes bytes on lines of 32, each byte in two digits.
func hexLines(b []byte) string {
	var lines []string
	for b = b[2:]; len(b) >= 32 && len(lines) < 12; b = b[32:] {
		lines = append(lines, hex.EncodeToString(b[:32]))
	}
	return strings.Join(lines, "\n")
}

// write writes the page, if there is to be one.
func (w *world) write(*page.Page) error {
	w.view.Made = cli.Made("scanning", w.args)
	return w.file.Write(func(out io.Writer) error { return pageTemplate.Execute(out, &w.view) })
}
