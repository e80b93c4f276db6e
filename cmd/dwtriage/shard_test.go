//go:build cgo

package main

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"dwtriage/ingest"
	"dwtriage/ingest/words"
	"dwtriage/report/store"
)

// Every file goes to exactly one shard, whoever deals and in whatever order the files are met, and no shard has more than the
// average and one file.
func TestDeal(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 100 {
		var sources []ingest.Source
		var total, largest int64
		for i := range r.IntN(60) {
			size := r.Int64N(1000)
			sources = append(sources, ingest.Source{Path: fmt.Sprint("f/", i), Size: size})
			total, largest = total+max(1, size), max(largest, size)
		}
		ingest.SortSources(sources)
		shards := 1 + r.IntN(20)
		met := make(map[string]int)
		for i, hand := range deal(sources, shards) {
			var has int64
			for _, s := range hand {
				met[s.Path]++
				has += max(1, s.Size)
			}
			if has > total/int64(shards)+largest+1 {
				t.Errorf("shard %d of %d has %d of %d bytes, the largest file has %d", i+1, shards, has, total, largest)
			}
			if !slices.Equal(hand, deal(slices.Clone(sources), shards)[i]) {
				t.Errorf("shard %d of %d is dealt in two ways", i+1, shards)
			}
		}
		for _, s := range sources {
			if met[s.Path] != 1 {
				t.Errorf("%s went to %d shards", s.Path, met[s.Path])
			}
		}
	}
}

// Shards are reported missing when their part is, and only when they had a file.
func TestMissingShards(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 200 {
		var sources []ingest.Source
		for i := range r.IntN(30) {
			sources = append(sources, ingest.Source{Path: fmt.Sprint("f/", i), Size: r.Int64N(3)})
		}
		shards := 1 + r.IntN(40)
		var parts []*store.Part
		var lost []string
		for i, hand := range deal(sources, shards) {
			switch {
			case r.IntN(4) > 0:
				flags := partFlags{index: i, count: shards}
				if _, err := flags.of(slices.Clone(sources)); err != nil {
					t.Fatal(err)
				}
				p := store.Part{Shard: flags.booked()}
				if p.Shard.Number != i+1 || p.Shard.Sources != len(hand) {
					t.Fatalf("shard %d of %d with %d files is booked as %+v", i+1, shards, len(hand), *p.Shard)
				}
				parts = append(parts, &p)
			case len(hand) > 0:
				lost = append(lost, strconv.Itoa(i+1))
			}
		}
		var got, listed []string
		for _, d := range lackingDeals(parts) {
			got = append(got, d.sentence())
			for _, n := range d.missing {
				listed = append(listed, strconv.Itoa(n))
			}
		}
		if len(parts) > 0 && !slices.Equal(listed, lost) {
			t.Errorf("%d files, %d shards, %v lost: %v", len(sources), shards, lost, listed)
		}
		switch {
		case len(parts) == 0 || len(lost) == 0:
			if len(got) != 0 {
				t.Errorf("%d files, %d shards, none lost: %q", len(sources), shards, got)
			}
		case len(got) != 1 || !strings.Contains(got[0]+" ", " "+words.AndList(lost)+fmt.Sprintf(" of %d ", shards)):
			t.Errorf("%d files, %d shards, %v lost: %q", len(sources), shards, lost, got)
		}
	}
	var many []string
	for i := range 30 {
		many = append(many, strconv.Itoa(i+1))
	}
	if got := words.AndList(many); !strings.HasSuffix(got, ", 19, 20 and 10 more") {
		t.Errorf("30 shards: %s", got)
	}
}

func TestReadShard(t *testing.T) {
	for _, c := range []struct {
		text         string
		env          map[string]string
		index, count int // 0 of 0: an error
	}{
		{"1/16", nil, 0, 16},
		{"16/16", nil, 15, 16},
		{"0/16", nil, 0, 0},
		{"17/16", nil, 0, 0},
		{"3", nil, 0, 0},
		{"1/0", nil, 0, 0},
		{"auto", nil, 0, 0},
		{"auto/4", map[string]string{"JOB_COMPLETION_INDEX": "3"}, 3, 4},
		{"auto/4", map[string]string{"JOB_COMPLETION_INDEX": "4"}, 0, 0},
		{"auto", map[string]string{"AWS_BATCH_JOB_ARRAY_INDEX": "2", "AWS_BATCH_JOB_ARRAY_SIZE": "5"}, 2, 5},
		{"auto/4", map[string]string{"AWS_BATCH_JOB_ARRAY_INDEX": "2", "AWS_BATCH_JOB_ARRAY_SIZE": "5"}, 0, 0},
		{"auto", map[string]string{"SLURM_ARRAY_TASK_ID": "7", "SLURM_ARRAY_TASK_MIN": "1", "SLURM_ARRAY_TASK_STEP": "2", "SLURM_ARRAY_TASK_COUNT": "4"}, 3, 4},
		{"auto", map[string]string{"SLURM_ARRAY_TASK_ID": "8", "SLURM_ARRAY_TASK_MIN": "1", "SLURM_ARRAY_TASK_STEP": "2", "SLURM_ARRAY_TASK_COUNT": "4"}, 0, 0},
		{"auto", map[string]string{"SLURM_ARRAY_TASK_ID": "x", "SLURM_ARRAY_TASK_COUNT": "4"}, 0, 0},
	} {
		index, count, err := readShard(c.text, func(name string) string { return c.env[name] })
		if (err != nil) != (c.count == 0) || index != c.index || count != c.count {
			t.Errorf("%s with %v: %d of %d, %v; want %d of %d", c.text, c.env, index, count, err, c.index, c.count)
		}
	}
}
