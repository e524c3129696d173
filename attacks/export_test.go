package attacks

// For the tests, which stand outside because they share package attackstest.
const (
	TapeMemory = tapeMemory
	MaxRecord  = maxRecord
	BatchSize  = batchSize
)

var ErrTape = errTape

func (t *Tape) OnDisk() bool                { return t.disk.used() }
func (t *Tape) InMemory() int               { return len(t.memory) }
func (t *Transcript) OnProgress(f Progress) { t.onProgress(f) }
func (t *Transcript) ReportsProgress() bool { return t.progress != nil }
