package tea1

import "testing"

// Two other ways to try registers, to compare BenchmarkSearch with.

// BenchmarkTables has FA and FB as tables, and tries four registers at a time.
func BenchmarkTables(b *testing.B) {
	const abreast = 4
	state := expandFrame(77)
	var n, m [lanes][abreast]byte // as slicedState has them
	for i := range 4 {
		for key := range abreast {
			n[8-i][key], m[4-i][key] = byte(state>>(8*i)), byte(state>>(8*(4+i)))
		}
	}
	first := uint32(0)
	for b.Loop() {
		var r [abreast]uint32
		for key := range r {
			r[key] = first
			first++
		}
		for t := 9; t < 9+reach; t++ {
			for key := range r {
				r[key] = next(r[key])
				n[t%lanes][key] = m[(t-8)%lanes][key] ^ permuted[m[(t-5)%lanes][key]] ^ byte(r[key]) ^
					fb[uint16(m[(t-7)%lanes][key])<<8|uint16(m[(t-6)%lanes][key])]
				m[(t-4)%lanes][key] = n[(t-4)%lanes][key] ^ fa[uint16(n[(t-3)%lanes][key])<<8|uint16(n[(t-2)%lanes][key])]
			}
		}
	}
	b.ReportMetric(abreast*float64(b.N)/b.Elapsed().Seconds(), "keys/s/core")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkSlicedWithoutWalking is bit-sliced, and walks 49 steps for each register.
func BenchmarkSlicedWithoutWalking(b *testing.B) {
	var st slicedState
	st.load(expandFrame(77), 0)
	first := uint32(0)
	for b.Loop() {
		var r [lanes]uint32
		for lane := range r {
			r[lane] = first
			first++
		}
		var s [lanes]plane
		for t := range reach {
			var heard [lanes]byte
			for lane := range r {
				r[lane] = next(r[lane])
				heard[lane] = byte(r[lane])
			}
			slice(&s[t], &heard)
		}
		st.fit(&s, 0)
	}
	b.ReportMetric(lanes*float64(b.N)/b.Elapsed().Seconds(), "keys/s/core")
	b.ReportMetric(0, "ns/op")
}
