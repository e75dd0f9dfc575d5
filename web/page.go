package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"html/template"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/wxapp-exporter/wxapp_exporter/accept"
	"github.com/wxapp-exporter/wxapp_exporter/text"
)

//go:embed templates style.css icon.svg
var files embed.FS

// pages holds the templates of the pages, once for each language, and the files that the
// pages refer to.
type pages struct {
	templates map[text.Language]*template.Template
	style     []byte
	icon      []byte
	version   string // of the style
}

func newPages() *pages {
	p := &pages{templates: map[text.Language]*template.Template{}}
	p.style, _ = files.ReadFile("style.css")
	p.icon, _ = files.ReadFile("icon.svg")
	sum := sha256.Sum256(p.style)
	p.version = hex.EncodeToString(sum[:6])
	for _, language := range []text.Language{text.English, text.Chinese} {
		functions := template.FuncMap{
			"t":       language.Say,
			"foreign": foreign,
			"visible": visible,
			"short":   shortened,
			"rows":    newRows,
		}
		p.templates[language] = template.Must(template.New("").Funcs(functions).ParseFS(files, "templates/*.html"))
	}
	return p
}

// register adds the files that the pages refer to. Their addresses name their version, so
// browsers may keep them.
func (p *pages) register(mux *http.ServeMux) {
	serve := func(path, contentType string, content []byte) {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Cache-Control", "public, max-age=86400")
			send(w, r, http.StatusOK, contentType, content)
		})
	}
	serve("/-/style.css", "text/css; charset=utf-8", p.style)
	serve("/-/icon.svg", "image/svg+xml", p.icon)
}

// head is what every page shows around its content.
type head struct {
	Language text.Language
	// Base is the relative path to the root: the pages work behind a proxy that puts a
	// path in front.
	Base string
	// Query keeps the language in links when it was chosen; it is empty or begins with a
	// question mark.
	Query string
	// Chosen is the language when it was chosen.
	Chosen string
	// OtherLanguage is the query of this page in the other language.
	OtherLanguage string
	Style         string
	Version       string
	TelemetryPath string
	Now           string
}

func (s *Site) head(r *http.Request, base string) head {
	language := languageOf(r)
	h := head{
		Language: language, Base: base, Style: s.pages.version, Version: s.Version, Now: minute(s.now()),
		TelemetryPath: base + strings.TrimPrefix(s.TelemetryPath, "/"),
	}
	query := r.URL.Query()
	if query.Get("lang") != "" {
		h.Chosen = string(language)
		h.Query = "?lang=" + h.Chosen
	}
	other := url.Values{}
	for _, name := range []string{"q", "page", "range"} {
		if value := query.Get(name); value != "" {
			other.Set(name, value)
		}
	}
	other.Set("lang", language.Say("zh", "en"))
	h.OtherLanguage = "?" + other.Encode()
	return h
}

// Home returns the relative address of the status page.
func (h head) Home() string {
	if h.Base == "" {
		return "./" + h.Query
	}
	return h.Base + h.Query
}

// LanguageTag returns the language as the attribute lang has it.
func (h head) LanguageTag() string {
	return h.Language.Say("en", "zh-CN")
}

// render answers with a page.
func (s *Site) render(w http.ResponseWriter, r *http.Request, status int, language text.Language, name string, view any) {
	var page bytes.Buffer
	if err := s.pages.templates[language].ExecuteTemplate(&page, name, view); err != nil {
		http.Error(w, "The page cannot be shown: "+err.Error(), http.StatusInternalServerError)
		return
	}
	header := w.Header()
	header.Set("Cache-Control", "no-cache")
	header.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Referrer-Policy", "no-referrer")
	header.Add("Vary", "Accept-Language")
	header.Set("Content-Language", language.Say("en", "zh-CN"))
	send(w, r, status, "text/html; charset=utf-8", page.Bytes())
}

// send answers with content, compressed when the client accepts that.
func send(w http.ResponseWriter, r *http.Request, status int, contentType string, content []byte) {
	header := w.Header()
	header.Set("Content-Type", contentType)
	header.Add("Vary", "Accept-Encoding")
	if accept.Gzip(r.Header) {
		var compressed bytes.Buffer
		writer := gzip.NewWriter(&compressed)
		_, _ = writer.Write(content) // a buffer takes everything
		_ = writer.Close()
		content = compressed.Bytes()
		header.Set("Content-Encoding", "gzip")
	}
	header.Set("Content-Length", strconv.Itoa(len(content)))
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(content)
	}
}
