package e2e

import "fmt"

// recovery walks the station: with the provider's key everybody is read, and ten guesses open some.
func recovery(b *tab, in func(string) string) {
	ask := func(name string) []string {
		b.use(in("[data-form=" + name + "] button:not([type=button])"))
		b.idle()
		b.use(in("[data-ask=" + name + "]"))
		b.wait(fmt.Sprintf("!document.querySelector(%q).hidden", in("[data-happened="+name+"]")))
		b.idle()
		return digits(b.text(in("[data-happened=" + name + "] > :first-child")))
	}
	b.barred(in("[data-ask=guess]"))
	got := ask("guess")
	open := eval[int](b, fmt.Sprintf("document.querySelectorAll(%q).length", in("[data-vaults] > tbody > tr.is-open")))
	rows := eval[int](b, fmt.Sprintf("document.querySelectorAll(%q).length", in("[data-vaults] > tbody > tr")))
	if len(got) != 3 || got[1] != fmt.Sprint(open) || got[2] != fmt.Sprint(rows) || rows != 16 || open == 0 {
		b.t.Errorf("%d of %d vaults open, and the page says %v", open, rows, got)
	}
	b.choose(in("select[name=theft]"), "provider's backup: backup master key")
	b.barred(in("[data-ask=theft]"))
	if got := ask("theft"); len(got) != 3 || got[1] != "16" || got[2] != "16" { // TestBackupsAreMeasured compares it with the library
		b.t.Errorf("with the provider's key the page says %v", got)
	}
}
