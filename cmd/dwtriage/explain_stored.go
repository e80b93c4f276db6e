//go:build cgo

package main

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"dwtriage/classify"
	"dwtriage/ingest"
	"dwtriage/report/store"
)

// explainStored explains a record of the database: first where it came from, then what its texts are taken for.
func explainStored(s *session, m *classify.Matcher, db *store.DB, r store.Stored, t classify.Texts) error {
	chain, known, err := db.Chain(s.ctx, r.ID)
	if err != nil {
		return fmt.Errorf("reading the chain of record %s: %w", r.ID, err)
	}
	p := &printer{w: s.stdout}
	place := fmt.Sprintf("row %d", r.Row)
	if r.Offset >= 0 {
		place += fmt.Sprintf(", bytes %d to %d", r.Offset, r.Offset+max(r.Length, 0))
	}
	p.printf("record %s\nfile %s, %s\n", r.ID, r.File, place)
	p.printf("time %s\n", cmp.Or(when(r.OccurredAt), r.OccurredRaw, "not known"))
	for _, part := range []struct{ name, value string }{{"environment", r.Environment}, {"company", r.Company}, {"map", r.Map}, {"entity", r.Entity}, {"message", excerpt(cmp.Or(t.Error, t.Trace), 160)}} {
		if part.value != "" {
			p.printf("%s %s\n", part.name, part.value)
		}
	}
	p.printf("loaded by run %d", r.Run)
	if len(r.Met) > 0 {
		p.printf(", met again by %s %s", map[bool]string{true: "run", false: "runs"}[len(r.Met) == 1], strings.Join(r.Met, ", "))
	}
	p.printf("\n")
	if known {
		explainChain(p, r.ID, chain)
	}
	if r.Outcome == ingest.OK {
		p.printf("stored as ok: the trace has no text of an exception\n")
		return p.err
	}
	v := m.JudgeRow(t.Log, t.Type, t.Error, t.Trace, t.Entity, t.Company)
	p.printf("stored as %s", cmp.Or(r.Signature, "unknown"))
	if v.Signature != r.Signature {
		p.printf("; today's rules take it for %s", cmp.Or(v.Signature, "unknown"))
	}
	if cluster, _, err := db.Joined(s.ctx, v.TemplateID); err != nil {
		return err
	} else if cluster != "" {
		p.printf("; of cluster %s, with messages that differ from it only in words that are written like names", cluster)
	}
	p.printf("\n\n")
	explain(p, m, v)
	return p.err
}

// printRaw prints the bytes of a record out of its file, once it is sure that it is the file that was read.
func printRaw(s *session, r store.Stored, folder string) error {
	switch {
	case r.File == "-":
		return fmt.Errorf("record %s came from standard input; there is no file to look into", r.ID)
	case r.Offset < 0 || r.Length < 0:
		return fmt.Errorf("%s, row %d: a row of this kind of file has no bytes of its own; open the file", printable(r.File), r.Row)
	case r.Digest == "":
		return fmt.Errorf("%s: the database has no digest of it, since it was not read to its end; it cannot be told whether a file is the one that was read", printable(r.File))
	}
	path, file, err := findSource(r.File, folder)
	if err != nil {
		return err
	}
	raw, digest, err := ingest.Raw(s.ctx, path, file, r.Offset, r.Length, ingest.Options{})
	switch {
	case err != nil:
		return err
	case digest != r.Digest:
		return fmt.Errorf("%s is not the file that run %d read: its digest is %s, that of the run %s; give the folder of the right one with --source", printable(file), r.Run, digest, r.Digest)
	case int64(len(raw)) != r.Length:
		return fmt.Errorf("internal error: %s has %d of the %d bytes of the record", printable(file), len(raw), r.Length)
	}
	tell(s.stderr, "dwtriage: %s, row %d, bytes %d to %d as they stand there; nothing is withheld\n", file, r.Row, r.Offset, r.Offset+r.Length)
	_, err = s.data().Write(raw)
	return err
}

// findSource finds the file on the disk that a record's file is, or that is the archive it lies in: as it was given to run, or in a
// folder, where it may lie under the end of its path. file is how it is called there.
func findSource(recorded, folder string) (path, file string, err error) {
	parts := strings.Split(filepath.ToSlash(recorded), "/")
	for from := range parts {
		for until := len(parts); until > from; until-- {
			path := strings.Join(parts[from:until], "/")
			if folder != "" {
				path = filepath.Join(folder, path)
			} else if from > 0 {
				continue
			}
			if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
				return path, strings.Join(append([]string{filepath.ToSlash(path)}, parts[until:]...), "/"), nil
			}
		}
	}
	if folder != "" {
		return "", "", fmt.Errorf("%s is not in %s; give the folder that has it with --source", printable(recorded), printable(folder))
	}
	return "", "", fmt.Errorf("%s is not there; give the folder that has it with --source", printable(recorded))
}

// explainRecord is explain for a record of the database.
func explainRecord(s *session, archive *archiveFlags, id, folder string, raw bool, compile func() (*classify.Matcher, error)) (err error) {
	db, err := archive.openStored(s)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	r, err := db.Stored(s.ctx, id)
	if err != nil {
		return err
	}
	if raw {
		return printRaw(s, r, folder)
	}
	t, err := db.Texts(s.ctx, id)
	if err != nil {
		return err
	}
	m, err := compile()
	if err != nil {
		return err
	}
	return explainStored(s, m, db, r, t)
}
