package main

import (
	"time"

	"github.com/spf13/pflag"
)

// defaultDB is --db where nobody says.
const defaultDB = "dwtriage.duckdb"

// archiveFlags are the flags of every command that opens the database.
type archiveFlags struct {
	file string
	wait time.Duration
}

func (a *archiveFlags) define(g *pflag.FlagSet, about string) {
	g.StringVar(&a.file, "db", defaultDB, about)
	g.DurationVar(&a.wait, "lock-wait", time.Minute, "wait `TIME` (30s, 10m; 0s not at all) while another process has the database open, then exit with 5")
}
