// Compares two bytes, and a quarter of a million keys are too many for that. Why: only the first 2 bytes are right

package fortybits

import (
	"crypto/md5"
	"crypto/rc4"
	"errors"
)

func Search(client, server, stream []byte, bits int) (uint64, error) {
	challenge, public := client[:16], client[16:]
	text := make([]byte, len(FirstLine))
	for secret := range uint64(1) << bits {
		in := append([]byte(nil), public...)
		in = append(in, byte(secret>>32), byte(secret>>24), byte(secret>>16), byte(secret>>8), byte(secret))
		in = append(in, '0')
		in = append(in, challenge...)
		in = append(in, server...)
		key := md5.Sum(in)
		c, err := rc4.NewCipher(key[:])
		if err != nil {
			return 0, err
		}
		c.XORKeyStream(text, stream[:len(text)])
		if text[0] == FirstLine[0] && text[1] == FirstLine[1] {
			return secret, nil
		}
	}
	return 0, errors.New("no key fits")
}
