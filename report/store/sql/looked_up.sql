-- What a record looked up and did not find, from its captures: the phrase that names the row ("customer group 80 (map
-- Customer groups)", or "row of TABLE 80" where no map brings rows of the table), the map or the table as its parent
-- ('' where the message does not say), its key and key column, what its table is called, and its
-- company, in capitals as theirs, where that is another one than the record's. Look-ups after the first that were judged before their
-- values had captures go by the phrase. Where the message names more rows than have captures, one of these stands at the end, without a parent.
-- View v_missing, which people query, says the same.
CREATE OR REPLACE TEMP MACRO missing_row(phrase, parent, key_column, value, otherwise, called, printed, company) AS {
  phrase: phrase,
  parent: coalesce(parent, CASE WHEN starts_with(phrase, 'row of ') THEN split_part(phrase, ' ', 3) END, ''),
  key: CASE WHEN contains(phrase, value) THEN value ELSE otherwise END,
  key_column: key_column,
  called: coalesce(called, nullif(split_part(key_column, ' of ', 2), ''), printed, CASE WHEN starts_with(phrase, 'row of ') THEN split_part(phrase, ' ', 3) END),
  company: CASE WHEN length(company) <= 4 THEN upper(company) ELSE company END
};
CREATE OR REPLACE TEMP MACRO looked_up(captures) AS list_filter([
    missing_row(captures['lookup'], coalesce(captures['lookup_map'], captures['table']), captures['lookup_key'],
      captures['value'], '', captures['lookup_table'], captures['table'], captures['lookup_company']),
    missing_row(captures['lookup_2'], captures['lookup_map_2'], captures['lookup_key_2'],
      captures['lookup_value_2'], split_part(captures['lookup_2'], ' (map ', 1), captures['lookup_table_2'], NULL, captures['lookup_company_2']),
    missing_row(captures['lookup_3'], captures['lookup_map_3'], captures['lookup_key_3'],
      captures['lookup_value_3'], split_part(captures['lookup_3'], ' (map ', 1), captures['lookup_table_3'], NULL, captures['lookup_company_3']),
    missing_row(captures['lookup_4'], captures['lookup_map_4'], captures['lookup_key_4'],
      captures['lookup_value_4'], split_part(captures['lookup_4'], ' (map ', 1), captures['lookup_table_4'], NULL, captures['lookup_company_4']),
    {phrase: captures['lookup_more'], parent: '', key: '', key_column: NULL::VARCHAR, called: NULL::VARCHAR, company: NULL::VARCHAR}
  ], x -> x.phrase IS NOT NULL);
