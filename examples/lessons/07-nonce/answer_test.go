package nonce

import (
	"testing"

	"doormat/examples/lessons/07-nonce/deal"
	"doormat/examples/lessons/lesson"
)

func TestAnswer(t *testing.T) { lesson.Test(t, deal.New, Play) }
