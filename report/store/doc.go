// Package store is the archive.
package store
