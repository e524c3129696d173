// Package guard keeps pages from elsewhere away from one that a program of doormat serves.
package guard

import (
	"net"
	"net/http"
	"strings"
)

// Admit sets the headers that all answers have, with the page's Content-Security-Policy. If the request is for a
// foreign host it refuses it, and reports false.
func Admit(w http.ResponseWriter, r *http.Request, policy string) bool {
	head := w.Header()
	head.Set("Content-Security-Policy", policy)
	head.Set("X-Content-Type-Options", "nosniff")
	head.Set("Referrer-Policy", "no-referrer")
	head.Set("Cross-Origin-Resource-Policy", "same-origin")
	if !Local(r.Host) {
		http.Error(w, "This page is served under its number, as 127.0.0.1, and under no other name.", http.StatusMisdirectedRequest)
		return false
	}
	return true
}

// Local reports whether a Host names a server by a number, or is "localhost". Anyone can make a name in the DNS
// point to the server, so that a page elsewhere could read this one.
func Local(host string) bool {
	name, _, err := net.SplitHostPort(host)
	if err != nil {
		name = strings.Trim(host, "[]")
	}
	return name == "localhost" || net.ParseIP(name) != nil
}
