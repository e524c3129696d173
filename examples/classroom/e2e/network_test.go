package e2e

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// The class network, in three tabs: a teacher, and two students: one reloads its page, and one gets the key. The network
// loses some answers.
func TestNetwork(t *testing.T) {
	teacher := open(t, site.teacher+"&lang=en")
	_, code, _ := strings.Cut(site.teacher, "class=")
	code, _, _ = strings.Cut(code, "&")
	students := []*tab{open(t, site.url+"#at=network&lang=en"), open(t, site.url+"#at=network&lang=en&class="+strings.ToLower(code))}
	students[0].reach("[data-form=network-join] input")
	students[0].press(strings.Split(code, "")...)
	for i, b := range []*tab{students[0], students[1], teacher} {
		b.use("[data-form=network-join] button")
		b.wait(fmt.Sprintf("!document.querySelector('[data-%s]').hidden", map[bool]string{true: "teacher", false: "student"}[i == 2]))
	}
	if got, want := teacher.scan("[data-qr=network]"), site.url+"#at=network&class="+code; got != want || teacher.text("[data-invitation]") != want {
		t.Errorf("the QR code is read as %q, expected %q", got, want)
	}
	teacher.wait(`document.querySelector("[data-teacher] [data-put=members]").textContent === "2"`)
	students[1].do(chromedp.Reload())
	students[1].idle()
	if got := eval[string](students[1], "document.querySelector('[name=class]').value"); got != code && !strings.EqualFold(got, code) {
		t.Errorf("after a reload the code is %q", got)
	}
	students[1].use("[data-form=network-join] button")
	students[1].wait("!document.querySelector('[data-reloaded]').hidden")
	for _, b := range []*tab{teacher, students[0]} {
		b.wait("document.querySelectorAll('[name=to] > [value]').length === 1 + (document.querySelector('[data-teacher]').hidden ? 0 : 1)")
	}
	teacher.wait(`document.querySelector("[data-teacher] [data-put=members]").textContent === "2"`)
	const row = "document.querySelectorAll('[data-network-wire] > li')"
	write := func(b *tab, rows int) {
		t.Helper()
		b.wait("document.querySelector('[name=to] > [value]')")
		b.use("[data-form=network-write] button")
		for _, b := range append(students, teacher) {
			b.wait(fmt.Sprintf("%s.length === %d && [...%[1]s[%[3]d].querySelectorAll('[data-put=bytes]')].every((e) => e.textContent)", row, rows, rows-1))
			b.idle()
		}
	}
	site.proxy.lose(2)
	write(students[0], 1)
	students[0].forget()
	write(students[1], 2)
	if one, two := students[0].text("[data-network-wire] > li:last-child [data-side=with]"), students[1].text("[data-network-wire] > li:last-child [data-side=without]"); one != two || len(one) < 10 {
		t.Errorf("one reads %q, the other %q", one, two)
	}

	teacher.use("[data-letters]")
	teacher.wait("!document.querySelector('[data-lettered]').hidden")
	var thieves, honest []*tab
	for _, b := range students {
		b.wait("!document.querySelector('[data-letter]').hidden")
		if eval[bool](b, "'key' in document.querySelector('[data-letter]').dataset") {
			thieves = append(thieves, b)
		} else {
			honest = append(honest, b)
		}
	}
	if len(thieves) != 1 {
		t.Fatalf("%d have the key", len(thieves))
	}
	teacher.use("[data-now]")
	projector := func(want string) {
		t.Helper()
		teacher.wait(fmt.Sprintf("document.querySelector('[data-projector]').textContent.endsWith('%s of %s open')", want, want))
	}
	projector("2")
	thief := thieves[0]
	if got := digits(thief.text("[data-thief]")); fmt.Sprint(got) != "[2 2 2 0]" {
		t.Errorf("the thief's page says %v", got)
	}

	teacher.use("[data-typing]")
	honest[0].wait("!document.querySelector('[name=own]').closest('[hidden]')")
	honest[0].reach("[name=own]")
	honest[0].press("a", "t", " ", "s", "i", "x")
	write(honest[0], 3)
	projector("3")
	if got := thief.text("[data-network-wire] > li:last-child [data-side=with]"); !strings.Contains(got, "at six") || !strings.Contains(got, "open") {
		t.Errorf("the thief reads %q", got)
	}
	if !eval[bool](honest[0], "document.querySelector('[data-thief]').hidden") {
		t.Error("one who has no key counts as a thief")
	}
	// In another language, what was heard is still there.
	thief.reach("[data-lang=de]")
	thief.press(kb.Enter)
	thief.wait(row + ".length === 3 && document.documentElement.lang === 'de'")
	thief.idle()
	if got := digits(thief.text("[data-thief]")); fmt.Sprint(got) != "[3 3 3 0]" {
		t.Errorf("the thief's page says %v", got)
	}
	teacher.axe("network, teacher")
	// An answer that never comes is said, in words.
	site.proxy.lose(1000)
	thief.use("[data-form=network-write] button")
	thief.wait("!document.querySelector('[data-station=network] [data-problem]').hidden")
	site.proxy.lose(0)
	thief.idle()
	thief.forget()
	if got := thief.text("[data-station=network] [data-problem]"); !strings.Contains(got, "antwortet nicht") {
		t.Errorf("without an answer the page says %q", got)
	}
	thief.axe("network, student")
}

// A file has no class network, and says so.
func TestFileHasNoNetwork(t *testing.T) {
	b := open(t, "file://"+site.file+"#at=network&lang=en")
	if got := b.text("[data-station=network]"); !strings.Contains(got, "-listen") || strings.Contains(got, "lets you in") {
		t.Errorf("the file says %q", got)
	}
	if eval[bool](b, "document.querySelector('[data-form=network-join]').checkVisibility()") {
		t.Error("the file has a form to join with")
	}
}
