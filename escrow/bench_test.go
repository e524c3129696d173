package escrow

import (
	"bytes"
	"io"
	"testing"

	"filippo.io/age"
	"github.com/cloudflare/circl/kem/xwing"

	"doormat/internal/avx"
	"doormat/internal/testing/ratio"
	"doormat/noescrow"
)

func must(b *testing.B, err error) {
	if err != nil {
		b.Fatal(err)
	}
}

// The limit is the decapsulation.
func BenchmarkRecover(b *testing.B) {
	authority, x, y := pair(b)
	send(b, x, y, "")
	send(b, y, x, "")
	e := seal(b, x, y, string(make([]byte, 256)))
	thief, err := ParseAuthority(authority.RecoveryKey())
	must(b, err)
	private, _ := xwing.DeriveKeyPair(make([]byte, xwing.SeedSize))
	ss := make([]byte, xwing.SharedKeySize)
	ratio.Speed(b, "of-limit", func() {
		_, _, _, err := thief.Recover(e)
		must(b, err)
	}, func() {
		private.DecapsulateTo(ss, e[1:][:xwing.CiphertextSize])
		avx.Clear()
	})
}

// Seal and Open. The limit is noescrow's, and an encapsulation.
func BenchmarkOneWay(b *testing.B) {
	authority, x, y := pair(b)
	send(b, x, y, "")
	send(b, y, x, "")
	nx, ny := noescrow.NewDevice(), noescrow.NewDevice()
	startControl(b, nx, ny)
	answer(b, nx, ny)
	answer(b, ny, nx)
	text := make([]byte, 256)
	var public xwing.PublicKey
	must(b, public.Unpack(authority.key.Public().Bytes()))
	ss, enc, randomness := make([]byte, xwing.SharedKeySize), make([]byte, xwing.CiphertextSize), make([]byte, xwing.EncapsulationSeedSize)
	ratio.Speed(b, "of-limit", func() {
		e, err := x.Seal(y.Identity(), text, nil)
		must(b, err)
		_, _, err = y.Open(e, nil)
		must(b, err)
	}, func() {
		e, err := nx.Seal(ny.Identity(), text, nil)
		must(b, err)
		_, _, err = ny.Open(e, nil)
		must(b, err)
		public.EncapsulateTo(enc, ss, randomness)
		avx.Clear()
	})
}

// 16 MiB to one recipient and the authority. The limit is age itself, to two of its own.
func BenchmarkSealFile(b *testing.B) {
	authority, x, y := pair(b)
	file := make([]byte, 16<<20)
	recipient, err := age.ParseHybridRecipient(y.Recipient())
	must(b, err)
	both := []age.Recipient{recipient, authority.identity.Recipient()}
	dst := bytes.NewBuffer(make([]byte, 0, len(file)+1<<20))
	ratio.Speed(b, "of-limit", func() {
		dst.Reset()
		must(b, x.SealFile(dst, bytes.NewReader(file), y.Recipient()))
	}, func() {
		dst.Reset()
		w, err := age.Encrypt(dst, both...)
		must(b, err)
		_, err = io.Copy(w, bytes.NewReader(file))
		must(b, err)
		must(b, w.Close())
	})
}
