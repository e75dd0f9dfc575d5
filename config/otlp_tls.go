package config

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"net/url"

	"github.com/wxapp-exporter/wxapp_exporter/files"
)

// maxPEMFile bounds a file of certificates, in bytes. The authorities of a whole system
// take about 200 KB.
const maxPEMFile = 4 << 20

// parseClientTLS reads the files of certificates. Without any it returns nil, which stands
// for the authorities of the system.
func parseClientTLS(p *problems, e environment, endpoint *url.URL) *tls.Config {
	var (
		authority   = p.at("OTEL_EXPORTER_OTLP_CERTIFICATE")
		certificate = p.at("OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE")
		key         = p.at("OTEL_EXPORTER_OTLP_CLIENT_KEY")
		used        string // one of the variables that are set
		config      = &tls.Config{MinVersion: tls.VersionTLS12}
	)
	if e.OTLPCertificate != "" {
		used = authority.name
		config.RootCAs = parseAuthorities(authority, e.OTLPCertificate)
	}
	switch {
	case e.OTLPClientCertificate == "" && e.OTLPClientKey == "":
	case e.OTLPClientCertificate == "":
		used = cmp.Or(used, key.name)
		certificate.errorf("is required with %s; set both or neither", key.name)
	case e.OTLPClientKey == "":
		used = cmp.Or(used, certificate.name)
		key.errorf("is required with %s; set both or neither", certificate.name)
	default:
		used = cmp.Or(used, certificate.name)
		config.Certificates = parseKeyPair(certificate, e.OTLPClientCertificate, key, e.OTLPClientKey)
	}
	if used == "" {
		return nil
	}
	if endpoint != nil && endpoint.Scheme != "https" {
		p.at("OTEL_EXPORTER_OTLP_ENDPOINT").errorf("must begin with https:// because %s is set, which plaintext does not use", used)
	}
	return config
}

func parseAuthorities(p position, path string) *x509.CertPool {
	pool := x509.NewCertPool()
	content, err := files.Read(path, maxPEMFile)
	switch {
	case err != nil:
		p.errorf("%s %s; use a readable file of certificates in PEM form", shown(path), unreadable(err))
	case !pool.AppendCertsFromPEM(content):
		p.errorf("%s contains no certificate in PEM form", shown(path))
	}
	return pool
}

func parseKeyPair(certificate position, certificatePath string, key position, keyPath string) []tls.Certificate {
	certificatePEM, certificateErr := files.Read(certificatePath, maxPEMFile)
	if certificateErr != nil {
		certificate.errorf("%s %s; use a readable certificate in PEM form", shown(certificatePath), unreadable(certificateErr))
	}
	keyPEM, keyErr := files.Read(keyPath, maxPEMFile)
	if keyErr != nil {
		key.errorf("%s %s; use a readable key in PEM form", shown(keyPath), unreadable(keyErr))
	}
	if certificateErr != nil || keyErr != nil {
		return nil
	}
	pair, err := tls.X509KeyPair(certificatePEM, keyPEM)
	if err != nil {
		certificate.in(" and ", key.name).errorf("%s and %s cannot be used (%v); use a certificate and its key in PEM form",
			shown(certificatePath), shown(keyPath), err)
		return nil
	}
	return []tls.Certificate{pair}
}
