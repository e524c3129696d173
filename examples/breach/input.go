package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"doormat/attacks/conversation"
	"doormat/examples/internal/cli"
)

// read returns the conversation that the options name: the chat, the mailbox, or the town. Its
// title is the name of the file, without the folder. Close it.
func (o *options) read(ctx context.Context, bar *cli.Progress) (c *conversation.Conversation, err error) {
	switch {
	case o.chat != "":
		c, err = readFile(ctx, o.chat, conversation.ReadChat, conversation.ReadChatFolder, bar)
	case o.mbox != "":
		c, err = readFile(ctx, o.mbox, conversation.ReadMbox, conversation.ReadMailFolder, bar)
	default:
		c = conversation.Town()
	}
	if err != nil || o.limit == nil || *o.limit == 0 || c.Envelopes <= *o.limit {
		return c, err
	}
	o.all = c.Envelopes
	part, err := c.First(*o.limit)
	if err != nil {
		return nil, errors.Join(err, c.Close())
	}
	if part.Len == 0 {
		part.Close()
		return nil, cli.BadInput("expected a -limit that the first message fits in, found %d", *o.limit)
	}
	return part, nil
}

// choose returns whose device is taken, and sets the moment of that.
func (o *options) choose(c *conversation.Conversation) (victim string, err error) {
	if o.at != "" {
		at, err := time.Parse("2006-01-02", o.at)
		if err != nil {
			at, err = time.Parse("2006-01-02T15:04", o.at)
		}
		if err != nil {
			return "", cli.BadInput("expected -at as 2026-03-21 or 2026-03-21T09:30, found %q", o.at)
		}
		c.Moment = 0
		for m, err := range c.Messages {
			if err != nil {
				return "", err
			}
			if !m.At.Before(at) {
				break
			}
			c.Moment++
		}
	}
	if o.victim == "" {
		return c.Busiest, nil
	}
	if !slices.Contains(c.People, o.victim) {
		return "", cli.BadInput("expected the -victim to be one of %s; found %q", some(c.People), o.victim)
	}
	return o.victim, nil
}

// some returns at most twenty names.
func some(people []string) string {
	const most = 20
	if len(people) <= most {
		return strings.Join(people, ", ")
	}
	return strings.Join(people[:most], ", ") + fmt.Sprintf(" and %d others", len(people)-most)
}

type (
	reader       func(context.Context, io.Reader) (*conversation.Conversation, error)
	folderReader func(context.Context, fs.FS) (*conversation.Conversation, error)
)

func readFile(ctx context.Context, name string, read reader, readFolder folderReader, bar *cli.Progress) (*conversation.Conversation, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, cli.BadInput("%v", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, cli.BadInput("%v", err)
	}
	var c *conversation.Conversation
	if info.IsDir() {
		c, err = readFolder(ctx, os.DirFS(name))
	} else {
		c, err = read(ctx, &progressReader{f, bar, 0, info.Size()})
	}
	if err != nil && ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		return nil, cli.BadInput("%s: %v", name, err)
	}
	c.Title = filepath.Base(name)
	if c.Len == 0 {
		c.Close()
		return nil, cli.BadInput("%s: expected messages between at least two people, found %d from %d\n%s: %v",
			c.Title, c.Tally.Carried, len(c.People), c.Title, c.Tally)
	}
	return c, nil
}

// A progressReader shows how much of a file has been read. A zip is read from its end, by ReadAt.
type progressReader struct {
	*os.File
	bar        *cli.Progress
	done, size int64
}

func (r *progressReader) Read(p []byte) (int, error) {
	n, err := r.File.Read(p)
	r.show(n)
	return n, err
}

// ReadAt implements [io.ReaderAt].
func (r *progressReader) ReadAt(p []byte, at int64) (int, error) {
	n, err := r.File.ReadAt(p, at)
	r.show(n)
	return n, err
}

func (r *progressReader) show(n int) {
	r.done += int64(n)
	r.bar.Set("reading", int(min(r.done, r.size)), int(r.size))
}
