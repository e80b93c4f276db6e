package summary

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// stillMissing are the shards that no merge of a period had, as Run.MissingShards names them. Parts of one deal may come in several merges: one
// that has a part of an earlier merge, or nothing but shards that it lacked, goes on with its deal; any other begins one.
func stillMissing(runs []PastRun) (missing []string) {
	type deal struct {
		of           string
		parts, lacks []string
	}
	var deals []deal
	for _, r := range runs {
		if len(r.Run.Parts) == 0 {
			continue
		}
		lacks := make(map[string][]string)
		for _, shard := range r.Run.MissingShards {
			n, of, _ := strings.Cut(shard, "/")
			lacks[of] = append(lacks[of], n)
		}
		again := func(d deal) bool {
			return slices.ContainsFunc(r.Run.Parts, func(p string) bool { return slices.Contains(d.parts, p) })
		}
		for i := range deals {
			d := &deals[i]
			switch has := allBut(d.of, lacks[d.of]); {
			case again(*d): // what this one lacks of it, it lacked before as well, or the merge before had it
				d.lacks = slices.DeleteFunc(d.lacks, func(n string) bool { return !slices.Contains(lacks[d.of], n) })
			case len(lacks[d.of]) > 0 && len(has) > 0 && !slices.ContainsFunc(has, func(n string) bool { return !slices.Contains(d.lacks, n) }):
				d.lacks = slices.DeleteFunc(d.lacks, func(n string) bool { return slices.Contains(has, n) })
			default:
				continue
			}
			d.parts = append(d.parts, r.Run.Parts...)
			delete(lacks, d.of)
		}
		for _, of := range slices.Sorted(maps.Keys(lacks)) {
			deals = append(deals, deal{of, slices.Clone(r.Run.Parts), lacks[of]})
		}
	}
	for _, d := range deals {
		for _, n := range d.lacks {
			missing = append(missing, n+"/"+d.of)
		}
	}
	return missing
}

// allBut are the numbers from 1 to of that are not among these.
func allBut(of string, numbers []string) (list []string) {
	most, _ := strconv.Atoi(of)
	for n := 1; n <= most; n++ {
		if text := strconv.Itoa(n); !slices.Contains(numbers, text) {
			list = append(list, text)
		}
	}
	return list
}
