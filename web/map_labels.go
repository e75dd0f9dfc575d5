package web

import "math"

// label is the words beside a circle, and a line to it where they are not next to it.
type label struct {
	X, Y   string
	Anchor string
	Line   *line
}

// line leads from a circle to its label.
type line struct{ X1, Y1, X2, Y2 string }

// circle is a place on the map.
type circle struct{ x, y, radius float64 }

// box is the room that a label takes.
type box struct{ left, top, right, bottom float64 }

func (b box) meets(other box) bool {
	return b.left < other.right && other.left < b.right && b.top < other.bottom && other.top < b.bottom
}

func (b box) within(other box) bool {
	return b.left >= other.left && b.right <= other.right && b.top >= other.top && b.bottom <= other.bottom
}

// covers reports whether a box lies on a circle.
func (b box) covers(c circle) bool {
	dx := c.x - min(max(c.x, b.left), b.right)
	dy := c.y - min(max(c.y, b.top), b.bottom)
	return dx*dx+dy*dy < c.radius*c.radius
}

// labelRoom is where labels can stand: on no circle and on no other label.
type labelRoom struct {
	whole   box
	text    float64 // the size of the text
	circles []circle
	taken   []box
}

// label puts words as near to a circle as there is room. The largest circles come first; those
// for which there is none have no label.
func (r *labelRoom) label(own int, words string) *label {
	at := r.circles[own]
	width, half := textWidth(words, r.text), r.text*0.6
	for _, away := range []float64{0, 8, 16, 26, 38, 52} {
		for _, turn := range []float64{0, 4, 6, 2, 1, 7, 3, 5} { // right, left, above, below and between
			sine, cosine := math.Sincos(turn * math.Pi / 4)
			gap := at.radius + 3 + away
			x, y := at.x+gap*cosine, at.y+gap*sine
			anchor := "middle"
			room := box{x - width/2, y - half, x + width/2, y + half}
			switch {
			case cosine > 0.1:
				anchor, room.left, room.right = "start", x, x+width
			case cosine < -0.1:
				anchor, room.left, room.right = "end", x-width, x
			case sine < 0:
				y, room.top, room.bottom = y-half, y-2*half, y
			default:
				y, room.top, room.bottom = y+half, y, y+2*half
			}
			if !r.free(room) {
				continue
			}
			r.taken = append(r.taken, room)
			l := &label{X: coordinate(x), Y: coordinate(y + r.text*0.36), Anchor: anchor}
			if away > 8 {
				l.Line = &line{
					coordinate(at.x + at.radius*cosine), coordinate(at.y + at.radius*sine),
					coordinate(at.x + (gap-2)*cosine), coordinate(at.y + (gap-2)*sine),
				}
			}
			return l
		}
	}
	return nil
}

func (r *labelRoom) free(room box) bool {
	if !room.within(r.whole) {
		return false
	}
	for _, other := range r.taken {
		if room.meets(other) {
			return false
		}
	}
	for _, other := range r.circles {
		if room.covers(other) {
			return false
		}
	}
	return true
}

// textWidth estimates how wide text is drawn.
func textWidth(text string, size float64) float64 {
	width := 0.0
	for _, r := range text {
		if r >= 0x2E80 {
			width += size
		} else {
			width += size * 0.58
		}
	}
	return width
}
