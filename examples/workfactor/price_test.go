package main

import (
	"math"
	"testing"
)

func TestPrice(t *testing.T) {
	r := rates{oneCore: 1 << 20, allCores: 1.5 * (1 << 20), cores: 2}
	if s := r.scaling(); s != 1.5 {
		t.Error("scaling", s)
	}
	if c := r.cluster(1000); c != 750*(1<<20) {
		t.Error("cluster", c)
	}
	// 2^40 keys are 2^20 seconds of the two cores, and each of them costs: 582.5 core-hours.
	want := math.Ldexp(2, 20) / 1.5 / 3600 * 0.04
	if p := r.price(40, 0.04); math.Abs(p-want) > 1e-6 {
		t.Errorf("2^40 keys cost %f, want %f", p, want)
	}
	// Twice the bits is the square of the work, and one bit more is twice the price.
	if r.price(41, 0.04) != 2*r.price(40, 0.04) {
		t.Error("a bit more is not twice the price")
	}
}

func TestWhoCanAfford(t *testing.T) {
	for dollars, want := range map[float64]string{
		0: "a student", 100: "a student", 101: "a company", 1e6: "a company", 1e9: "a state", 1.01e9: "nobody", math.Inf(1): "nobody",
	} {
		if got := whoCanAfford(dollars); got != want {
			t.Errorf("%g dollars: %s, want %s", dollars, got, want)
		}
	}
}
