package main

import "context"

func writePack(ctx context.Context, root, file string) error { return nil }
