package guard

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestLocal(t *testing.T) {
	for host, want := range map[string]bool{
		"localhost": true, "localhost:80": true, "127.0.0.1": true, "192.0.2.7:8080": true, "[::1]": true, "[::1]:8080": true,
		"": false, ":80": false, "evil.example": false, "evil.example:8080": false, "127.0.0.1.evil.example": false, "localhost.evil.example": false,
		"127.0.0.1:80:80": false, "[fe80::1%25eth0]:80": false,
	} {
		if got := Local(host); got != want {
			t.Errorf("%q: %v", host, got)
		}
	}
}

// All answers have the headers, those to a foreign host too.
func TestAdmit(t *testing.T) {
	for host, want := range map[string]bool{"127.0.0.1:80": true, "evil.example": false} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Host = host
		w := httptest.NewRecorder()
		if got := Admit(w, r, "default-src 'none'"); got != want || !want && w.Code != http.StatusMisdirectedRequest {
			t.Errorf("%s: %v, status %d", host, got, w.Code)
		}
		for name, value := range map[string]string{
			"Content-Security-Policy": "default-src 'none'", "X-Content-Type-Options": "nosniff",
			"Referrer-Policy": "no-referrer", "Cross-Origin-Resource-Policy": "same-origin",
		} {
			if got := w.Header().Get(name); got != value {
				t.Errorf("%s: %s is %q", host, name, got)
			}
		}
	}
}
