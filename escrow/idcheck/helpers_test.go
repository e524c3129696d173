package idcheck

import (
	"testing"
	"time"
)

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

var at = time.Date(2026, 3, 2, 9, 30, 0, 0, time.UTC)

// document is that of a person born in a year.
func document(t testing.TB, name string, year int) []byte {
	t.Helper()
	b, err := Document{Name: name, Born: time.Date(year, 3, 2, 0, 0, 0, 0, time.UTC), Number: "L01X00T47", Scan: []byte("a picture of " + name)}.Bytes()
	check(t, err)
	return b
}

// holder has n attestations of a provider.
func holder(t testing.TB, p *Provider, n int) *Holder {
	t.Helper()
	h := new(Holder)
	all, err := p.Issue(document(t, "Ana", 1990), h.Keys(n), at)
	check(t, err)
	check(t, h.Take(all))
	return h
}
