package noescrow_test

import (
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"sync"

	"doormat/noescrow"
)

// A relay keeps all that it has in one folder. IDENTITY stands for 64 hexadecimal digits:
//
//	IDENTITY.shelf        prekeys
//	IDENTITY.1, .2, …     envelopes to that device, in order of arrival
//
// It does not check who fetches and who uploads. A relay on a network must.
type relay struct {
	mu  sync.Mutex // one request at a time: no older save replaces a newer one
	dir string
}

// publish files a publication under the device that has signed it.
func (r *relay) publish(publication []byte) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	first, err := noescrow.NewShelf(publication)
	if err != nil {
		return err
	}
	shelf, err := r.shelf(first.Identity())
	if errors.Is(err, os.ErrNotExist) {
		return r.save(first)
	}
	if err != nil {
		return err
	}
	if err := shelf.Add(publication); errors.Is(err, noescrow.ErrOldPublication) {
		return nil // an upload that is repeated because the first answer was lost
	} else if err != nil {
		return err
	}
	return r.save(shelf)
}

// bundle hands out a bundle. The shelf is on the disk before the bundle leaves.
func (r *relay) bundle(of noescrow.Identity) (bundle []byte, left int, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	shelf, err := r.shelf(of)
	if err != nil {
		return nil, 0, err
	}
	bundle = shelf.Bundle()
	return bundle, shelf.OneTimePrekeys(), r.save(shelf)
}

// post files an envelope under its recipient.
func (r *relay) post(envelope []byte) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	_, to, err := noescrow.Addresses(envelope)
	if err != nil {
		return err
	}
	for n := 1; ; n++ {
		file := r.file(to, fmt.Sprint(n))
		if _, err := os.Stat(file); errors.Is(err, os.ErrNotExist) {
			return write(file, envelope)
		}
	}
}

// fetch returns the envelopes to a device and deletes them. A relay on a network deletes them when the
// device has confirmed: one that arrives twice is refused with ErrReplay, and one that is lost is lost.
func (r *relay) fetch(to noescrow.Identity) (envelopes [][]byte, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for n := 1; ; n++ {
		file := r.file(to, fmt.Sprint(n))
		envelope, err := os.ReadFile(file)
		if errors.Is(err, os.ErrNotExist) {
			return envelopes, nil
		}
		if err != nil {
			return nil, err
		}
		if err := os.Remove(file); err != nil {
			return nil, err
		}
		envelopes = append(envelopes, envelope)
	}
}

func (r *relay) file(id noescrow.Identity, name string) string {
	return filepath.Join(r.dir, id.String()+"."+name)
}

func (r *relay) shelf(of noescrow.Identity) (*noescrow.Shelf, error) {
	data, err := os.ReadFile(r.file(of, "shelf"))
	if err != nil {
		return nil, err
	}
	shelf := new(noescrow.Shelf)
	return shelf, shelf.UnmarshalBinary(data)
}

func (r *relay) save(shelf *noescrow.Shelf) error {
	data, err := shelf.MarshalBinary()
	if err != nil {
		return err
	}
	return write(r.file(shelf.Identity(), "shelf"), data)
}

// write replaces a file: after a crash it is the old one or the new one, and whole.
func write(file string, data []byte) error {
	f, err := os.Create(file + ".new")
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(file+".new", file)
}

// A whole relay, which keeps shelves and envelopes in files. It restarts between two senders. Then it
// comes back with an older save, and the third sender's message is lost.
func Example_relay() {
	check := func(err error) {
		if err != nil {
			log.Fatal(err)
		}
	}
	dir, err := os.MkdirTemp("", "relay")
	check(err)
	defer os.RemoveAll(dir)

	bob := noescrow.NewDevice()
	publication, err := bob.Publish(10)
	check(err)
	server := &relay{dir: dir}
	check(server.publish(publication))
	check(server.publish(publication)) // the answer to the first was lost

	// Each sender fetches a bundle, starts a session and posts one message.
	post := func(text string) {
		sender := noescrow.NewDevice()
		bundle, left, err := server.bundle(bob.Identity())
		check(err)
		check(sender.Start(bob.Identity(), bundle))
		envelope, err := sender.Seal(bob.Identity(), []byte(text), nil)
		check(err)
		check(server.post(envelope))
		fmt.Printf("%s has posted, %d one-time prekeys are left\n", text, left)
	}
	post("Alice")
	server = &relay{dir: dir} // the relay restarts
	old, err := os.ReadFile(server.file(bob.Identity(), "shelf"))
	check(err)
	post("Carol")
	check(os.WriteFile(server.file(bob.Identity(), "shelf"), old, 0o600)) // what must not happen
	post("Dave")

	envelopes, err := server.fetch(bob.Identity())
	check(err)
	for _, envelope := range envelopes {
		_, text, err := bob.Open(envelope, nil)
		if errors.Is(err, noescrow.ErrPrekey) {
			fmt.Println("a message is lost, and its sender is not told")
			continue
		}
		check(err)
		fmt.Printf("Bob reads %q\n", text)
	}
	// Output:
	// Alice has posted, 9 one-time prekeys are left
	// Carol has posted, 8 one-time prekeys are left
	// Dave has posted, 8 one-time prekeys are left
	// Bob reads "Alice"
	// Bob reads "Carol"
	// a message is lost, and its sender is not told
}
