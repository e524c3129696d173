package recovery_test

import (
	"bytes"
	"fmt"
	"log"
	"strings"

	"doormat/noescrow"
	"doormat/noescrow/recovery"
)

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

// A PIN and three servers, of which two are needed. The new phone has the PIN and nothing else. What
// travels is bytes.
func ExampleVault() {
	var servers []func([]byte) ([]byte, error)
	for range 3 {
		server := recovery.NewServer(new(recovery.Memory))
		servers = append(servers, func(request []byte) ([]byte, error) { return server.Handle([]byte("ana"), request) })
	}
	key := recovery.NewKey()
	var backup bytes.Buffer
	check(key.Seal(&backup, strings.NewReader("2 March, Ben: see you at nine")))

	vault := recovery.Vault{Servers: servers, Threshold: 2, Guesses: 10, Account: []byte("ana"), Cost: recovery.Cost{Memory: 8, Passes: 1}}
	check(vault.Store([]byte("7203"), []byte(key.RecoveryKey())))

	_, err := vault.Recover([]byte("1234"))
	fmt.Println(err)
	secret, err := vault.Recover([]byte("7203"))
	check(err)
	restored, err := recovery.ParseKey(string(secret))
	check(err)
	var history strings.Builder
	check(restored.Open(&history, &backup))
	fmt.Println(&history)

	for range 10 {
		vault.Recover([]byte("1234"))
	}
	_, err = vault.Recover([]byte("7203"))
	fmt.Println(err)
	// Output:
	// recovery: the PIN is wrong, 9 guesses are left
	// 2 March, Ben: see you at nine
	// recovery: too many wrong PINs: the secret is erased
}

// Shares go to three friends as age files, which their devices open. Two of them give the key back.
func ExampleKey_Split() {
	ana := noescrow.NewDevice()
	friends := []*noescrow.Device{noescrow.NewDevice(), noescrow.NewDevice(), noescrow.NewDevice()}
	key := recovery.NewKey()
	shares, err := key.Split(2, 3)
	check(err)
	var files [3]bytes.Buffer
	for i, friend := range friends {
		check(ana.SealFile(&files[i], strings.NewReader(shares[i].RecoveryKey()), friend.Recipient()))
	}

	var back []recovery.Share // from the second friend and the third
	for i := range 2 {
		var words strings.Builder
		check(friends[i+1].OpenFile(&words, &files[i+1]))
		fmt.Println(len(strings.Fields(words.String())), "words")
		share, err := recovery.ParseShare(words.String())
		check(err)
		back = append(back, share)
	}
	_, err = recovery.CombineKey(back[0])
	fmt.Println(err)
	restored, err := recovery.CombineKey(back...)
	check(err)
	fmt.Println("the key:", restored.Equal(key))
	// Output:
	// 33 words
	// 33 words
	// recovery: expected 2 shares, found 1
	// the key: true
}

// A line on paper, copied by hand with a slip, and without.
func ExampleParseKey() {
	line := recovery.NewKey().RecoveryKey()
	slip := line[:40] + strings.Map(func(c rune) rune { return c ^ 'Q' ^ 'P' }, line[40:41]) + line[41:]
	_, err := recovery.ParseKey(slip)
	fmt.Println(err)
	_, err = recovery.ParseKey(strings.ToLower(line[:30] + " " + line[30:]))
	fmt.Println(err)
	// Output:
	// recovery: expected a line "AGE-SECRET-KEY-PQ-1…", found something else, or a slip in it
	// <nil>
}
