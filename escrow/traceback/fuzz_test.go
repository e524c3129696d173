package traceback

import (
	"bytes"
	"encoding"
	"testing"
)

// fuzzDatabase fuzzes a parser: what is read is written as it was, and traces without a panic.
func fuzzDatabase(f *testing.F, seed encoding.BinaryMarshaler, fresh func() encoding.BinaryUnmarshaler, use func(db any)) {
	b, err := seed.MarshalBinary()
	check(f, err)
	f.Add(b)
	f.Add(b[:len(b)-1])
	f.Add(b[:2])
	f.Fuzz(func(t *testing.T, b []byte) {
		db := fresh()
		if db.UnmarshalBinary(b) != nil {
			return
		}
		if got, err := db.(encoding.BinaryMarshaler).MarshalBinary(); err != nil || !bytes.Equal(got, b) {
			t.Errorf("%x is read as %x, %v", b, got, err)
		}
		use(db)
	})
}

func FuzzPathRows(f *testing.F) {
	p := new(PathPlatform)
	came := path(f, p, rumour, 0, 1, 2)
	fuzzDatabase(f, p, func() encoding.BinaryUnmarshaler { return new(PathPlatform) }, func(db any) {
		db.(*PathPlatform).Trace(person(2), []byte(rumour), came)
	})
}

func FuzzTreeRows(f *testing.F) {
	p := new(TreePlatform)
	threads := spread(f, p)
	fuzzDatabase(f, p, func() encoding.BinaryUnmarshaler { return new(TreePlatform) }, func(db any) {
		db.(*TreePlatform).Trace(person(7), []byte(rumour), threads[7])
	})
}

func FuzzTable(f *testing.F) {
	table := new(Table)
	table.Pass(Hash(nil, []byte("yes")), person(1), monday)
	fuzzDatabase(f, table, func() encoding.BinaryUnmarshaler { return new(Table) }, func(db any) {
		db.(*Table).Originator(Hash(nil, []byte("yes")))
	})
}

// What a recipient accepts can be traced to its sender, whatever the sender has made.
func FuzzTraceable(f *testing.F) {
	plaintext, sent, err := SealPath([]byte(rumour), Pointer{})
	check(f, err)
	f.Add(plaintext, sent)
	plaintext, sent, err = NewThread().Seal([]byte(rumour))
	check(f, err)
	f.Add(plaintext, sent)
	f.Fuzz(func(t *testing.T, plaintext, sent []byte) {
		p := new(PathPlatform)
		if delivered, err := p.Pass(sent, person(1), person(2)); err == nil {
			if text, came, err := OpenPath(plaintext, delivered); err == nil {
				if path, err := p.Trace(person(2), text, came); err != nil || path[1] != person(1) {
					t.Errorf("path: %v, %v", path, err)
				}
			}
		}
		tree := new(TreePlatform)
		if delivered, err := tree.Pass(sent, person(1), person(2)); err == nil {
			if text, thread, err := OpenTree(plaintext, delivered); err == nil {
				if root, err := tree.Trace(person(2), text, thread); err != nil || root.Person != person(1) {
					t.Errorf("tree: %s, %v", shape(root), err)
				}
			}
		}
	})
}

func FuzzTag(f *testing.F) {
	k := NewTraceKey()
	f.Add(k.PublicKey().Tag(person(1)))
	f.Fuzz(func(t *testing.T, tag []byte) {
		k.Recover(tag)
	})
}
