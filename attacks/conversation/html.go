package conversation

import (
	"bytes"
	"io"
	"strings"
	"unicode"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// htmlText returns the text that HTML shows, a line for each block. It returns
// errTooLong if the text or one tag is longer than MaxText.
func htmlText(r io.Reader) ([]byte, error) {
	z := html.NewTokenizer(r)
	z.SetMaxBuf(MaxText)
	var page page
	hidden := false
	for page.Len() <= MaxText {
		switch kind := z.Next(); kind {
		case html.ErrorToken:
			switch err := z.Err(); err {
			case io.EOF:
				return page.Bytes(), nil
			case html.ErrBufferExceeded:
				return nil, errTooLong
			default:
				return page.Bytes(), err
			}
		case html.TextToken:
			if !hidden {
				page.text(string(z.Text()))
			}
		case html.StartTagToken, html.SelfClosingTagToken, html.EndTagToken:
			name, _ := z.TagName()
			tag := atom.Lookup(name)
			hidden = kind == html.StartTagToken && isHidden(tag)
			page.tag(tag, kind == html.EndTagToken)
		}
	}
	return nil, errTooLong
}

// isHidden reports whether the content of an element is not shown. The tokenizer
// returns that content as one token.
func isHidden(tag atom.Atom) bool {
	switch tag {
	case atom.Script, atom.Style, atom.Title, atom.Noscript, atom.Iframe, atom.Noframes, atom.Noembed:
		return true
	}
	return false
}

// page collects words in lines as a browser does.
type page struct {
	bytes.Buffer
	breaks int  // line ends to write before the next word
	space  bool // a space to write before the next word
	pre    int  // open pre elements
}

func (p *page) tag(tag atom.Atom, end bool) {
	switch tag {
	case atom.Br:
		p.breaks = min(p.breaks+1, 2)
	case atom.P, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Blockquote, atom.Hr:
		p.breaks = 2
	case atom.Pre:
		p.breaks = 2
		if !end {
			p.pre++
		} else if p.pre > 0 {
			p.pre--
		}
	case atom.Div, atom.Tr, atom.Table, atom.Ul, atom.Ol, atom.Li, atom.Dl, atom.Dt, atom.Dd:
		p.breaks = max(p.breaks, 1)
	case atom.Td, atom.Th:
		p.space = true
	}
}

func (p *page) text(s string) {
	if p.pre > 0 {
		p.settle()
		p.WriteString(s)
		return
	}
	for s != "" {
		word := strings.IndexFunc(s, func(r rune) bool { return !unicode.IsSpace(r) })
		if word != 0 {
			p.space = true
		}
		if word < 0 {
			return
		}
		s = s[word:]
		end := strings.IndexFunc(s, unicode.IsSpace)
		if end < 0 {
			end = len(s)
		}
		p.settle()
		p.WriteString(s[:end])
		s = s[end:]
	}
}

// settle writes the white space before the next word.
func (p *page) settle() {
	if p.Len() > 0 && p.breaks > 0 {
		p.WriteString("\n\n"[:p.breaks])
	} else if p.Len() > 0 && p.space {
		p.WriteByte(' ')
	}
	p.breaks, p.space = 0, false
}
