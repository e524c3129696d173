package evasion

import (
	"encoding/binary"
	"fmt"
	"slices"
)

// MaxOrder is the most messages whose order is one number: 20! is below 2^64, and 21! is not.
const MaxOrder = 20

// Orders returns n!, the number of orders of n messages. It is 0 if n is not from 0 to 20.
func Orders(n int) (count uint64) {
	if n < 0 || n > MaxOrder {
		return 0
	}
	count = 1
	for i := range n {
		count *= uint64(i + 1)
	}
	return count
}

// HideInOrder sorts messages that wait to be sent, and returns them in the order that says hidden, which
// must be below [Orders] of their number. All who know the key and read the messages have hidden again.
// Messages are compared as strings, and there must be 1 to 20 of them, no two the same. Batch must be
// another each time. It is the factorial number system (Lehmer's code) under a mask of the key.
func (k Key) HideInOrder(batch uint64, hidden uint64, messages []string) (sent []string, err error) {
	left, err := sorted(messages)
	if err != nil {
		return nil, err
	}
	count := Orders(len(left))
	if hidden >= count {
		return nil, fmt.Errorf("evasion: expected a number below %d for %d messages, found %d", count, len(left), hidden)
	}
	mask := k.mask(batch, count)
	rank := hidden + mask
	if rank < hidden || rank >= count {
		rank -= count
	}
	for n := len(left); n > 0; n-- {
		f := Orders(n - 1)
		i := int(rank / f)
		rank %= f
		sent = append(sent, left[i])
		left = slices.Delete(left, i, i+1)
	}
	return sent, nil
}

// RevealInOrder returns the number that the order of messages says. It returns an error unless there are 1
// to 20 messages, no two the same. Every order says some number.
func (k Key) RevealInOrder(batch uint64, sent []string) (hidden uint64, err error) {
	left, err := sorted(sent)
	if err != nil {
		return 0, err
	}
	count := Orders(len(left))
	var rank uint64
	for _, m := range sent {
		i := slices.Index(left, m)
		rank += uint64(i) * Orders(len(left)-1)
		left = slices.Delete(left, i, i+1)
	}
	mask := k.mask(batch, count)
	if rank < mask {
		rank += count
	}
	return rank - mask, nil
}

// mask returns a number below count. Its bias is at most count / 2^64: 13 % for 20 messages, 1 in 14 million
// for 15, and 1 in 38 billion for 12.
func (k Key) mask(batch, count uint64) uint64 {
	out := k.block("order", batch, nil)
	return binary.BigEndian.Uint64(out[:]) % count
}

func sorted(messages []string) ([]string, error) {
	if len(messages) < 1 || len(messages) > MaxOrder {
		return nil, fmt.Errorf("evasion: expected 1 to %d messages to order, found %d", MaxOrder, len(messages))
	}
	all := slices.Clone(messages)
	slices.Sort(all)
	if n := len(slices.Compact(slices.Clone(all))); n != len(all) {
		return nil, fmt.Errorf("evasion: expected %d different messages, found %d", len(all), n)
	}
	return all, nil
}
