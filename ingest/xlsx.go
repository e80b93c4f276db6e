package ingest

import "github.com/klauspost/compress/zip"

// workbook reads the best sheet of a workbook.
func (r *reader) workbook(c container, z *zip.Reader) error {
	return r.unread(c.path, "", &problem{c.path + ": Excel workbook: not read yet, save the sheet as CSV UTF-8", errNotYet})
}
