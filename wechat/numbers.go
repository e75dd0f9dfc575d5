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
func (a *Answer) count(row object, key string) Count {
	value := row.get(key)
	if isNull(value) {
		return Count{}
	}
	n, ok := count(value)
	if !ok {
		a.Rejected++
		return Count{}
	}
	return Count{n, true}
}

// average reads a number of an object as count does.
func (a *Answer) average(row object, key string) Average {
	value := row.get(key)
	if isNull(value) {
		return Average{}
	}
	f, ok := decimal(value)
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
	for row := range objects(list, maxKeys, &a.Rejected) {
		key, keyOK := count(row.get("key"))
		n, ok := count(row.get("value"))
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

// rowOf reads the row of a window in a list with a row for each: the first that names it, or
// else the first of all. WeChat answers with the one that was asked for (documented). Further
// rows about the same window are rejected if they contradict it.
func rowOf[T comparable](a *Answer, list []byte, w Window, read func(*Answer, object) T) T {
	type reading struct {
		refDate  string
		own      bool // it names the window
		numbers  T
		rejected int
	}
	var all []reading
	chosen := 0
	for row := range objects(list, maxKeys, &a.Rejected) {
		var counted Answer
		r := reading{refDate: refDate(row.get("ref_date")), numbers: read(&counted, row), rejected: counted.Rejected}
		if r.own = w.isNamed(r.refDate); r.own && (len(all) == 0 || !all[chosen].own) {
			chosen = len(all)
		}
		all = append(all, r)
	}
	if len(all) == 0 {
		var none T
		return none
	}
	of := all[chosen]
	a.RefDate = of.refDate
	a.Rejected += of.rejected
	for _, r := range all {
		if (r.own && of.own || r.refDate == of.refDate) && r.numbers != of.numbers {
			a.Rejected++
		}
	}
	return of.numbers
}
