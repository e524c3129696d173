package report_test

import (
	"bytes"
	"fmt"
	"log"
	"strings"

	"doormat/attacks"
	"doormat/attacks/report"
)

// A page is one file, to be opened in a browser. Its names and texts come from elsewhere, and are escaped.
// A theft in a picture must be one of the table's.
func ExampleHTML() {
	messages := []attacks.Message{{From: "Ana", To: "<b>Ben", Text: "Is it <i>open</i>?"}}
	table := &attacks.Table{
		Conversation: attacks.NewConversation(messages),
		Victim:       "Ana",
		Results: []*attacks.Result{{System: "postcards", Exposures: []attacks.Exposure{{
			Theft: "wiretap", Takes: "nothing", Opened: []bool{true},
			After: attacks.Count{N: 1, Of: 1}, People: attacks.Count{N: 2, Of: 2},
		}}}},
	}
	r, err := report.New(table)
	if err != nil {
		log.Fatal(err)
	}
	var page bytes.Buffer
	r.Pictures = []report.Picture{{Theft: "wire tap"}}
	fmt.Println(report.HTML(&page, r), page.Len())

	r.Pictures = []report.Picture{{Theft: "wiretap"}}
	if err := report.HTML(&page, r); err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%d names are markup\n", strings.Count(page.String(), "<b>Ben"))
	fmt.Println(report.Fraction(table.Results[0].Exposures[0].Readable()))
	// Output:
	// report: a picture is of the theft "wire tap", expected one of ["wiretap"] 0
	// 0 names are markup
	// 1 of 1
}
