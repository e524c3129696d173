package main

import (
	"io"
	"slices"

	"doormat/attacks"
	"doormat/attacks/conversation"
	"doormat/attacks/escrow"
	"doormat/attacks/messenger"
	"doormat/attacks/mls"
	"doormat/attacks/noescrow"
	"doormat/examples/internal/page"
)

// A world is the town, and what each way opens of it.
type world struct {
	target string
	table  *attacks.Table
	proved attacks.Count // of the witness's texts
}

// newWorld sends the town through all systems.
func newWorld(p *page.Page) (*world, error) {
	town := conversation.Town()
	everywhere := []attacks.TheftName{messenger.Seizure, messenger.ImplantName, messenger.UpdateKey, escrow.Key}
	systems := []attacks.System{
		some{noescrow.New(), everywhere}, noescrow.NewTargeted(),
		some{escrow.New(), everywhere}, escrow.NewTargeted(),
		some{mls.New(), everywhere}, mls.NewInfiltrated(), // pairs, as the town has: a group of two is one
	}
	table, err := attacks.Matrix(p.Context(), town.Conversation, town.Busiest, systems, p.Progress)
	if err != nil {
		return nil, err
	}
	defer table.Close()
	w := &world{target: town.Busiest, table: table}
	for _, r := range table.Results {
		if loot := r.Loot[messenger.ConsentedLook]; loot != nil {
			if w.proved, err = messenger.Proved(loot); err != nil {
				return nil, err
			}
		}
	}
	return w, nil
}

// some is a system with some of its thefts.
type some struct {
	attacks.System
	names []attacks.TheftName
}

func (s some) Thefts(victim string) []attacks.Theft {
	return slices.DeleteFunc(s.System.Thefts(victim), func(t attacks.Theft) bool { return !slices.Contains(s.names, t.Name) })
}

func (s some) Close() error {
	if c, ok := s.System.(io.Closer); ok {
		return c.Close()
	}
	return nil
}

// cell returns what a way opens in a system.
func (w *world) cell(theft attacks.TheftName, system string) *attacks.Exposure {
	return w.table.Cell(theft, system)
}
