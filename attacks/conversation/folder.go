package conversation

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"
)

// readChatFolder reads the one chat in a folder or a zip: WhatsApp's _chat.txt, or another file of text
// with dated lines, or Telegram's result.json. Pictures beside it are not looked at.
func readChatFolder(ctx context.Context, folder fs.FS, emit func(message) error) (Tally, error) {
	out := newOutlet(emit)
	chats, all, err := chatsIn(ctx, folder)
	switch {
	case err != nil:
		return out.Tally, err
	case len(chats) == 0 && isSlack(folder):
		return out.Tally, fmt.Errorf("conversation: not %s: this is a Slack export; doormat reads WhatsApp, Telegram and mail", aChatExport.kind)
	case len(chats) == 0:
		return out.Tally, fmt.Errorf("conversation: not %s: expected a folder or zip with a chat in it, found %d files and none", aChatExport.kind, all)
	case len(chats) > 1:
		return out.Tally, fmt.Errorf("conversation: not %s: expected a folder or zip with one chat, found %d: %s; name one of them",
			aChatExport.kind, len(chats), excerpt(strings.Join(chats, ", ")))
	}
	f, err := folder.Open(chats[0])
	if err != nil {
		return out.Tally, fmt.Errorf("conversation: %w", err)
	}
	defer f.Close()
	text, _, err := unpack(&limited{f, maxUnpacked}, aChatExport)
	if err != nil {
		return out.Tally, err
	}
	err = readChatText(ctx, text, &out)
	return out.Tally, err
}

// chatsIn returns the paths of the chats in a folder, and the number of all files.
func chatsIn(ctx context.Context, folder fs.FS) (chats []string, all int, err error) {
	err = eachFile(ctx, folder, func(name string, f fs.File) error {
		all++
		base := strings.ToLower(path.Base(name))
		if !strings.HasSuffix(base, ".txt") && base != "result.json" {
			return nil
		}
		text, _, err := unpack(f, aChatExport)
		if err != nil || text == nil {
			return nil // not this one
		}
		head, err := bufio.NewReaderSize(text, chatWindow).Peek(chatWindow)
		if err != nil && !errors.Is(err, io.EOF) {
			return nil
		}
		if _, err := findLayout(ctx, head); err == nil || isTelegram(head) {
			chats = append(chats, name)
		}
		return ctx.Err()
	})
	for _, name := range chats {
		if path.Base(name) == "_chat.txt" || path.Base(name) == "result.json" {
			return []string{name}, all, err
		}
	}
	return chats, all, err
}

// isSlack reports whether a folder has the two files that a Slack export begins with.
func isSlack(folder fs.FS) bool {
	_, err1 := fs.Stat(folder, "channels.json")
	_, err2 := fs.Stat(folder, "users.json")
	return err1 == nil && err2 == nil
}

// eachFile calls f for each file of a folder and those below it, in the order of their paths. It leaves out
// what begins with a dot, what macOS adds to a zip, and Maildir's tmp, whose files are being written.
func eachFile(ctx context.Context, folder fs.FS, f func(name string, file fs.File) error) error {
	err := fs.WalkDir(folder, ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil {
			err = ctx.Err()
		}
		base := path.Base(name)
		hidden := strings.HasPrefix(base, ".") && name != "." || base == "__MACOSX"
		switch {
		case err != nil:
			return err
		case d.IsDir() && (hidden && !isMaildir(folder, name) || base == "tmp"):
			return fs.SkipDir
		case hidden, d.IsDir(), !d.Type().IsRegular():
			return nil
		}
		file, err := folder.Open(name)
		if err != nil {
			return err
		}
		defer file.Close()
		return f(name, file)
	})
	if err != nil && ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil && !strings.HasPrefix(err.Error(), "conversation: ") {
		return fmt.Errorf("conversation: %w", err)
	}
	return err
}

// isMaildir reports whether a folder is a Maildir. A Maildir's own folders begin with a dot.
func isMaildir(folder fs.FS, name string) bool {
	info, err := fs.Stat(folder, path.Join(name, "cur"))
	return err == nil && info.IsDir()
}

// readMailFolder reads all mail in a folder or a zip: mailboxes of any name, as Thunderbird, Takeout and
// Apple's x.mbox/mbox have them, and files of one mail, as in a Maildir or a folder of .eml.
func readMailFolder(ctx context.Context, folder fs.FS, emit func(message) error) (Tally, error) {
	out := newOutlet(emit)
	mails := 0
	err := eachFile(ctx, folder, func(name string, f fs.File) error {
		text, _, err := unpack(&limited{f, maxUnpacked}, anMbox)
		if err == nil && text != nil {
			var file *mailFile
			if file, err = openMail(ctx, text); err == nil {
				mails++
				return file.read(&out)
			}
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		out.leave(notMail)
		return nil
	})
	if err == nil && mails == 0 && isSlack(folder) {
		err = fmt.Errorf("conversation: not %s: this is a Slack export; doormat reads WhatsApp, Telegram and mail", anMbox.kind)
	} else if err == nil && mails == 0 {
		err = fmt.Errorf("conversation: not %s: expected a folder or zip with mail in it, found %d other files", anMbox.kind, out.Found)
	}
	return out.Tally, err
}
