// Package files reads files within limits of size and time, and writes them so that a crash
// leaves the old content or the new one.
package files
