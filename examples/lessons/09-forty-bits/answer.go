package fortybits

import "doormat/examples/lessons/lesson"

// Search returns the secret part of a session's key, a number below 1<<bits. The client has sent in clear
// its challenge, 16 bytes, and then the public part of the key, 11 bytes. The server has sent in clear its
// connection ID, 16 bytes, and then, encrypted, a text that begins with [FirstLine]: the stream.
//
// The stream is encrypted by RC4 with this key of 16 bytes, where ‖ puts strings of bytes together, and
// the secret is written as a number of 5 bytes, big-endian:
//
//	key = MD5(public part ‖ secret ‖ "0" ‖ challenge ‖ connection ID)
func Search(client, server, stream []byte, bits int) (uint64, error) {
	return 0, lesson.ErrTODO
}
