{{- define "wxapp.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 52 | trimSuffix "-" -}}
{{- end -}}

{{/* The name of all objects: short enough for what is appended to it. */}}
{{- define "wxapp.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 52 | trimSuffix "-" -}}
{{- else if contains (include "wxapp.name" .) .Release.Name -}}
{{- .Release.Name | trunc 52 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "wxapp.name" .) | trunc 52 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "wxapp.selector" -}}
app.kubernetes.io/name: {{ include "wxapp.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "wxapp.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{ include "wxapp.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end -}}

{{- define "wxapp.serviceAccount" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "wxapp.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- define "wxapp.image" -}}
{{- if .Values.image.digest -}}
{{- printf "%s@%s" .Values.image.repository .Values.image.digest -}}
{{- else -}}
{{- printf "%s:%s" .Values.image.repository (default .Chart.AppVersion .Values.image.tag) -}}
{{- end -}}
{{- end -}}

{{/* Each of the next four is true or empty. */}}
{{- define "wxapp.bucket" -}}
{{- if and (not .Values.demo) (or .Values.objectStorage.config .Values.objectStorage.existingSecret) }}true{{ end -}}
{{- end -}}

{{- define "wxapp.volume" -}}
{{- if and (not .Values.demo) (not (include "wxapp.bucket" .)) .Values.persistence.enabled }}true{{ end -}}
{{- end -}}

{{- define "wxapp.webConfig" -}}
{{- if or .Values.web.config .Values.web.existingSecret }}true{{ end -}}
{{- end -}}

{{/* A StatefulSet never has two pods of one number, so that a volume has one writer; and its
pods know their numbers. With a bucket and without shards, nothing needs either. */}}
{{- define "wxapp.stateful" -}}
{{- if or (not (include "wxapp.bucket" .)) (gt (int .Values.shards) 1) }}true{{ end -}}
{{- end -}}

{{- define "wxapp.kind" -}}
{{- if include "wxapp.stateful" . }}StatefulSet{{ else }}Deployment{{ end -}}
{{- end -}}

{{- define "wxapp.claim" -}}
{{- default (include "wxapp.fullname" .) .Values.persistence.existingClaim -}}
{{- end -}}

{{/* The Secrets: those of the user, or those that the chart makes. */}}
{{- define "wxapp.appsSecret" -}}
{{- default (printf "%s-apps" (include "wxapp.fullname" .)) .Values.existingSecret -}}
{{- end -}}

{{- define "wxapp.bucketSecret" -}}
{{- default (printf "%s-bucket" (include "wxapp.fullname" .)) .Values.objectStorage.existingSecret -}}
{{- end -}}

{{- define "wxapp.otlpSecret" -}}
{{- default (printf "%s-otlp" (include "wxapp.fullname" .)) .Values.otlp.existingSecret -}}
{{- end -}}

{{- define "wxapp.webSecret" -}}
{{- default (printf "%s-web" (include "wxapp.fullname" .)) .Values.web.existingSecret -}}
{{- end -}}

{{/* What the schema cannot say, in words. */}}
{{- define "wxapp.check" -}}
{{- if not (or .Values.demo .Values.existingSecret .Values.apps) -}}
{{- fail "\n\nThere are no Mini Programs. Set one of\n  existingSecret: the name of a Secret that has the apps file under the key apps.yml\n  apps: [{appid: wx…, secret: …}]\n  demo: true, to try it with made-up ones\n" -}}
{{- end -}}
{{- if and .Values.existingSecret .Values.apps -}}
{{- fail "\n\nSet existingSecret or apps, not both: only one apps file is read.\n" -}}
{{- end -}}
{{- if and .Values.serviceMonitor.enabled .Values.scrapeConfig.enabled -}}
{{- fail "\n\nEnable serviceMonitor or scrapeConfig, not both: Prometheus would store every series twice.\n" -}}
{{- end -}}
{{- if and .Values.demo (gt (int .Values.shards) 1) -}}
{{- fail "\n\nThe demo has one pod; remove shards.\n" -}}
{{- end -}}
{{- end -}}
