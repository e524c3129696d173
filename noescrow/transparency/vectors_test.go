package transparency

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"crypto/ed25519"

	"doormat/internal/vrf"
)

func load(t testing.TB, file string, into any) {
	t.Helper()
	data, err := os.ReadFile("testdata/" + file)
	check(t, err)
	check(t, json.Unmarshal(data, into))
}

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	check(t, err)
	return b
}

// keytrans is self-made from the text of draft-ietf-keytrans-protocol (18 August 2026): there are no
// official vectors.
type keytrans struct {
	VRFSK      string `json:"vrf_sk"`
	LogEntries []struct {
		Label      string
		Version    uint32
		Input      string `json:"vrf_input"`
		Proof      string `json:"vrf_proof"`
		Output     string `json:"vrf_output"`
		Opening    string
		Value      string
		Commitment string
		Root       string `json:"prefix_root"`
	} `json:"log_entries"`
	Ladders map[string][]uint32 `json:"base_binary_ladder"`
}

func TestPrefixTreeVectors(t *testing.T) {
	var v keytrans
	load(t, "keytrans.json", &v)
	l := labels{}
	l.setKey(vrf.NewPrivateKey([32]byte(unhex(t, v.VRFSK))))
	tree := new(node)
	var all []index
	for i, e := range v.LogEntries {
		if got := hex.EncodeToString(input(e.Label, e.Version)); got != e.Input {
			t.Errorf("entry %d: the input is %s, expected %s", i, got, e.Input)
		}
		at, proof := l.index(e.Label, e.Version)
		if hex.EncodeToString(at[:]) != e.Output || hex.EncodeToString(proof) != e.Proof {
			t.Errorf("entry %d: the index is %x, with the proof %x", i, at, proof)
		}
		c := commit([16]byte(unhex(t, e.Opening)), e.Label, e.Version, []byte(e.Value))
		if got := hex.EncodeToString(c[:]); got != e.Commitment {
			t.Errorf("entry %d: the commitment is %s, expected %s", i, got, e.Commitment)
		}
		var err error
		tree, err = tree.insert(&leaf{at, c})
		check(t, err)
		if got := tree.sum(); hex.EncodeToString(got[:]) != e.Root {
			t.Errorf("entry %d: the root is %x, expected %s", i, got, e.Root)
		}
		all = append(all, at)
	}
	if len(all) != 6 {
		t.Errorf("%d entries, expected 6", len(all))
	}
}

func TestLadderVectors(t *testing.T) {
	var v keytrans
	load(t, "keytrans.json", &v)
	if len(v.Ladders) < 10 {
		t.Fatalf("%d ladders", len(v.Ladders))
	}
	for greatest, want := range v.Ladders {
		var n uint32
		fmt.Sscan(greatest, &n)
		if got := ladder(n + 1); !slices.Equal(got, want) {
			t.Errorf("the ladder of %d is %v, expected %v", n, got, want)
		}
	}
	if got := ladder(0); !slices.Equal(got, []uint32{0}) {
		t.Errorf("the ladder of nothing is %v", got)
	}
}

// witnessed vectors are self-made by the texts of C2SP and RFC 6962, and verify in two published modules.
type witnessVectors struct {
	Origin      string
	Entries     []string
	LogSeed     string   `json:"log_seed"`
	LogKey      string   `json:"log_vkey"`
	LogPrivate  string   `json:"log_skey"`
	Witness     string   `json:"witness_name"`
	Seed        string   `json:"witness_seed"`
	WitnessKey  string   `json:"witness_vkey"`
	Roots       []string `json:"roots_by_size_hex"`
	Body        string   `json:"add_checkpoint_8_to_13_body"`
	Checkpoints []struct {
		Size      int64
		Timestamp int64
		Note      string `json:"log_signed_note"`
		Line      string `json:"ed25519_cosignature_line"`
	}
	Consistency []struct {
		Old   int64 `json:"old_size"`
		Size  int64
		Proof []string `json:"proof_b64"`
	}
	Fork struct {
		Note string `json:"log_signed_note"`
	} `json:"fork_same_size"`
}

func vectorWitness(t testing.TB, v *witnessVectors) *Witness {
	t.Helper()
	private := ed25519.NewKeyFromSeed(unhex(t, v.Seed))
	w := newWitness(cosigner{name: v.Witness, public: private.Public().(ed25519.PublicKey), private: private})
	check(t, w.Trust(v.LogKey))
	return w
}

func TestWitnessVectors(t *testing.T) {
	var v witnessVectors
	load(t, "witness.json", &v)
	if got := skey(v.Origin, ed25519.NewKeyFromSeed(unhex(t, v.LogSeed))); got != v.LogPrivate {
		t.Errorf("the log's key is %s, expected %s", got, v.LogPrivate)
	}
	h := hashes{}
	for i, e := range v.Entries {
		check(t, h.append(int64(i), []byte(e)))
	}
	for n, want := range v.Roots {
		root := emptyRoot
		if n > 0 {
			var err error
			root, err = h.root(int64(n))
			check(t, err)
		}
		if got := hex.EncodeToString(root[:]); got != want {
			t.Errorf("the root of %d records is %s, expected %s", n, got, want)
		}
	}
	for _, c := range v.Consistency {
		proof, err := proveConsistent(h, c.Old, c.Size)
		check(t, err)
		var got []string
		for _, one := range proof {
			got = append(got, base64.StdEncoding.EncodeToString(one[:]))
		}
		if !slices.Equal(got, c.Proof) && c.Old > 0 {
			t.Errorf("the proof from %d to %d is %q, expected %q", c.Old, c.Size, got, c.Proof)
		}
	}
	w := vectorWitness(t, &v)
	if w.VerifierKey() != v.WitnessKey {
		t.Errorf("the witness's key is %s, expected %s", w.VerifierKey(), v.WitnessKey)
	}
	r, err := (&Parameters{Log: v.LogKey, Witnesses: []string{v.WitnessKey}, Quorum: 1}).parse()
	check(t, err)
	for _, c := range v.Checkpoints {
		old := w.Size(v.Origin)
		proof, err := proveConsistent(h, old, c.Size)
		check(t, err)
		line, err := w.AddCheckpoint(request(old, proof, c.Note), time.Unix(c.Timestamp, 0))
		if err != nil || string(line) != c.Line {
			t.Errorf("size %d: %v, the cosignature is %q, expected %q", c.Size, err, line, c.Line)
		}
		tree, cosigned, err := r.open(append([]byte(c.Note), line...))
		if err != nil || cosigned != 1 || tree.size != c.Size {
			t.Errorf("size %d: %v, %d cosignatures", c.Size, err, cosigned)
		}
	}
	old, proof, _, err := parseRequest([]byte(v.Body))
	if err != nil || !bytes.Equal(request(old, proof, v.Checkpoints[len(v.Checkpoints)-1].Note), []byte(v.Body)) {
		t.Errorf("old %d, %v", old, err)
	}
	last := v.Checkpoints[len(v.Checkpoints)-1].Note
	if err := CheckSplit(v.LogKey, []byte(last), []byte(v.Fork.Note)); err != nil {
		t.Error(err)
	}
	if _, err := w.AddCheckpoint(request(13, nil, v.Fork.Note), monday); err == nil {
		t.Error("the witness signs the fork")
	}
	if _, err := note.NewVerifier(v.WitnessKey); err == nil {
		t.Error("a witness's key is taken for a log's")
	}
}

// request is an add-checkpoint body.
func request(old int64, proof []tlog.Hash, checkpoint string) []byte {
	b := fmt.Appendf(nil, "old %d\n", old)
	for _, h := range proof {
		b = append(b, base64.StdEncoding.EncodeToString(h[:])+"\n"...)
	}
	return append(append(b, '\n'), checkpoint...)
}
