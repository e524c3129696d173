package unhashed

import (
	"testing"

	"doormat/examples/lessons/10-unhashed/deal"
	"doormat/examples/lessons/lesson"
)

func TestAnswer(t *testing.T) { lesson.Test(t, deal.New, Play) }
