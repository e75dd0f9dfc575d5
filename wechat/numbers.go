package wechat

import (
	"cmp"
	"slices"
)

// Count is a whole number, 0 or more, that an answer may lack.
type Count struct {
	Value int64
	Known bool
}

// Average is a decimal number, 0 or more, that an answer may lack.
type Average struct {
	Value float64
	Known bool
}

// count reads a number of an object. One that is null or missing is not known; one that
// cannot be used is counted, too.
func (a *Answer) count(object map[string][]byte, key string) Count {
	if isNull(object[key]) {
		return Count{}
	}
	n, ok := count(object[key])
	if !ok {
		a.Rejected++
		return Count{}
	}
	return Count{n, true}
}

// average reads a number of an object as count does.
func (a *Answer) average(object map[string][]byte, key string) Average {
	if isNull(object[key]) {
		return Average{}
	}
	f, ok := decimal(object[key])
	if !ok {
		a.Rejected++
		return Average{}
	}
	return Average{f, true}
}

// KeyCount is a number of WeChat's key for something, such as 8 for 小程序主页, and a count.
type KeyCount struct {
	Key   int64
	Count int64
}

// maxKeys is how many rows of a list of keys are used. The longest, the sources, has some
// 57.
const maxKeys = 100

// keyCounts reads a list of rows such as {"key":10,"value":5}, and sorts it by key.
func (a *Answer) keyCounts(list []byte) []KeyCount {
	var counts []KeyCount
	for object := range objects(list, maxKeys, &a.Rejected) {
		row := fields(object)
		key, keyOK := count(row["key"])
		n, ok := count(row["value"])
		i := slices.IndexFunc(counts, func(c KeyCount) bool { return c.Key == key })
		switch {
		case !keyOK || !ok:
			a.Rejected++
		case i < 0:
			counts = append(counts, KeyCount{key, n})
		case counts[i].Count+n > maxCount:
			a.Rejected++
		default:
			counts[i].Count += n
			a.Merged++
		}
	}
	slices.SortFunc(counts, func(a, b KeyCount) int { return cmp.Compare(a.Key, b.Key) })
	return counts
}

// rowOf returns the row of a window in a list with a row for each: the one that names it, or
// else the first. WeChat answers with the one that was asked for (documented). Nil: there is
// none.
func (a *Answer) rowOf(list []byte, w Window) map[string][]byte {
	var first map[string][]byte
	for object := range objects(list, maxKeys, &a.Rejected) {
		row := fields(object)
		named := refDate(row["ref_date"])
		if first == nil {
			first, a.RefDate = row, named
		}
		if w.isNamed(named) {
			a.RefDate = named
			return row
		}
	}
	return first
}
