-- The call, at $1 with the command line $2.
INSERT INTO dw.prunings SELECT $1, environment, before_at, $2, runs, records, rejects FROM prune_list;
