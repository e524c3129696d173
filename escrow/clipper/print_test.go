package clipper

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"doormat/internal/testing/printed"
)

func TestSecretsAreNotPrinted(t *testing.T) {
	w := newWorld(t, 1)
	k, family := NewSessionKey(), w.family.Key()
	a, b := w.halves(t, 1)
	unit, err := RecoverUnitKey(a, b)
	if err != nil {
		t.Fatal(err)
	}
	line := []byte(w.nist.RecoveryKey()[len("AGE-SECRET-KEY-1"):])
	s := w.chips[1].Load(k)
	generate(t, s)
	for _, x := range []any{k, unit, family, a, w.nist, w.chips[1], s, []*Family{w.family}, []SessionKey{k}} {
		if leak := printed.Leak(x, k.k[:], unit.k[:], family.k[:], a.Key[:], line); leak != "" {
			t.Errorf("%T: %s", x, leak)
		}
	}
	for want, x := range map[string]any{
		"clipper.SessionKey(hidden)": k, "clipper.UnitKey(hidden)": unit, "clipper.FamilyKey(hidden)": family,
		"clipper.Half(hidden)": a, "clipper.Agent(NIST)": w.nist, "clipper.Chip(hidden)": w.chips[1],
		"clipper.Session(hidden)": s, "clipper.Family(hidden)": w.family,
	} {
		j, err := json.Marshal(x)
		var log bytes.Buffer
		slog.New(slog.NewTextHandler(&log, nil)).Info("", "x", x)
		if got := fmt.Sprintf("%x", x); got != want || err != nil || string(j) != `"`+want+`"` || !strings.Contains(log.String(), want) {
			t.Errorf("prints %s, %s, %v, %s; want %s", got, j, err, &log, want)
		}
	}
}
