package recovery

import (
	"bytes"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
)

// Storage keeps a server's record of each account. A record that Swap has stored must be there after a
// crash: a server that forgets a count gives a guess away.
type Storage interface {
	// Load returns the record of an account, or nil.
	Load(account []byte) ([]byte, error)
	// Swap stores a record in the place of another, durably, before it returns. It returns ErrConflict, and
	// stores nothing, if the record is not the old one any more.
	Swap(account, old, record []byte) error
}

// ErrConflict reports that another request has changed the record.
var ErrConflict = errors.New("recovery: the record was changed by another request")

// Memory is a Storage for tests and demonstrations: nothing is there after a crash. The zero Memory is
// empty.
type Memory struct {
	mu      sync.Mutex
	records map[string][]byte
}

// Load implements [Storage].
func (m *Memory) Load(account []byte) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return bytes.Clone(m.records[string(account)]), nil
}

// Swap implements [Storage].
func (m *Memory) Swap(account, old, record []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !bytes.Equal(m.records[string(account)], old) {
		return ErrConflict
	}
	if m.records == nil {
		m.records = map[string][]byte{}
	}
	m.records[string(account)] = bytes.Clone(record)
	return nil
}

// Files is a Storage of one file for each account, in a folder. One process at a time may use the folder.
type Files struct {
	mu     sync.Mutex
	folder string
}

// NewFiles returns the storage in a folder, which must be there.
func NewFiles(folder string) *Files { return &Files{folder: folder} }

func (f *Files) name(account []byte) string {
	return filepath.Join(f.folder, hex.EncodeToString(account))
}

// Load implements [Storage].
func (f *Files) Load(account []byte) ([]byte, error) {
	b, err := os.ReadFile(f.name(account))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return b, err
}

// Swap implements [Storage]. The new record is written and synced beside the old one, and then renamed.
func (f *Files) Swap(account, old, record []byte) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	now, err := f.Load(account)
	if err != nil {
		return err
	}
	if !bytes.Equal(now, old) {
		return ErrConflict
	}
	name := f.name(account)
	file, err := os.Create(name + ".new")
	if err != nil {
		return err
	}
	_, err = file.Write(record)
	if err := errors.Join(err, file.Sync(), file.Close()); err != nil {
		return err
	}
	if err := os.Rename(name+".new", name); err != nil {
		return err
	}
	folder, err := os.Open(f.folder)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
