package main

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"dwtriage/ingest"
)

// partFlags are the flags of run for one of several workers.
type partFlags struct {
	folder string
	shard  string
	root   string

	index, count int  // of the shard, from 0; count 0: no shards
	elsewhere    bool // run is called on another machine: no variable of this one is read

	sources, dealt int    // files of this shard, of all
	deal           string // digest of what was dealt
}

func (p *partFlags) define(f *flags) {
	g := f.group("Several machines")
	g.StringVar(&p.folder, "part", "", "write no database and no report but a part into `FOLDER`, for dwtriage merge")
	g.StringVar(&p.shard, "shard", "", "read only the files of shard `I/N`, counted from 1; auto: as Slurm or AWS Batch number this task, auto/N: or Kubernetes. Every file goes whole to one shard")
	g.StringVar(&p.root, "root", "", "name files by their path below `FOLDER`, wherever that is mounted")
	f.fold(namesOf(g)...)
}

// ofTheNight are the flags of run that say what becomes of a whole night, which a worker does not see.
var ofTheNight = []string{"db", "lock-wait", "backup", "out", "fail-on", "max-rejects", "allow-empty", "csv", "xlsx", "report-format", "redact", "redact-key"}

// check reads the shard, from the environment of the scheduler where the flag says so. What a variable or a file sets for all calls may be
// of no use to a worker; what was typed for this one must not be passed over.
func (p *partFlags) check(set *flags, getenv func(string) string) (err error) {
	for _, name := range ofTheNight {
		if p.folder != "" && set.from[name] == "flag" {
			return usageError("--%s: a worker (--part) writes no database and no report; give it to dwtriage merge", name)
		}
	}
	// A variable of a script that is not set: the worker would be a whole run, or read every file.
	for _, g := range []struct{ name, value, what string }{{"part", p.folder, "name"}, {"shard", p.shard, "number"}, {"root", p.root, "name"}} {
		if g.value == "" && set.from[g.name] == "flag" {
			return usageError("--%s: the %s is empty", g.name, g.what)
		}
	}
	if p.shard == "" {
		return nil
	}
	if p.folder == "" {
		return usageError("--shard is for workers that write parts: give --part FOLDER, too")
	}
	if p.elsewhere {
		getenv = nil
	}
	p.index, p.count, err = readShard(p.shard, getenv)
	if err != nil {
		return usageError("--shard: %v", err)
	}
	return nil
}

// mostShards is beyond what any scheduler numbers.
const mostShards = 1 << 20

// readShard gives a shard as its index, from 0, and the number of shards. Without getenv auto is not looked up.
func readShard(text string, getenv func(string) string) (index, count int, err error) {
	first, rest, slash := strings.Cut(text, "/")
	if slash {
		if count, err = strconv.Atoi(rest); err != nil || count < 1 || count > mostShards {
			return 0, 0, fmt.Errorf("%q: %q is not a number of shards from 1 to %d", text, rest, mostShards)
		}
	}
	if first == "auto" && getenv == nil {
		return 0, count, nil
	}
	if first == "auto" {
		return shardOfTask(count, getenv)
	}
	index, err = strconv.Atoi(first)
	if err != nil || !slash || index < 1 || index > count {
		return 0, 0, fmt.Errorf("%q is no shard: write I/N, as 1/16 to 16/16, or auto in a task of a scheduler that numbers its tasks", text)
	}
	return index - 1, count, nil
}

// schedulers name the variables in which they number their tasks: of the task, and how many there are.
//
// Slurm's array may begin anywhere and leave numbers out in steps (sbatch, "INPUT AND OUTPUT ENVIRONMENT VARIABLES"); AWS Batch counts from
// 0 (AWS Batch job environment variables); so does Kubernetes, which does not say how many there are (Job, completionMode Indexed).
// Azure Batch gives a task its id and no number, so its number goes into the command line (Azure Batch runtime environment variables).
var schedulers = []struct{ name, index, count, first, step string }{
	{"Slurm", "SLURM_ARRAY_TASK_ID", "SLURM_ARRAY_TASK_COUNT", "SLURM_ARRAY_TASK_MIN", "SLURM_ARRAY_TASK_STEP"},
	{"AWS Batch", "AWS_BATCH_JOB_ARRAY_INDEX", "AWS_BATCH_JOB_ARRAY_SIZE", "", ""},
	{"Kubernetes", "JOB_COMPLETION_INDEX", "", "", ""},
}

// shardOfTask is the shard of the task that a scheduler started; count is that of the flag, 0 where it says none.
func shardOfTask(count int, getenv func(string) string) (int, int, error) {
	for _, s := range schedulers {
		if getenv(s.index) == "" {
			continue
		}
		number := func(name string, otherwise int) (int, error) {
			text := getenv(name)
			if name == "" || text == "" {
				return otherwise, nil
			}
			n, err := strconv.Atoi(text)
			if err != nil || n < 0 {
				return 0, fmt.Errorf("%s is %q, which is no number from 0 on", name, text)
			}
			return n, nil
		}
		var values [4]int
		for i, v := range []struct {
			name      string
			otherwise int
		}{{s.index, 0}, {s.count, count}, {s.first, 0}, {s.step, 1}} {
			n, err := number(v.name, v.otherwise)
			if err != nil {
				return 0, 0, err
			}
			values[i] = n
		}
		index, found, step := values[0]-values[2], values[1], max(1, values[3])
		switch {
		case found == 0:
			return 0, 0, fmt.Errorf("auto: %s says which task this is, and not of how many: write auto/N with the number of its tasks", s.name)
		case count > 0 && found != count:
			return 0, 0, fmt.Errorf("auto/%d: %s runs %d tasks: write auto", count, s.name, found)
		case index < 0 || index%step != 0 || index/step >= found:
			return 0, 0, fmt.Errorf("auto: task %d is none of the %d of %s", values[0], found, s.name)
		}
		return index / step, found, nil
	}
	return 0, 0, fmt.Errorf("auto: no scheduler numbers this task (%s): write I/N, as 1/16", variablesOfSchedulers())
}

func variablesOfSchedulers() string {
	var names []string
	for _, s := range schedulers {
		names = append(names, s.index)
	}
	return strings.Join(names, ", ") + " are not set"
}

// of gives the sources that this worker reads, under the names they have everywhere.
func (p *partFlags) of(sources []ingest.Source) ([]ingest.Source, error) {
	if p.root != "" {
		if err := below(p.root, sources); err != nil {
			return nil, err
		}
	}
	if p.count == 0 {
		return sources, nil
	}
	if slices.ContainsFunc(sources, func(s ingest.Source) bool { return s.Path == "-" }) {
		return nil, usageError("--shard: standard input is no file that could go to one of several workers; leave - out")
	}
	hand := deal(sources, p.count)[p.index]
	p.sources, p.dealt, p.deal = len(hand), len(sources), dealDigest(sources)
	return hand, nil
}

// dealDigest is a digest of what deals follow from but for the number of shards, so that it is the same for every worker, wherever the files
// are mounted: their sizes, in the order of their paths.
func dealDigest(sources []ingest.Source) string {
	h := sha256.New()
	for _, s := range sources {
		io.WriteString(h, strconv.FormatInt(s.Size, 10)+"\n")
	}
	return hex.EncodeToString(h.Sum(nil))
}

// below names sources by their paths below root, and puts them in the order of those.
func below(root string, sources []ingest.Source) error {
	for i := range sources {
		s := &sources[i]
		if s.Path == "-" {
			continue
		}
		path, err := filepath.Rel(absolute(root), absolute(s.Path))
		if err != nil || path == ".." || strings.HasPrefix(path, ".."+string(filepath.Separator)) {
			return usageError("--root: %s is not below %s", s.Path, root)
		}
		s.At, s.Path = s.Path, filepath.ToSlash(path)
	}
	ingest.SortSources(sources)
	return nil
}

func absolute(path string) string {
	if full, err := filepath.Abs(path); err == nil {
		return full
	}
	return path
}

// deal gives each shard its files: the largest first, always to the shard that has least so far, the first of several. So every worker
// deals alike, and no shard has more than the average and its last file. In a shard files keep their order.
func deal(sources []ingest.Source, shards int) [][]ingest.Source {
	bySize := slices.Clone(sources)
	slices.SortStableFunc(bySize, func(a, b ingest.Source) int { return cmp.Compare(b.Size, a.Size) })
	hands, sizes := make([][]ingest.Source, shards), make([]int64, shards)
	for _, s := range bySize {
		least := 0
		for i, size := range sizes {
			if size < sizes[least] {
				least = i
			}
		}
		hands[least] = append(hands[least], s)
		sizes[least] += max(1, s.Size) // also an empty file is work
	}
	for _, h := range hands {
		ingest.SortSources(h)
	}
	return hands
}
