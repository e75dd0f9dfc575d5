# The base images are pinned by digest, because a tag can be moved. Both may be replaced,
# for example by those of a mirror: docker build --build-arg BUILD_IMAGE=...
ARG BUILD_IMAGE=golang:1.26.8@sha256:0f063af2d465d8dcae54cce04278ada488b96f77b42449c8d071e47d016cc65a
ARG RUNTIME_IMAGE=gcr.io/distroless/static-debian12:nonroot@sha256:afa5c872c891853ca7fcf1f12c3edb23f7eeef36189728842dd51042ff57f7ab

# The builder runs as it is and compiles for the platform of the image.
FROM --platform=${BUILDPLATFORM} ${BUILD_IMAGE} AS build
WORKDIR /src
COPY go.mod go.sum ./
# Where the modules come from, if not from where the base image says.
ARG GOPROXY
RUN go mod download
COPY . .
ARG VERSION=unknown
ARG REVISION=unknown
ARG DATE=unknown
ARG TARGETOS
ARG TARGETARCH
ARG TARGETVARIANT
RUN CGO_ENABLED=0 GOOS=${TARGETOS} GOARCH=${TARGETARCH} GOARM=${TARGETVARIANT#v} \
      go build -trimpath -o /wxapp_exporter -ldflags "-s -w \
      -X github.com/prometheus/common/version.Version=${VERSION} \
      -X github.com/prometheus/common/version.Revision=${REVISION} \
      -X github.com/prometheus/common/version.BuildDate=${DATE}" .
# A new volume takes over the owner of this folder of the image.
RUN mkdir /data

# Root certificates, a user and nothing to run but the exporter.
FROM ${RUNTIME_IMAGE}
ARG VERSION=unknown
ARG REVISION=unknown
LABEL org.opencontainers.image.title="wxapp_exporter" \
      org.opencontainers.image.description="The users of WeChat Mini Programs for Prometheus" \
      org.opencontainers.image.source="https://github.com/wxapp-exporter/wxapp_exporter" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
COPY --from=build /wxapp_exporter /wxapp_exporter
COPY --from=build --chown=65532:65532 /data /data
# By number, so that Kubernetes can see that it is not root.
USER 65532:65532
ENV WXAPP_ARCHIVE=/data
VOLUME /data
EXPOSE 10120
HEALTHCHECK --interval=30s --timeout=5s --start-period=5s CMD ["/wxapp_exporter", "healthcheck"]
ENTRYPOINT ["/wxapp_exporter"]
