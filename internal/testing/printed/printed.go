// Package printed looks for secrets in what a program prints by accident. Only tests import it.
package printed

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"log/slog"
	"math/big"
	"reflect"
	"slices"
	"strings"
)

// All returns x as a program might print it on the way to a log: with each verb and flag, as JSON
// and XML, or the error in their place, and with slog. Equal texts are there once.
//
// %p and %w are not tried: fmt asks none of x's methods then, and go vet refuses both. It asks none
// of what is in an unexported field, either. A type that shows nothing even there has a test that
// gives Leak a struct with such a field.
func All(x any) []string {
	all := []string{fmt.Sprintf("%10v", x), fmt.Sprintln(x)}
	for _, verb := range "vsdxXqcboOUeEfFgGt" {
		for _, flags := range []string{"", "+", "#", " ", "0", "-", "+#", "# "} {
			all = append(all, fmt.Sprintf("%"+flags+string(verb), x))
		}
	}
	for _, marshal := range []func(any) ([]byte, error){json.Marshal, xml.Marshal} {
		text, err := marshal(x)
		if err != nil {
			text = []byte(err.Error())
		}
		all = append(all, string(text))
	}
	var asText, asJSON bytes.Buffer
	for _, h := range []slog.Handler{slog.NewTextHandler(&asText, nil), slog.NewJSONHandler(&asJSON, nil)} {
		slog.New(h).With("with", x).Info("", "x", x, slog.Group("group", "x", x))
	}
	all = append(all, asText.String(), asJSON.String())
	slices.Sort(all)
	return slices.Compact(all)
}

// Leak returns a part of x, printed, in which one of the secrets is marked: of x itself, what it
// points to, a pointer to it, and x in a slice, a map or a struct. It is "" if nothing shows.
//
// A secret is bytes or a text. Its first eight bytes are enough to find it, so what is no secret at
// the beginning is left out, as the first letters of an age key. One of four bytes or fewer may be
// found by chance.
func Leak(x any, secrets ...[]byte) string {
	if len(secrets) == 0 {
		return "no secrets to look for"
	}
	var texts, marks []string
	for _, c := range carriers(x) {
		texts = append(texts, All(c)...)
	}
	for i, secret := range secrets {
		for _, form := range forms(secret) {
			marks = append(marks, form, fmt.Sprintf("⟦secret %d⟧", i))
		}
	}
	replacer := strings.NewReplacer(marks...) // looks for all of them in one pass
	for _, text := range texts {
		if marked := replacer.Replace(text); marked != text {
			at := max(0, strings.Index(marked, "⟦secret ")-100)
			return strings.ToValidUTF8(marked[at:min(len(marked), at+300)], "?")
		}
	}
	return ""
}

// carriers are x and what a program might print with x in it. The copies are careless ones: of
// locks too.
func carriers(x any) []any {
	v := reflect.ValueOf(x)
	p := reflect.New(v.Type())
	p.Elem().Set(v)
	all := []any{x, p.Interface(), []any{x}, map[string]any{"x": []any{x}}, struct{ X any }{x}}
	if v.Kind() == reflect.Pointer && !v.IsNil() {
		all = append(all, v.Elem().Interface())
	}
	return all
}

// forms are the ways in which the first eight bytes of a secret come to be printed, and all of it
// if it is held as a number.
func forms(secret []byte) (all []string) {
	head := secret[:min(8, len(secret))]
	for _, format := range []string{"%s", "%q", "%+q", "%x", "%X", "% x", "% X", "%# x", "%# X", "%d", "%c", "%b", "%o", "%#o", "%O", "%U"} {
		all = append(all, strings.Trim(fmt.Sprintf(format, head), `[]"`))
	}
	numbers := strings.Trim(fmt.Sprintf("%d", head), "[]")
	all = append(all, strings.ReplaceAll(numbers, " ", ","), // JSON, of an array
		strings.TrimSuffix(strings.TrimPrefix(fmt.Sprintf("%#v", head), "[]byte{"), "}"))
	for i := range min(3, len(head)) { // JSON, of a slice; before the secret there may be other bytes
		if whole := head[i:]; len(whole) >= 3 {
			all = append(all, base64.StdEncoding.EncodeToString(whole[:len(whole)/3*3]))
		}
	}
	bigEndian, littleEndian := new(big.Int).SetBytes(secret), slices.Clone(secret)
	slices.Reverse(littleEndian)
	for _, n := range []*big.Int{bigEndian, new(big.Int).SetBytes(littleEndian)} {
		if n.BitLen() > 24 { // a smaller one stands in many a text
			all = append(all, n.String(), n.Text(16), strings.ToUpper(n.Text(16)))
		}
	}
	return all
}
