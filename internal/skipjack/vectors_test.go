package skipjack

import (
	"bytes"
	"testing"
)

// The one vector of the specification, and the block after each step.
const (
	specKey        = "00998877665544332211"
	specPlaintext  = "33221100ddccbbaa"
	specCiphertext = "2587cae27a12d300"
)

var specStates = [32]string{
	"b0040baf1100ddcc", "e6883b460baf1100", "3c762d753b460baf", "4c4547ee2d753b46",
	"b949820a47ee2d75", "f0e3dd90820a47ee", "f9b9be50dd90820a", "d79b5599be50dd90",
	"dd901e0b820bbe50", "be504c52c391820b", "820b7f51f209c391", "c391f9c2fd56f209",
	"f20925ff3a5efd56", "fd5665dad7f83a5e", "3a5e69d99883d7f8", "d7f8899053979883",
	"9c00049289905397", "9fdccc5904928990", "3731beb2cc590492", "7afb7e7dbeb2cc59",
	"7759bb157e7dbeb2", "fb6445c0bb157e7d", "6f7f111545c0bb15", "65a7deaa111545c0",
	"45c0e0f9bb141115", "11153913a523bb14", "bb148ee6281da523", "a523bfe235ee281d",
	"281d0d841adc35ee", "35eee6f125871adc", "1adc60eed3002587", "2587cae27a12d300",
}

func TestSpecificationStates(t *testing.T) {
	key := [KeySize]byte(unhex(t, specKey))
	for i, w := range referenceStates(key, load(unhex(t, specPlaintext))) {
		got := make([]byte, BlockSize)
		if store(got, w); !bytes.Equal(got, unhex(t, specStates[i])) {
			t.Errorf("step %d gives %x, want %s", i+1, got, specStates[i])
		}
	}
}

// both checks a vector in both directions, alone and in each lane.
func both(t *testing.T, key, plaintext, ciphertext []byte) {
	t.Helper()
	c := New([KeySize]byte(key))
	got := make([]byte, BlockSize)
	if c.Encrypt(got, plaintext); !bytes.Equal(got, ciphertext) {
		t.Errorf("key %x encrypts %x to %x, want %x", key, plaintext, got, ciphertext)
	}
	if c.Decrypt(got, ciphertext); !bytes.Equal(got, plaintext) {
		t.Errorf("key %x decrypts %x to %x, want %x", key, ciphertext, got, plaintext)
	}
	for n := range 10 {
		many, want := bytes.Repeat(plaintext, n), bytes.Repeat(ciphertext, n)
		if c.EncryptBlocks(many, many); !bytes.Equal(many, want) {
			t.Errorf("key %x encrypts %d blocks to %x", key, n, many)
		}
		if c.DecryptBlocks(many, many); !bytes.Equal(many, bytes.Repeat(plaintext, n)) {
			t.Errorf("key %x decrypts %d blocks to %x", key, n, many)
		}
	}
}

func TestSpecificationVector(t *testing.T) {
	both(t, unhex(t, specKey), unhex(t, specPlaintext), unhex(t, specCiphertext))
}

// In the order of the specification; the first four are from its section on KEA, corrected, and
// stand with the others in the test files of Catacomb.
func TestVectors(t *testing.T) {
	for _, v := range [][3]string{
		{"e7496e99e4628b7f9ffb", "99ccfe2b90fd550b", "60a73d387b517fca"},
		{"e7496e99e4628b7f9ffb", "60a73d387b517fca", "24c90cb05d668b27"},
		{"e5caf4dcc70e55f1dd90", "b71cb0d009af2765", "64f4877ae68a8a62"},
		{"e5caf4dcc70e55f1dd90", "64f4877ae68a8a62", "fee778a838a601cd"},
		{"cde4bef260d7bcda1635", "47d348b7551195e7", "f17b3070144aebea"},
		{"7022907dd1dff7dac5c9", "941d26d0c6eb14ad", "a055d02c5e0eae8d"},
		{"568f86edd1dc9268eeee", "533285a6ed810c9b", "b4c22f4fb74c35dc"},
		{"689daaa9060d2d4b6003", "062365b0a54364c7", "08698d8786f80d16"},
		{"6c160f11896c4794846e", "cfa14a7130c9f137", "d6db848b7cecdd39"},
	} {
		both(t, unhex(t, v[0]), unhex(t, v[1]), unhex(t, v[2]))
	}
}

// The trap: SP 800-17 and the libraries that follow it write everything from the other end. Their
// vectors hold when key, plaintext and ciphertext are turned around, and taken as they are they do
// not.
func TestReversedVectors(t *testing.T) {
	for _, v := range [][3]string{
		{"11223344556677889900", "aabbccdd00112233", "00d3127ae2ca8725"}, // the specification's
		{"00000000000000000000", "8000000000000000", "9a90bc0b75c73703"}, // variable plaintext, first
		{"80000000000000000000", "0000000000000000", "7a00e49441461f5a"}, // variable key, first
	} {
		key, plaintext, ciphertext := unhex(t, v[0]), unhex(t, v[1]), unhex(t, v[2])
		both(t, reversed(key), reversed(plaintext), reversed(ciphertext))
		got := make([]byte, BlockSize)
		if New([KeySize]byte(key)).Encrypt(got, plaintext); bytes.Equal(got, ciphertext) {
			t.Errorf("%x holds in both orders, which tells them apart no longer", ciphertext)
		}
	}
}
