package conversation

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// Telegram Desktop exports one chat or all as result.json. Read here are, by
// https://core.telegram.org/import-export and what the program writes,
//
//	all chats  {"personal_information": {"user_id"}, "chats": {"list": [chat, ...]}, "left_chats": ...}
//	a chat     {"name", "type", "id", "messages": [message, ...]}
//	a message  {"type": "message", "date", "date_unixtime", "from", "from_id", "text", ...}
//	a notice   {"type": "service", "action", "actor", ...}
//	a text     "..." or ["...", {"type", "text"}, ...]
//
// A person is the account that "from_id" names. A message goes to all others who have written in its chat;
// in a chat of two, to the other one.

// isTelegram reports whether a file is such an export, given its head.
func isTelegram(head []byte) bool {
	head = bytes.TrimLeft(head[:min(len(head), sniffed)], "\uFEFF \t\r\n")
	has := func(key string) bool { return bytes.Contains(head, []byte(`"`+key+`"`)) }
	return bytes.HasPrefix(head, []byte("{")) && !has("sender_name") &&
		(has("messages") && has("type") && (has("id") || has("from_id")) ||
			has("chats") && has("list") || has("personal_information") && has("about"))
}

type telegramMessage struct {
	Type     string
	Date     string          // on the clock of who exported it
	Unixtime json.RawMessage `json:"date_unixtime"` // since 2022
	From     string          // empty if the account was deleted
	FromID   json.RawMessage `json:"from_id"`
	Text     json.RawMessage
	Photo    string
	File     string
	Media    string          `json:"media_type"`
	Place    json.RawMessage `json:"location_information"`
	Contact  json.RawMessage `json:"contact_information"`
	Poll     json.RawMessage
}

// A telegram reads an export value by value, so that memory depends on the longest message only.
type telegram struct {
	ctx  context.Context
	out  *outlet
	json *json.Decoder
	file *meter
	me   string // the key of who exported it, or ""
	room int    // the number of the current chat
}

// maxTelegram is the number of bytes of the longest message with all that belongs to it.
const maxTelegram = 4 * MaxText

func readTelegram(ctx context.Context, r io.Reader, out *outlet) error {
	file := &meter{r: r}
	t := &telegram{ctx: ctx, out: out, file: file, json: json.NewDecoder(file), room: -1}
	err := t.value(t.chat)
	if err != nil && ctx.Err() != nil {
		return ctx.Err()
	}
	if out.stopped != nil { // not the file's fault
		return out.stopped
	}
	if err != nil {
		return fmt.Errorf("conversation: not Telegram's result.json: %w", err)
	}
	return nil
}

// value reads an object with a function for its fields, or skips any other value.
func (t *telegram) value(object func() error) error {
	t.file.left = maxTelegram
	token, err := t.json.Token()
	if err != nil {
		return unexpected(err)
	}
	switch token {
	case json.Delim('{'):
		return object()
	case json.Delim('['):
		return t.rest(func() error { return t.value(t.skip) })
	}
	return nil
}

// rest calls f for each element of an array or field of an object, and reads its end.
func (t *telegram) rest(f func() error) error {
	for t.json.More() {
		t.file.left = maxTelegram
		if err := errors.Join(t.ctx.Err()); err != nil {
			return err
		}
		if err := f(); err != nil {
			return err
		}
	}
	_, err := t.json.Token()
	return unexpected(err)
}

func unexpected(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// fields reads the fields of an object: f reads the value of one, or returns false to have it skipped.
func (t *telegram) fields(f func(key string) (bool, error)) error {
	return t.rest(func() error {
		token, err := t.json.Token()
		if err != nil {
			return unexpected(err)
		}
		key, _ := token.(string)
		if done, err := f(key); done || err != nil {
			return err
		}
		return t.value(t.skip)
	})
}

func (t *telegram) skip() error {
	return t.fields(func(string) (bool, error) { return false, nil })
}

// chat reads a chat, or all of them.
func (t *telegram) chat() error {
	t.room++
	var name, kind string
	var id json.RawMessage
	return t.fields(func(key string) (bool, error) {
		switch key {
		case "name":
			return true, t.decode(&name)
		case "type":
			return true, t.decode(&kind)
		case "id":
			return true, t.decode(&id)
		case "personal_information":
			var about struct {
				ID json.RawMessage `json:"user_id"`
			}
			err := t.decode(&about)
			t.me = account(about.ID)
			return true, err
		case "chats", "left_chats":
			return true, t.value(t.list)
		case "messages":
			peer := party{}
			if kind == "personal_chat" || kind == "bot_chat" {
				peer = party{key: account(id), name: tidyName(name)}
			}
			return true, t.array(func() error { return t.message(kind, peer) })
		}
		return false, nil
	})
}

// list reads the list of all chats.
func (t *telegram) list() error {
	return t.fields(func(key string) (bool, error) {
		if key != "list" {
			return false, nil
		}
		return true, t.array(func() error { return t.value(t.chat) })
	})
}

// array reads an array, with f for each element, or skips any other value.
func (t *telegram) array(f func() error) error {
	token, err := t.json.Token()
	switch {
	case err != nil:
		return unexpected(err)
	case token == json.Delim('['):
		return t.rest(f)
	case token == json.Delim('{'):
		return t.skip()
	}
	return nil
}

// decode decodes a value. One of another type than expected leaves v empty.
func (t *telegram) decode(v any) error {
	err := t.json.Decode(v)
	var other *json.UnmarshalTypeError
	if errors.As(err, &other) {
		return nil
	}
	return unexpected(err)
}

// account returns the key of an account: "user" and a number, also where the export has the number only.
func account(id json.RawMessage) string {
	s := tidyName(strings.Trim(string(id), `"`))
	if _, err := strconv.ParseUint(s, 10, 64); err == nil {
		return "user" + s
	}
	if s == "null" {
		return ""
	}
	return s
}

// message reads a message of a chat of some kind; peer is the other one in a chat of two.
func (t *telegram) message(kind string, peer party) error {
	var v telegramMessage
	if err := t.decode(&v); err != nil {
		return err
	}
	m, reason := t.parse(v, kind, peer)
	if reason != "" {
		t.out.leave(reason)
		return nil
	}
	return t.out.carry(m)
}

func (t *telegram) parse(v telegramMessage, kind string, peer party) (m message, reason string) {
	if v.Type != "message" {
		return message{}, systemLine
	}
	if v.Photo != "" || v.File != "" || v.Media != "" || v.Place != nil || v.Contact != nil || v.Poll != nil {
		t.out.Attachments++
		reason = mediaOnly
	}
	m.Room = t.room
	m.From = party{key: account(v.FromID), name: tidyName(v.From)}
	if !m.From.isParty() {
		m.From.key = m.From.name
	}
	if !m.From.isParty() {
		return message{}, noSender
	}
	if kind == "saved_messages" {
		return message{}, toOneself
	}
	if m.Peer = peer; m.From.key == peer.key {
		m.Peer = party{key: t.me}
	}
	var ok bool
	if m.At, ok = v.date(); !ok {
		return message{}, noDate
	}
	text := telegramText(v.Text)
	m.Text = tidyText(text)
	switch {
	case len(text) > MaxText:
		return message{}, tooLong
	case m.Text != "":
		return m, ""
	case reason == "":
		reason = empty
	}
	return message{}, reason
}

func (v *telegramMessage) date() (time.Time, bool) {
	if n, err := strconv.ParseInt(strings.Trim(string(v.Unixtime), `"`), 10, 64); err == nil {
		at := time.Unix(n, 0).UTC()
		return at, plausible(at)
	}
	at, err := time.Parse("2006-01-02T15:04:05", v.Date)
	return at, err == nil && plausible(at)
}

// telegramText joins the pieces of a text.
func telegramText(raw json.RawMessage) string {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return text
	}
	var pieces []json.RawMessage
	if json.Unmarshal(raw, &pieces) != nil {
		return ""
	}
	var b strings.Builder
	for _, piece := range pieces {
		var entity struct{ Text string }
		if json.Unmarshal(piece, &text) == nil {
			b.WriteString(text)
		} else if json.Unmarshal(piece, &entity) == nil {
			b.WriteString(entity.Text)
		}
	}
	return b.String()
}

// A meter is a reader that fails when more was read than expected.
type meter struct {
	r    io.Reader
	left int
}

func (m *meter) Read(p []byte) (int, error) {
	if m.left <= 0 {
		return 0, fmt.Errorf("expected messages of at most %d bytes, found more", maxTelegram)
	}
	n, err := m.r.Read(p[:min(len(p), 64<<10)])
	m.left -= n
	return n, err
}
