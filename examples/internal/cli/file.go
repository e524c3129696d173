package cli

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// What programs write can have keys and the user's own texts in it. So only the user reads it: all files
// and folders are made here.
const (
	fileMode   = 0o600
	folderMode = 0o700
)

// A File is a file that a program writes when its work is done. It is begun before the work, so that no
// work is lost to a name that cannot be written.
type File struct {
	name string
	temp *os.File // beside it, nil when it is done
}

// CreateFile begins a file. It returns an ErrInput if a file of that name cannot be made, and if there is
// one that overwrite does not allow to replace. Until [File.Write] that one stays as it is. With the name
// "" it returns nil, to which Write writes nothing.
func CreateFile(name string, overwrite bool) (*File, error) {
	if name == "" {
		return nil, nil
	}
	info, err := os.Lstat(name)
	switch {
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return nil, cannot(name, err)
	case err == nil && !info.Mode().IsRegular():
		return nil, BadInput("%s: expected a file, or no file yet, found a %s", name, kind(info))
	case err == nil && !overwrite:
		return nil, BadInput("%s: expected no file of this name, found one; -f overwrites it", name)
	}
	temp, err := os.CreateTemp(filepath.Dir(name), ".doormat-") // of mode 0600
	if err != nil {
		return nil, cannot(name, err)
	}
	return &File{name, temp}, nil
}

func cannot(name string, err error) error {
	return BadInput("%s: expected a file that can be written: %v", name, plain(err))
}

// kind names what is no file.
func kind(info fs.FileInfo) string {
	switch {
	case info.IsDir():
		return "folder"
	case info.Mode()&fs.ModeSymlink != 0:
		return "link"
	}
	return "device"
}

// plain returns an error of the file system without the name of a temporary file.
func plain(err error) error {
	if e := new(fs.PathError); errors.As(err, &e) {
		return e.Err
	}
	if e := new(os.LinkError); errors.As(err, &e) {
		return e.Err
	}
	return err
}

// Write gives the file its content: all of it, or the file of that name stays as it was.
func (f *File) Write(write func(io.Writer) error) error {
	if f == nil {
		return nil
	}
	temp := f.temp
	defer f.Discard()
	err := cmp.Or(write(temp), temp.Chmod(fileMode), temp.Close())
	if err == nil {
		err = os.Rename(temp.Name(), f.name)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", f.name, plain(err))
	}
	return nil
}

// Discard removes what was begun. It does nothing after Write.
func (f *File) Discard() {
	if f == nil || f.temp == nil {
		return
	}
	f.temp.Close()
	os.Remove(f.temp.Name()) // does nothing once the file is renamed
	f.temp = nil
}

// WriteFile writes a file at once, and overwrites one of that name.
func WriteFile(name string, write func(io.Writer) error) error {
	f, err := CreateFile(name, true)
	if err != nil {
		return err
	}
	return f.Write(write)
}

// MayWrite returns an ErrInput if a file of that name could not be written. It leaves one that is there
// as it is. A program that writes a file from time to time calls it before the work.
func MayWrite(name string) error {
	f, err := CreateFile(name, true)
	f.Discard()
	return err
}

// CreateFolder makes a folder, and those above it. It returns an ErrInput if that fails, if no file can be
// made in it, and if there is one in it that overwrite does not allow to replace. A folder that was there
// keeps its mode. What discard removes is a folder that was not there and is empty.
func CreateFolder(name string, overwrite bool) (discard func(), err error) {
	entries, err := os.ReadDir(name)
	made := errors.Is(err, fs.ErrNotExist)
	if err != nil && !made {
		return nil, BadInput("%s: expected a folder: %v", name, plain(err))
	}
	if len(entries) > 0 && !overwrite {
		return nil, BadInput("%s: expected a new or empty folder, found files in it; -f overwrites them", name)
	}
	if err := os.MkdirAll(name, folderMode); err != nil {
		return nil, BadInput("%s: expected a folder that can be made: %v", name, plain(err))
	}
	discard = func() {
		if made {
			os.Remove(name) // fails if there is something in it
		}
	}
	if err := MayWrite(filepath.Join(name, ".doormat")); err != nil {
		discard()
		return nil, err
	}
	return discard, nil
}

// Quote returns an argument as it is typed into a shell: in quotes if it has blanks or signs that a shell
// reads.
func Quote(arg string) string {
	const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./,:=@%+"
	if arg != "" && strings.Trim(arg, plain) == "" {
		return arg
	}
	return "'" + strings.ReplaceAll(arg, "'", `'\''`) + "'"
}
