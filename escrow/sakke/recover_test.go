package sakke

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"
)

// z and the public parameters open both directions of a call, of any month.
func TestRecover(t *testing.T) {
	kms, c := sharedKMS()
	stolen, err := ParseMasterSecret(kms.Master.RecoveryKey())
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range []time.Time{february, february.AddDate(-3, 1, 0), february.AddDate(5, 0, 0)} {
		alice, bob := phone(t, aliceNumber, at), phone(t, bobNumber, at)
		message, callers := invitation(t, alice, bobNumber, at)
		_, callees, err := bob.Accept(message, at)
		if err != nil {
			t.Fatal(err)
		}
		m, ssv, err := stolen.Recover(c, message)
		if err != nil || m.From != aliceNumber || m.To != bobNumber || !m.At.Equal(at) {
			t.Fatalf("of %v: from %s to %s at %v, %v", at, m.From, m.To, m.At, err)
		}
		atCaller, atCallee := m.CallerSession(ssv), m.CalleeSession(ssv)
		for _, way := range []struct{ from, to, tap *Session }{{callers, callees, atCallee}, {callees, callers, atCaller}} {
			packet := say(t, way.from, way.to, "the bridge, at six")
			if text, err := way.tap.Open(packet); err != nil || string(text) != "the bridge, at six" {
				t.Errorf("of %v: the tap hears %q, %v", at, text, err)
			}
		}
	}
}

func TestRecoverRefuses(t *testing.T) {
	kms, c := sharedKMS()
	other, err := NewKMS("kms.example")
	if err != nil {
		t.Fatal(err)
	}
	message, _ := invitation(t, phone(t, aliceNumber, february), bobNumber, february)
	if _, _, err := kms.Master.Recover(c, message); err != nil {
		t.Fatal(err)
	}
	for name, x := range map[string]struct {
		z       MasterSecret
		c       *Community
		message []byte
		want    error
	}{
		"no secret":         {MasterSecret{}, c, message, errNoSecret},
		"another secret":    {other.Master, c, message, ErrDecapsulate},
		"another KMS":       {other.Master, other.Community(), message, ErrDecapsulate},
		"another community": {kms.Master, other.Community(), message, ErrDecapsulate},
		"a byte more":       {kms.Master, c, append(message[:len(message):len(message)], 0), errInvitation},
		"a byte less":       {kms.Master, c, message[:len(message)-1], errInvitation},
		"nothing":           {kms.Master, c, nil, errInvitation},
		"two bytes":         {kms.Master, c, []byte("\x00\x01"), errInvitation},
	} {
		m, ssv, err := x.z.Recover(x.c, x.message)
		if !errors.Is(err, x.want) || m.From != "" || ssv.b != nil {
			t.Errorf("%s: %v, want %v; %s", name, err, x.want, m.From)
		}
	}
}

// The zero Phone refuses with an error whatever it is asked.
func TestZeroPhone(t *testing.T) {
	kms, _ := sharedKMS()
	message, _ := invitation(t, phone(t, aliceNumber, february), bobNumber, february)
	keys, err := kms.Issue(bobNumber, february)
	if err != nil {
		t.Fatal(err)
	}
	p := new(Phone)
	p.Forget(february)
	_, errState := p.MarshalBinary()
	_, _, errInvite := p.Invite(bobNumber, february)
	_, _, errAccept := p.Accept(message, february)
	for what, err := range map[string]error{"state": errState, "invite": errInvite, "accept": errAccept, "install": p.Install(keys)} {
		if err == nil {
			t.Errorf("%s: a phone without a number does it", what)
		}
	}
}

// The zero values of the other types refuse too: they have no keys to answer with.
func TestZeroValuesRefuse(t *testing.T) {
	id, err := NewIdentifier(aliceNumber, february)
	if err != nil {
		t.Fatal(err)
	}
	kms, real := sharedKMS()
	_, s := invitation(t, phone(t, aliceNumber, february), bobNumber, february)
	packet, err := s.Seal([]byte("hello"))
	if err != nil {
		t.Fatal(err)
	}
	c := new(KMS).Community()
	if !reflect.DeepEqual(c, new(Community)) || !reflect.DeepEqual((&KMS{Master: kms.Master}).Community(), c) {
		t.Error("a KMS without secrets has a community")
	}
	encapsulated, _ := real.Encapsulate(id)
	_, errDecapsulate := c.Decapsulate(ReceiverKey{}, encapsulated)
	_, errReceiver := c.ParseReceiverKey(id, make([]byte, 257))
	_, errSigning := c.ParseSigningKey(id, make([]byte, 97))
	_, errIssue := new(KMS).Issue(aliceNumber, february)
	_, errSeal := new(Session).Seal(nil)
	_, errOpen := new(Session).Open(packet)
	for what, err := range map[string]error{
		"decapsulates": errDecapsulate, "takes a receiver's key": errReceiver, "takes a signing key": errSigning,
		"issues": errIssue, "seals": errSeal, "opens": errOpen, "verifies": c.Verify(id, nil, make([]byte, signatureSize)),
	} {
		if err == nil || !strings.HasPrefix(err.Error(), "sakke: ") {
			t.Errorf("a zero value %s: %v", what, err)
		}
	}
	if encapsulated, ssv := c.Encapsulate(id); encapsulated != nil || ssv.b != nil {
		t.Errorf("a zero community encapsulates %x", encapsulated)
	}
}
