package main

import (
	"time"

	"doormat/escrow/sakke"
)

// A world is a service, two phones, and a wiretap that records what they send.
type world struct {
	kms       *sakke.KMS
	community *sakke.Community
	ana, ben  *sakke.Phone
	recorded  []recorded
	issued    map[sakke.Identifier][]byte
	february  []byte // the state of Ben's phone
}

// recorded is a call on the wire: an invitation, and the packets after it.
type recorded struct {
	invitation []byte
	packets    [][]byte
}

const (
	anaNumber = "tel:+447700900123"
	benNumber = "tel:+447700900456"
)

// dates are the dates of three calls, a month apart, and texts is what is said in them.
var (
	dates = []time.Time{
		time.Date(2011, 1, 12, 21, 30, 0, 0, time.UTC),
		time.Date(2011, 2, 9, 21, 30, 0, 0, time.UTC),
		time.Date(2011, 3, 16, 21, 30, 0, 0, time.UTC),
	}
	texts = []string{"The bridge, at six.", "The mill, at seven.", "The quay, at eight."}
)

func newWorld() (w *world, err error) {
	w = &world{issued: map[sakke.Identifier][]byte{}}
	if w.kms, err = sakke.NewKMS("kms.example"); err != nil {
		return nil, err
	}
	w.community = w.kms.Community()
	if w.ana, err = sakke.NewPhone(w.community, anaNumber); err != nil {
		return nil, err
	}
	w.ben, err = sakke.NewPhone(w.community, benNumber)
	return w, err
}

// renew gives both phones the keys of a month, and deletes those of the months before.
func (w *world) renew(at time.Time) error {
	for _, phone := range []*sakke.Phone{w.ana, w.ben} {
		keys, err := w.issue(phone.Telephone(), at)
		if err != nil {
			return err
		}
		phone.Forget(at)
		if err := phone.Install(keys); err != nil {
			return err
		}
	}
	return nil
}

// issue returns the keys of a number for a month. The KMS issues them once.
func (w *world) issue(number string, at time.Time) ([]byte, error) {
	id, err := sakke.NewIdentifier(number, at)
	if err == nil && w.issued[id] == nil {
		w.issued[id], err = w.kms.Issue(number, at)
	}
	return w.issued[id], err
}

// talk makes a call of one sentence, which the wiretap records.
func (w *world) talk(at time.Time, text string) error {
	invitation, caller, err := w.ana.Invite(benNumber, at)
	if err != nil {
		return err
	}
	_, callee, err := w.ben.Accept(invitation, at)
	if err != nil {
		return err
	}
	packet, err := caller.Seal([]byte(text))
	if err != nil {
		return err
	}
	if _, err := callee.Open(packet); err != nil {
		return err
	}
	w.recorded = append(w.recorded, recorded{invitation, [][]byte{packet}})
	return nil
}
