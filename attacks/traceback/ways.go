package traceback

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha3"
	"encoding/binary"
	"errors"
	"hash"
	"time"

	"doormat/escrow/traceback"
	"doormat/noescrow"
)

var errMessage = errors.New("attacks: expected a message that can be traced, found something else")

// tags is Kamakoti's proposal. What is kept of a message is its tag, as the provider delivers it, so that it
// can be forwarded.
type tags struct {
	key *traceback.TraceKey
	all []byte // tags of all messages, in order
}

func (w *tags) size() int { return traceback.TagSize }

func (w *tags) seal(self noescrow.Identity, text, kept []byte) (plaintext, sent, after []byte, err error) {
	if kept == nil {
		kept = w.key.PublicKey().Tag(self)
	}
	return text, kept, kept, nil
}

func (w *tags) pass(sent []byte, _, _ noescrow.Identity, _ time.Time) ([]byte, error) {
	w.all = append(w.all, sent...)
	return bytes.Clone(sent), nil
}

func (w *tags) open(plaintext, delivered []byte) (text, kept []byte, err error) {
	return plaintext, delivered, nil
}

func (w *tags) text(plaintext []byte) ([]byte, bool) { return plaintext, true }
func (w *tags) confirm(_, _, _ []byte) bool          { return false } // nothing of the text is in a tag
func (w *tags) store() ([]byte, error)               { return bytes.Clone(w.all), nil }

// table is the table of hashes. Nothing is kept: a forward is a text like any other.
type table struct {
	rows   *traceback.Table
	salted bool // with each person's identity
}

func (w *table) size() int { return len(traceback.Digest{}) }

func (w *table) seal(self noescrow.Identity, text, _ []byte) (plaintext, sent, after []byte, err error) {
	var salt []byte
	if w.salted {
		salt = self[:]
	}
	d := traceback.Hash(salt, text)
	return text, d[:], []byte{}, nil
}

func (w *table) pass(sent []byte, from, _ noescrow.Identity, at time.Time) ([]byte, error) {
	w.rows.Pass(traceback.Digest(sent), from, at)
	return nil, nil
}

func (w *table) open(plaintext, _ []byte) (text, kept []byte, err error) {
	return plaintext, []byte{}, nil
}

func (w *table) text(plaintext []byte) ([]byte, bool) { return plaintext, true }

func (w *table) confirm(sent, _, text []byte) bool {
	d := traceback.Hash(nil, text)
	return bytes.Equal(d[:], sent)
}

func (w *table) store() ([]byte, error) { return w.rows.MarshalBinary() }

// path is the path traceback of CCS 2019. What is kept is the pointer.
type path struct{ rows *traceback.PathPlatform }

func (w *path) size() int { return traceback.PathSent }

func (w *path) seal(_ noescrow.Identity, text, kept []byte) (plaintext, sent, after []byte, err error) {
	var came traceback.Pointer
	if kept != nil {
		if came, err = traceback.ParsePointer(kept); err != nil {
			return nil, nil, nil, err
		}
	}
	plaintext, sent, err = traceback.SealPath(text, came)
	return plaintext, sent, came.Bytes(), err // a new message has the zero pointer
}

func (w *path) pass(sent []byte, from, to noescrow.Identity, _ time.Time) ([]byte, error) {
	return w.rows.Pass(sent, from, to)
}

func (w *path) open(plaintext, delivered []byte) (text, kept []byte, err error) {
	text, came, err := traceback.OpenPath(plaintext, delivered)
	return text, came.Bytes(), err
}

func (w *path) text(plaintext []byte) ([]byte, bool) { return cut(plaintext) }

func (w *path) confirm(sent, key, text []byte) bool {
	h := hmac.New(func() hash.Hash { return sha3.New256() }, key)
	h.Write(text)
	return hmac.Equal(h.Sum(nil), sent[:32])
}

func (w *path) store() ([]byte, error) { return w.rows.MarshalBinary() }

// tree is the tree traceback of CCS 2019. What is kept is the thread.
type tree struct{ rows *traceback.TreePlatform }

func (w *tree) size() int { return traceback.TreeSent }

func (w *tree) seal(_ noescrow.Identity, text, kept []byte) (plaintext, sent, after []byte, err error) {
	thread := traceback.NewThread()
	if kept != nil {
		if thread, err = traceback.ParseThread(kept); err != nil {
			return nil, nil, nil, err
		}
	}
	plaintext, sent, err = thread.Seal(text)
	return plaintext, sent, thread.Bytes(), err
}

func (w *tree) pass(sent []byte, from, to noescrow.Identity, _ time.Time) ([]byte, error) {
	return w.rows.Pass(sent, from, to)
}

func (w *tree) open(plaintext, delivered []byte) (text, kept []byte, err error) {
	text, thread, err := traceback.OpenTree(plaintext, delivered)
	if err != nil {
		return nil, nil, err
	}
	return text, thread.Bytes(), nil
}

func (w *tree) text(plaintext []byte) ([]byte, bool) { return cut(plaintext) }

func (w *tree) confirm(sent, key, text []byte) bool {
	h := sha3.New256()
	h.Write(key)
	h.Write(text)
	return bytes.Equal(h.Sum(nil)[:16], sent[:16])
}

func (w *tree) store() ([]byte, error) { return w.rows.MarshalBinary() }

// cut takes the text out of a plaintext: version, kind and key come before it.
func cut(plaintext []byte) ([]byte, bool) {
	if len(plaintext) < 18 {
		return nil, false
	}
	return plaintext[18:], true
}

// joinKept and cutKept are a record of a phone: what it keeps of the message with a text.
func joinKept(text string, kept []byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(text)))
	return append(append(b, text...), kept...)
}

func cutKept(record []byte) (text, kept []byte, ok bool) {
	if len(record) < 4 || uint64(len(record)-4) < uint64(binary.BigEndian.Uint32(record)) {
		return nil, nil, false
	}
	n := int(binary.BigEndian.Uint32(record))
	return record[4:][:n], record[4+n:], true
}
