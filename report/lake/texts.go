package lake

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"dwtriage/report/store"
)

// A described table is one of the folder, with its columns; partitions come last.
type described struct {
	folder  string // records, star/dim_runs
	columns []store.AnswerColumn
	parts   []string // names of partitions
}

func (d described) name() string { return path.Base(d.folder) }

// texts writes what is no table: the description of the columns, and what brings the tables into engines.
func (p *put) texts() error {
	var all []described
	folders := slices.Clone(store.RunTables)
	if p.opt.Star {
		for _, name := range slices.Concat(store.StarTables, store.MergedTables) {
			folders = append(folders, starFolder+"/"+name)
		}
	}
	for _, folder := range folders {
		columns, err := p.e.Columns(p.ctx, path.Base(folder))
		if err != nil {
			return err
		}
		d := described{folder: folder, columns: columns}
		if folder == "records" {
			d.parts = []string{"environment", "day"}
		}
		all = append(all, d)
	}
	meanings, err := p.e.Meanings(p.ctx)
	if err != nil {
		return err
	}
	files := []struct{ name, text string }{
		{"columns.csv", columnsCSV(all, meanings)},
		{"duckdb.sql", duckSQL(all)},
		{"fabric.sql", fabricSQL(all)},
		{"spark.sql", sparkSQL(all)},
	}
	if p.opt.Star {
		files = append(files, struct{ name, text string }{"powerquery.m", powerQuery()})
	}
	for _, f := range files {
		if err := p.text(f.name, f.text); err != nil {
			return err
		}
	}
	return nil
}

// columnsCSV says what every column holds. Cells are texts of this program.
func columnsCSV(all []described, meanings map[string]string) string {
	var b strings.Builder
	b.WriteString("\ufefftable,column,type,meaning\r\n")
	row := func(cells ...string) {
		for i, c := range cells {
			if strings.ContainsAny(c, ",\"\n") {
				c = `"` + strings.ReplaceAll(c, `"`, `""`) + `"`
			}
			cells[i] = c
		}
		b.WriteString(strings.Join(cells, ",") + "\r\n")
	}
	for _, d := range all {
		for _, c := range d.columns {
			row(d.folder, c.Name, lakeType(c.Type), meaning(d, c.Name, meanings))
		}
		for _, c := range d.parts {
			row(d.folder, c, "partition", meaning(d, c, meanings))
		}
	}
	return b.String()
}

// lakeType is a type in the words of Parquet.
func lakeType(duck string) string {
	switch duck {
	case "VARCHAR":
		return "text (UTF8)"
	case "TIMESTAMP WITH TIME ZONE":
		return "time (TIMESTAMP_MICROS, adjusted to UTC)"
	case "DATE":
		return "date (DATE)"
	case "BIGINT":
		return "number (INT64)"
	case "INTEGER":
		return "number (INT32)"
	case "DOUBLE":
		return "number (DOUBLE)"
	case "BOOLEAN":
		return "yes or no (BOOLEAN)"
	}
	return duck
}

// meaning looks for what a column holds: of this table, of the view of its name, of any table.
func meaning(d described, column string, meanings map[string]string) string {
	if m, ok := columnMeanings[d.name()+"."+column]; ok {
		return m
	}
	if m, ok := meanings["v_"+d.name()+"."+column]; ok {
		return m
	}
	if m, ok := columnMeanings[column]; ok {
		return m
	}
	return meanings["v_records."+column]
}

// columnMeanings are those of columns that no view has, or that hold something else here.
var columnMeanings = map[string]string{
	"judgement_id":    "last judgement of records of the run that were judged after it had loaded them; null: none was",
	"run_key":         "key of the run: the same in every database it was copied to, and of no other run",
	"file_key":        "key of the file in the run; (unknown) where the ledger does not have it",
	"signature_key":   "the signature itself: rule id, code/0x… or text/0x… of the code table; (unknown) for what nothing explains, (ok) for what did not fail",
	"map_key":         "key of map, table and entity together; (unknown) where none is known",
	"company_key":     "key of the company; (unknown) where none is known",
	"environment_key": "key of the environment; (unknown) when none was given",
	"date_key":        "day, UTC, as a number: 20261122; 0 where no time is known",
	"day":             "day on which it happened, UTC; null where the log gives no time that can be read one way",

	"records.signatures":     "all rules that match, a JSON array",
	"records.map_candidates": "maps it may be of, where they are several, a JSON array",
	"records.captures":       "what the rules read out of the texts, a JSON object, keys sorted",
	"files.warnings":         "what run said of it, a JSON array",

	"run_id":                "run that it is of",
	"environment":           "environment of the run; null when none was given",
	"rejects.file":          "path of the file, as given; members of archives behind a /",
	"rejects.column":        "column that could not be read; null where it is the row",
	"fact_rejects.column":   "column that could not be read; null where it is the row",
	"reason":                "why the row became no record",
	"excerpt":               "start of the row",
	"sightings.run_id":      "run that met the record again",
	"sightings.loaded_by":   "run whose files have the record",
	"sightings.file":        "path of the file in which that run met it first",
	"sightings.run_key":     "key of the run that met the record again",
	"fact_records.records":  "1, to be summed",
	"fact_days.records":     "records of that day with these keys, ok ones included: see outcome",
	"fact_days.first_seen":  "time of the first of them, UTC",
	"fact_days.last_seen":   "time of the last of them, UTC",
	"fact_rejects.rejects":  "1, to be summed",
	"fact_rejects.date_key": "day, UTC, on which the run began that read the row, as a number: 20261122",
	"fact_files.date_key":   "day, UTC, on which the run began that read the file, as a number: 20261122",
	"bytes":                 "bytes of the file after decompression",
	"read":                  "rows read: loaded, duplicates, rejected and filtered together",
	"loaded":                "records that were new to the database: ok, classified and unclassified together",
	"duplicates":            "records that the database had, or an earlier row of the run",
	"rejected":              "rows that could not become a record",
	"filtered":              "records that --since, --until or --log left out",
	"ok":                    "loaded records without an error",
	"classified":            "loaded records that failed and are explained",
	"unclassified":          "loaded records that failed and nothing explains",
	"started_at":            "when the run began, UTC",
	"finished_at":           "when its records were in the database, UTC",
	"exit_code":             "exit code of the run; null when it was stopped before its report",
	"tool_version":          "version of dwtriage",
	"rules_digest":          "digest of the rule files",
	"arguments":             "command line as typed",
	"parts":                 "names of the parts that a merge loaded, a JSON array; null for a run",
	"missing_shards":        "shards that were dealt files and were not among the parts of a merge, as 2/16, a JSON array; null when none",
	"pruned":                "records of it that history prune had taken out before the export",
	"pruned_at":             "when history prune did last before the export, UTC; null when never",
	"path":                  "path of the file, as given; members of archives behind a /",
	"format":                "format it was taken for",
	"encoding":              "encoding of its text",
	"container":             "what was packed around it, outermost first",
	"digest":                "digest of its bytes after decompression",
	"problem":               "why it could not be read, or not to its end; null when it was",
	"counted":               "rows that the export says there are; null where it says nothing",
	"incomplete":            "by its own words it is not the whole export",
	"dim_files.log":         "dualwrite, plugintrace or mixed",

	"kind":                             "rule, code or text of the code table, retired (a rule that is no more), unknown, none",
	"dim_signatures.title":             "what is wrong, in words that name no value of a record",
	"headline":                         "the same as a clause; null where the title does",
	"tier":                             "when it is due: 0 link and users, 1 reachability, 2 privileges, 3 versions and schema, 4 reference data, 5 single rows, 6 repeat only",
	"cause":                            "why it fails",
	"fix_summary":                      "what mends it, in one sentence; <name> stands for what a record names",
	"role":                             "who can mend it",
	"retry":                            "whether saving again helps: yes, after-fix or no",
	"steps":                            "what to do, a numbered line each",
	"url":                              "article of Microsoft about it",
	"dim_maps.title":                   "the entity as reports name it: the map, or the table where no map is known",
	"dim_maps.map_candidates":          "maps it may be of, where they are several, a JSON array",
	"dim_companies.company":            "legal entity, as printed: 001 is not 1",
	"dim_environments.environment":     "environment as given; null when none was",
	"dim_calendar.date":                "the day; null for the unknown one",
	"year":                             "year",
	"quarter":                          "quarter, 1 to 4",
	"month":                            "month, 1 to 12",
	"month_name":                       "name of the month",
	"dim_calendar.day":                 "day of the month, 1 to 31",
	"iso_year":                         "year of the ISO week",
	"iso_week":                         "ISO week, 1 to 53",
	"weekday":                          "1 Monday to 7 Sunday",
	"weekday_name":                     "name of the weekday",
	"weekend":                          "whether it is a Saturday or Sunday",
	"coverage.run_id":                  "run that read the file",
	"dim_signatures.signature_key":     "the signature itself; (unknown) for what nothing explains, (ok) for what did not fail",
	"dim_environments.environment_key": "key of the environment",
}

const fromHere = "-- Written by dwtriage export with the columns of this folder; the next export writes it again.\n"

// duckSQL are views for DuckDB. Paths are below the folder that it is started in.
func duckSQL(all []described) string {
	var b strings.Builder
	b.WriteString(fromHere + "-- Start duckdb in this folder, then: .read duckdb.sql\n")
	for _, d := range all {
		files, options := d.folder+"/*.parquet", "hive_partitioning = false"
		if len(d.parts) > 0 {
			files, options = d.folder+"/*/*/*.parquet", "hive_partitioning = true, hive_types = {'environment': VARCHAR, 'day': DATE}"
		}
		fmt.Fprintf(&b, "CREATE OR REPLACE VIEW %s AS FROM read_parquet('%s', %s);\n", d.name(), files, options)
	}
	return b.String()
}

// sparkSQL are views for Spark and Databricks.
func sparkSQL(all []described) string {
	var b strings.Builder
	b.WriteString(fromHere + `-- Spark SQL, Databricks, Fabric notebooks (%%sql). Put the address of this folder in the place of ROOT. From the documentation, not executed by dwtriage's tests.
-- Partitions stay texts: an environment 007 is not 7.
SET spark.sql.sources.partitionColumnTypeInference.enabled = false;
`)
	for _, d := range all {
		fmt.Fprintf(&b, "CREATE OR REPLACE TEMPORARY VIEW %s USING parquet OPTIONS (path 'ROOT/%s');\n", d.name(), d.folder)
	}
	return b.String()
}

// fabricSQL are views for the SQL analytics endpoint and the Warehouse of Fabric. The columns are named with their types, since the engine
// looks at one file only where they are not.
func fabricSQL(all []described) string {
	var b strings.Builder
	b.WriteString(fromHere + `-- T-SQL for the SQL analytics endpoint or the Warehouse of Microsoft Fabric. Put the address of this folder in the place of ROOT, as
-- https://onelake.dfs.fabric.microsoft.com/WORKSPACE-ID/LAKEHOUSE-ID/Files/lake. From the documentation (OPENROWSET BULK, 18 August 2026), not
-- executed by dwtriage's tests. Times are UTC. filepath() gives the partition as the folder is named, with % escapes.
IF SCHEMA_ID('dwtriage') IS NULL EXEC('CREATE SCHEMA dwtriage');
GO
`)
	for _, d := range all {
		files, partitions := "*.parquet", ""
		if len(d.parts) > 0 {
			files = ""
			for i, p := range d.parts {
				files += p + "=*/"
				partitions += fmt.Sprintf(",\n  NULLIF(CAST(r.filepath(%d) AS varchar(400)), '%s') AS [%s]", i+1, noValue, p)
			}
			files += "*.parquet"
		}
		fmt.Fprintf(&b, "DROP VIEW IF EXISTS dwtriage.%s;\nGO\nCREATE VIEW dwtriage.%[1]s AS\nSELECT r.*%s\nFROM OPENROWSET(BULK 'ROOT/%s/%s', FORMAT = 'PARQUET') WITH (\n", d.name(), partitions, d.folder, files)
		for i, c := range d.columns {
			end := ","
			if i == len(d.columns)-1 {
				end = ""
			}
			fmt.Fprintf(&b, "  [%s] %s%s\n", c.Name, fabricType(c), end)
		}
		b.WriteString(") AS r;\nGO\n")
	}
	return b.String()
}

// longColumns may hold more than the 8,000 bytes of a varchar with a length.
var longColumns = []string{"error_text", "trace_text", "captures", "arguments", "steps", "warnings", "map_candidates", "signatures"}

func fabricType(c store.AnswerColumn) string {
	switch c.Type {
	case "TIMESTAMP WITH TIME ZONE":
		return "datetime2(6)"
	case "DATE":
		return "date"
	case "BIGINT":
		return "bigint"
	case "INTEGER":
		return "int"
	case "DOUBLE":
		return "float"
	case "BOOLEAN":
		return "bit"
	}
	switch {
	case slices.Contains(longColumns, c.Name):
		return "varchar(max)"
	case c.Name == "record_id" || strings.HasSuffix(c.Name, "_key"):
		return "varchar(200)"
	}
	return "varchar(8000)"
}

// relations are the relationships of the star: one for a fact and a dimension, by the column of the same name.
var relations = []struct{ fact, dimension, key string }{
	{"fact_records", "dim_runs", "run_key"}, {"fact_records", "dim_files", "file_key"}, {"fact_records", "dim_signatures", "signature_key"},
	{"fact_records", "dim_maps", "map_key"}, {"fact_records", "dim_companies", "company_key"}, {"fact_records", "dim_environments", "environment_key"},
	{"fact_records", "dim_calendar", "date_key"},
	{"fact_days", "dim_runs", "run_key"}, {"fact_days", "dim_signatures", "signature_key"}, {"fact_days", "dim_maps", "map_key"},
	{"fact_days", "dim_companies", "company_key"}, {"fact_days", "dim_environments", "environment_key"}, {"fact_days", "dim_calendar", "date_key"},
	{"fact_rejects", "dim_runs", "run_key"}, {"fact_rejects", "dim_files", "file_key"}, {"fact_rejects", "dim_environments", "environment_key"},
	{"fact_rejects", "dim_calendar", "date_key"},
	{"fact_files", "dim_runs", "run_key"}, {"fact_files", "dim_files", "file_key"}, {"fact_files", "dim_environments", "environment_key"},
	{"fact_files", "dim_calendar", "date_key"},
}

// powerQuery loads the star into Power BI. File.Contents reads a file from the disk; the Content of Folder.Files may be a stream, which
// Parquet.Document refuses.
func powerQuery() string {
	var b strings.Builder
	b.WriteString(`// Written by dwtriage export. Power BI: Get data > Blank query > Advanced editor, paste this, set Root, name the query Star and disable its load.
// Then one blank query per table, named like it: = Star[fact_records]. From the documentation (Parquet connector, 7 February 2024), not executed by
// dwtriage's tests. For a lake in Azure take AzureStorage.DataLake(Root) instead of Folder.Files, and [Content] instead of File.Contents.
// Relationships, many to one, by the column of the same name; every fact has its member, so none is lost:
`)
	for _, r := range relations {
		fmt.Fprintf(&b, "//   %s[%s] -> %s[%[2]s]\n", r.fact, r.key, r.dimension)
	}
	b.WriteString(`let
    Root = "C:\dwtriage\lake",
    Load = (name as text) as table =>
        let
            Files = Table.SelectRows(Folder.Files(Root & "\star\" & name), each Text.Lower([Extension]) = ".parquet"),
            Tables = List.Transform(Table.ToRecords(Table.SelectColumns(Files, {"Folder Path", "Name"})), each Parquet.Document(File.Contents([#"Folder Path"] & [Name])))
        in
            Table.Combine(Tables)
in
    [
`)
	names := slices.Concat(store.StarTables, store.MergedTables)
	for i, name := range names {
		end := ","
		if i == len(names)-1 {
			end = ""
		}
		fmt.Fprintf(&b, "        %s = Load(%[1]q)%s\n", name, end)
	}
	b.WriteString("    ]\n")
	return b.String()
}
