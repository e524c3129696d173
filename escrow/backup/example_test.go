package backup_test

import (
	"bytes"
	"fmt"
	"log"
	"strings"
	"time"

	"doormat/escrow/backup"
	"doormat/noescrow/recovery"
)

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

// Two people have the same backup. One deposits the key. The provider's keys are then stolen.
func Example() {
	provider := backup.NewProvider()
	for _, name := range []string{"Ana", "Ben"} {
		key := recovery.NewKey()
		var file bytes.Buffer
		check(key.Seal(&file, strings.NewReader("2 March: see you at nine")))
		check(provider.Upload(name, time.Date(2026, 3, 2, 3, 0, 0, 0, time.UTC), file.Bytes()))
		if name == "Ana" {
			check(provider.Deposit(name, key)) // the switch
		}
	}
	database, err := provider.MarshalBinary()
	check(err)

	thief, err := backup.ParseProvider(provider.RecoveryKey())
	check(err)
	check(thief.UnmarshalBinary(database))
	for _, name := range thief.Names() {
		history, err := thief.Recover(name)
		fmt.Printf("%s: %q, %v\n", name, history, err)
	}
	// Output:
	// Ana: "2 March: see you at nine", <nil>
	// Ben: "", backup: the key of this backup was not deposited
}
