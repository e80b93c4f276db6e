//go:build cgo

package main

import (
	"os"
	"path/filepath"
	"strings"

	"dwtriage/ingest"
	"dwtriage/report/store"
)

// What a run takes of the disk, by the bytes of its inputs. The database of generated nights has 0.21 to 0.46 of their size
// (README, Build, test, measure); that of texts which resemble each other less is larger, so half is counted. Exports are
// packed to an eighth to a twelfth. A transaction is in the log or spilled before it is in the file.
const (
	unpackedFactor = 10
	databaseShare  = 0.5
	spillShare     = 0.25

	// A million failing records of 300 MB make a records.csv of 718 MB, a captures.csv of 174 MB and a workbook of 382 MB; more rows
	// than a sheet takes, 1,048,575, records.csv never has.
	reportFactor   = 3
	reportMost     = 1280 << 20
	workbookFactor = 1.5
	workbookMost   = 512 << 20

	littleInput = 64 << 20
)

// roomFor estimates the bytes that the database with its spilled files and the report, with a workbook or without, take when size
// bytes of unpacked exports are loaded.
func roomFor(size int64, xlsx bool) (database, report int64) {
	report = min(reportFactor*size, reportMost)
	if xlsx {
		report += min(int64(workbookFactor*float64(size)), workbookMost)
	}
	return int64(float64(size) * (databaseShare + spillShare)), report
}

// unpackedSize estimates how many bytes sources hold, unpacked. It is known of none that is no regular file, such as standard
// input: then there is no size.
func unpackedSize(sources []ingest.Source) (size int64, known bool) {
	for _, s := range sources {
		if s.Size < 0 {
			return 0, false
		}
		if packed(s.Path) {
			size += s.Size * unpackedFactor
		} else {
			size += s.Size
		}
	}
	return size, true
}

// partsSize estimates how many bytes the records of parts take, unpacked.
func partsSize(parts ...*store.Part) (size int64) {
	for _, p := range parts {
		for _, t := range p.Tables {
			size += t.Bytes * unpackedFactor
		}
	}
	return size
}

// packed goes by the name: nothing is opened for an estimate. Workbooks are zip files.
func packed(path string) bool {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".gz", ".zst", ".bz2", ".xz", ".zip", ".tgz", ".xlsx":
		return true
	}
	return false
}

// A disk is what is known of the file system of a path.
type disk struct {
	id   string // file systems with the same id share their room
	free int64  // bytes that this user may fill
}

// A shortage is a place that has less room than is needed.
type shortage struct {
	place        string
	needed, free int64
}

// shortages compares what a run needs with what there is. Places on one file system need the room of both.
func shortages(size int64, xlsx bool, db, out string, look func(path string) (disk, bool)) (short []shortage) {
	forDB, forReport := roomFor(size, xlsx)
	atDB, okDB := look(db)
	atOut, okOut := look(out)
	if okDB && okOut && atDB.id == atOut.id {
		if forDB+forReport > atDB.free {
			short = append(short, shortage{db + " and " + out, forDB + forReport, atDB.free})
		}
		return short
	}
	if okDB && forDB > atDB.free {
		short = append(short, shortage{db, forDB, atDB.free})
	}
	if okOut && forReport > atOut.free {
		short = append(short, shortage{out, forReport, atOut.free})
	}
	return short
}

// warnOfRoom says before a big load that the disk may not have room for it. That is an estimate, so it is no reason to
// refuse: a load that ends for want of room leaves the database as it was.
func (j *job) warnOfRoom() {
	size, known := unpackedSize(j.sources)
	if !known || size < littleInput {
		return
	}
	for _, s := range shortages(size, j.flags.xlsx, j.flags.archive.file, j.flags.out, diskOf) {
		j.say("dwtriage: %s: about %s of disk may be needed for inputs of %s unpacked, if all of them are new, and %s is free; make room, or give places with more by --db and -o\n",
			printable(s.place), formatSize(s.needed), formatSize(size), formatSize(s.free))
	}
}

// existing gives the nearest folder at or above a path that is there.
func existing(path string) string {
	path, err := filepath.Abs(path)
	if err != nil {
		return "."
	}
	for {
		if info, err := os.Stat(path); err == nil && info.IsDir() {
			return path
		}
		above := filepath.Dir(path)
		if above == path {
			return path
		}
		path = above
	}
}
