// Thinks that a copied phone reads for ever. Why: with a key that the copy does not have

package healing

func LastOpen(from []bool, stolenAt int) (int, error) { return len(from) - 1, nil }
