package baserate

import (
	"math/big"
	"strings"
	"testing"
)

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// scanner has N = 10^10 and recall 0.8.
func scanner(p, f string) Scanner {
	return Scanner{big.NewInt(1e10), rat(p), rat("0.8"), rat(f)}
}

// By hand: N = 10,000,000,000, r = 0.8.
func TestDay(t *testing.T) {
	for _, c := range []struct{ p, f, right, innocent, missed string }{
		{"1e-6", "1e-3", "8000", "9999990", "2000"},       // 10,000 wanted; 9,999,990,000 others
		{"1e-6", "1e-9", "8000", "999999/100000", "2000"}, // 9.99999
		{"1e-4", "1e-4", "800000", "999900", "200000"},
		{"0", "1e-3", "0", "10000000", "0"},
		{"1", "1e-3", "8000000000", "0", "2000000000"},
		{"1e-6", "1/50000000000", "8000", "999999/5000000", "2000"}, // 0.1999998
	} {
		d, err := scanner(c.p, c.f).Day()
		check(t, err)
		for _, v := range []struct {
			what string
			got  *big.Rat
			want string
		}{{"right", d.Right, c.right}, {"innocent", d.Innocent, c.innocent}, {"missed", d.Missed, c.missed}} {
			if v.got.Cmp(rat(v.want)) != 0 {
				t.Errorf("p = %s, f = %s: %s %s, expected %s", c.p, c.f, v.what, v.got.RatString(), v.want)
			}
		}
	}
}

func TestPrecision(t *testing.T) {
	d, err := scanner("1e-6", "1e-3").Day()
	check(t, err)
	if got, want := d.Precision(), rat("8000/10007990"); got.Cmp(want) != 0 || d.Reports().Cmp(rat("10007990")) != 0 {
		t.Errorf("%s, expected %s", got, want)
	}
	none, err := Scanner{new(big.Int), rat("0"), rat("0"), rat("0")}.Day()
	check(t, err)
	if none.Precision() != nil {
		t.Error("no reports have a precision")
	}
	// The table of precisions, in percent with the digits that are given.
	rows, err := PrecisionAt(scanner("0", "0"), []*big.Rat{rat("1e-6"), rat("1e-5"), rat("1e-4")},
		[]*big.Rat{rat("1e-3"), rat("1e-4"), rat("1e-6"), rat("1e-9"), rat("2e-11")})
	check(t, err)
	for i, want := range []string{"0.08 0.79 44.44 99.88 100.00", "0.79 7.41 88.89 99.99 100.00", "7.41 44.45 98.77 100.00 100.00"} {
		var got []string
		for _, q := range rows[i] {
			got = append(got, new(big.Rat).Mul(q, rat("100")).FloatString(2))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("row %d: %s, expected %s", i, got, want)
		}
	}
	if _, err := PrecisionAt(scanner("0", "0"), []*big.Rat{rat("2")}, []*big.Rat{rat("0")}); err == nil {
		t.Error("a prevalence of 2")
	}
}

func TestReviewers(t *testing.T) {
	d, err := scanner("1e-6", "1e-3").Day() // 10,007,990 reports
	check(t, err)
	for perDay, want := range map[int64]int64{500: 20016, 1: 10007990, 10007990: 1, 10007989: 2, 1 << 40: 1} {
		if got, err := d.Reviewers(perDay); err != nil || got.Int64() != want {
			t.Errorf("at %d a day: %v, %v, expected %d", perDay, got, err, want)
		}
	}
	if _, err := d.Reviewers(0); err == nil {
		t.Error("reviewers who see none")
	}
}

// A precision of 0.999 at one in a million is a false-positive rate of one in 1.25 billion, and a
// false-positive rate of 0.001 a precision of one in 1,251.
func TestTheTwoNumbers(t *testing.T) {
	p, r := rat("1e-6"), rat("0.8")
	f, err := FalseRateOf(ClassifierClaim.Value, p, r)
	check(t, err)
	if want := rat("8/9989990010"); f.Cmp(want) != 0 { // 0.8e-6 * 0.001 / (0.999 * 0.999999)
		t.Errorf("%s, expected %s", f, want)
	}
	s := scanner("1e-6", "0")
	s.FalseRate = f
	d, err := s.Day()
	check(t, err)
	if d.Precision().Cmp(ClassifierClaim.Value) != 0 {
		t.Errorf("there and back: %s", d.Precision())
	}
	s.FalseRate = ClassifierCritics.Value
	d, err = s.Day()
	check(t, err)
	if got := new(big.Rat).Inv(d.Precision()); got.FloatString(2) != "1251.00" {
		t.Errorf("one report in %s is right", got.FloatString(3))
	}
	for _, bad := range [][3]string{{"0", "0.1", "1"}, {"1", "0.1", "1"}, {"0.5", "0", "1"}, {"0.5", "1", "1"}, {"0.5", "0.1", "0"}, {"0.5", "0.1", "2"}, {"0.1", "0.9", "1"}, {"0.0999", "0.1", "1"}} {
		if _, err := FalseRateOf(rat(bad[0]), rat(bad[1]), rat(bad[2])); err == nil {
			t.Errorf("%v has a false-positive rate", bad)
		}
	}
}

func TestScannerRefuses(t *testing.T) {
	good := scanner("1e-6", "1e-3")
	for what, damage := range map[string]func(*Scanner){
		"no items": func(s *Scanner) { s.Items = nil }, "negative items": func(s *Scanner) { s.Items = big.NewInt(-1) },
		"no prevalence": func(s *Scanner) { s.Prevalence = nil }, "a prevalence over 1": func(s *Scanner) { s.Prevalence = rat("1.1") },
		"a recall over 1": func(s *Scanner) { s.Recall = rat("2") }, "a negative rate": func(s *Scanner) { s.FalseRate = rat("-1") },
	} {
		s := good
		damage(&s)
		if _, err := s.Day(); err == nil {
			t.Errorf("%s: a day", what)
		}
	}
	if _, err := good.Day(); err != nil || good.Prevalence.Cmp(rat("1e-6")) != 0 {
		t.Error("a day changes the scanner")
	}
}

// By hand: of 3 with 1/2, and of 4 with 1/3; then what independent errors make of a threshold of 30.
func TestTail(t *testing.T) {
	for _, c := range []struct {
		n, k int64
		f    string
		want string
	}{
		{3, 0, "1/2", "1"}, {3, 1, "1/2", "7/8"}, {3, 2, "1/2", "1/2"}, {3, 3, "1/2", "1/8"},
		{4, 3, "1/3", "9/81"}, {4, 4, "1/3", "1/81"}, {5, 1, "0", "0"}, {5, 5, "1", "1"}, {1, 1, "1/7", "1/7"},
	} {
		got, err := Tail(c.n, c.k, rat(c.f))
		check(t, err)
		want, _ := rat(c.want).Float64()
		if f, _ := got.Float64(); f < want*(1-1e-15) || f > want*(1+1e-15) {
			t.Errorf("%d of %d at %s: %v, expected %s", c.k, c.n, c.f, f, c.want)
		}
	}
	for _, c := range []struct {
		n    int64
		f    string
		want string
	}{{1e5, "1e-6", "3.4e-63"}, {1e6, "1e-6", "1.4e-33"}, {1e6, "1e-5", "2.5e-07"}, {1e5, "1e-4", "2.5e-07"}, {5e6, "1e-6", "2.8e-14"}} {
		got, err := Tail(c.n, 30, rat(c.f))
		check(t, err)
		if text := got.Text('e', 1); text != c.want {
			t.Errorf("30 of %d at %s: %s, expected %s", c.n, c.f, text, c.want)
		}
	}
	got, err := Tail(1e5, 1, rat("1e-6"))
	check(t, err)
	if text := got.Text('f', 3); text != "0.095" {
		t.Errorf("one of 100,000 at a millionth: %s", text)
	}
	for _, bad := range []struct {
		n, k int64
		f    string
	}{{3, 4, "0.5"}, {3, -1, "0.5"}, {3, 1, "2"}, {3, 1, "-1"}} {
		if _, err := Tail(bad.n, bad.k, rat(bad.f)); err == nil {
			t.Errorf("%+v has a tail", bad)
		}
	}
}

// Where next to everything is reported, no term vanishes.
func TestTailOfTheLikely(t *testing.T) {
	for _, c := range []struct {
		n, k int64
		f    string
		want string
	}{
		{1e6, 1, "0.5", "1.000000"}, {1e6, 500_000, "0.5", "0.500399"}, {1e5, 1, "1e-3", "1.000000"},
		{2, 1, "1/1" + strings.Repeat("0", 400), "0.000000"}, {2, 2, "0.9", "0.810000"}, {2, 1, "0.9", "0.990000"},
		{MaxPictures, 1, "1", "1.000000"}, {MaxPictures, 30, "0." + strings.Repeat("9", 400), "1.000000"},
	} {
		got, err := Tail(c.n, c.k, rat(c.f))
		check(t, err)
		if text := got.Text('f', 6); text != c.want {
			t.Errorf("%d of %d at %.10s: %s, expected %s", c.k, c.n, c.f, text, c.want)
		}
	}
	if _, err := Tail(MaxPictures+1, 1, rat("0.5")); err == nil {
		t.Error("more than MaxPictures have a tail")
	}
}

// Each figure has a source, and the shares are those that were published.
func TestFigures(t *testing.T) {
	for _, f := range Published() {
		if f.What == "" || f.Source == "" || f.Value.Sign() <= 0 {
			t.Errorf("%+v", f)
		}
	}
	shares := map[string]string{"BKA, Germany 2023": "49.6", "BKA, Germany 2024": "51.7", "Garda, Ireland 2020": "20.3"}
	seen := map[string]bool{}
	for _, o := range Observations() {
		if o.Source == "" || o.Reports <= 0 || (o.Relevant < 0) != (o.Is == "") || o.Relevant > o.Reports {
			t.Errorf("%+v", o)
		}
		key := o.Who + " " + o.When
		if want := shares[key]; want != "" && !seen[key] {
			if got := new(big.Rat).Mul(o.Share(), rat("100")).FloatString(1); got != want {
				t.Errorf("%s: %s %%, expected %s", key, got, want)
			}
		}
		seen[key] = true
		if o.Relevant < 0 && o.Share() != nil {
			t.Errorf("%s has a share", key)
		}
	}
	if new(big.Rat).Sub(one, rat("471/4192")).Cmp(Observations()[1].Share()) != 0 { // 11 % were none
		t.Error("the Garda's 471 are not 11 %")
	}
}
