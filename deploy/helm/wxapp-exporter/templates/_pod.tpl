{{/* The pod, which the StatefulSet and the Deployment share. */}}
{{- define "wxapp.pod" -}}
metadata:
  labels:
    {{- include "wxapp.selector" . | nindent 4 }}
    {{- with .Values.podLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  annotations:
    {{- /* What is read at the start alone has to start the pod again. */}}
    checksum/settings: {{ dict "bucket" .Values.objectStorage.config "headers" .Values.otlp.headers | toJson | sha256sum }}
    {{- with .Values.podAnnotations }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  serviceAccountName: {{ include "wxapp.serviceAccount" . }}
  automountServiceAccountToken: false
  enableServiceLinks: false
  {{- if not (include "wxapp.stateful" .) }}
  {{- /* The host name is the instance of a push, and must not change with every pod. */}}
  hostname: {{ include "wxapp.fullname" . }}
  {{- end }}
  terminationGracePeriodSeconds: {{ add .Values.stopTimeoutSeconds 5 }}
  securityContext:
    runAsNonRoot: true
    runAsUser: 65532
    runAsGroup: 65532
    fsGroup: 65532
    fsGroupChangePolicy: OnRootMismatch
    seccompProfile: {type: RuntimeDefault}
  {{- with .Values.imagePullSecrets }}
  imagePullSecrets: {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.priorityClassName }}
  priorityClassName: {{ . }}
  {{- end }}
  containers:
    - name: exporter
      image: {{ include "wxapp.image" . }}
      imagePullPolicy: {{ .Values.image.pullPolicy }}
      {{- if .Values.demo }}
      args: [demo]
      {{- end }}
      env:
        {{- include "wxapp.environment" . | trim | nindent 8 }}
      ports:
        - {name: http, containerPort: 10120}
      {{- include "wxapp.probes" . | trim | nindent 6 }}
      {{- with .Values.resources }}
      resources: {{- toYaml . | nindent 8 }}
      {{- end }}
      securityContext:
        allowPrivilegeEscalation: false
        readOnlyRootFilesystem: true
        capabilities: {drop: [ALL]}
      volumeMounts:
        {{- if not .Values.demo }}
        - {name: apps, mountPath: /etc/wxapp, readOnly: true}
        {{- end }}
        {{- if include "wxapp.bucket" . }}
        - {name: bucket, mountPath: /etc/wxapp-bucket, readOnly: true}
        {{- else }}
        - {name: archive, mountPath: /data}
        {{- end }}
        {{- if .Values.spool.enabled }}
        - {name: spool, mountPath: /spool}
        {{- end }}
        {{- if include "wxapp.webConfig" . }}
        - {name: web, mountPath: /etc/wxapp-web, readOnly: true}
        {{- end }}
        {{- with .Values.extraVolumeMounts }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
  volumes:
    {{- if not .Values.demo }}
    - name: apps
      secret: {secretName: {{ include "wxapp.appsSecret" . }}}
    {{- end }}
    {{- if include "wxapp.bucket" . }}
    - name: bucket
      secret: {secretName: {{ include "wxapp.bucketSecret" . }}}
    {{- else if include "wxapp.volume" . }}
    - name: archive
      persistentVolumeClaim: {claimName: {{ include "wxapp.claim" . }}}
    {{- else }}
    - name: archive
      emptyDir: {}
    {{- end }}
    {{- if .Values.spool.enabled }}
    - name: spool
      emptyDir: {sizeLimit: {{ .Values.spool.sizeLimit }}}
    {{- end }}
    {{- if include "wxapp.webConfig" . }}
    - name: web
      secret: {secretName: {{ include "wxapp.webSecret" . }}}
    {{- end }}
    {{- with .Values.extraVolumes }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- with .Values.nodeSelector }}
  nodeSelector: {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.affinity }}
  affinity: {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.tolerations }}
  tolerations: {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.topologySpreadConstraints }}
  topologySpreadConstraints: {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end -}}

{{- define "wxapp.environment" -}}
{{- if not .Values.demo }}
- {name: WXAPP_APPS_FILE, value: /etc/wxapp/apps.yml}
{{- end }}
{{- if include "wxapp.bucket" . }}
- {name: WXAPP_ARCHIVE_CONFIG_FILE, value: /etc/wxapp-bucket/objstore.yml}
{{- else }}
- {name: WXAPP_ARCHIVE, value: /data}
{{- end }}
{{- if .Values.spool.enabled }}
- {name: WXAPP_ARCHIVE_SPOOL, value: /spool}
{{- end }}
- {name: WXAPP_STOP_TIMEOUT, value: {{ .Values.stopTimeoutSeconds }}s}
{{- if gt (int .Values.shards) 1 }}
- name: WXAPP_SHARD
  valueFrom:
    fieldRef: {fieldPath: "metadata.labels['apps.kubernetes.io/pod-index']"}
- {name: WXAPP_TOTAL_SHARDS, value: {{ .Values.shards | quote }}}
{{- end }}
{{- if include "wxapp.webConfig" . }}
- {name: WXAPP_WEB_CONFIG_FILE, value: /etc/wxapp-web/web.yml}
{{- end }}
{{- with .Values.web.externalURL }}
- {name: WXAPP_EXTERNAL_URL, value: {{ . | quote }}}
{{- end }}
{{- with .Values.otlp }}
{{- if .endpoint }}
- {name: OTEL_EXPORTER_OTLP_ENDPOINT, value: {{ .endpoint | quote }}}
- {name: OTEL_EXPORTER_OTLP_PROTOCOL, value: {{ .protocol }}}
{{- if or .headers .existingSecret }}
- name: OTEL_EXPORTER_OTLP_HEADERS
  valueFrom:
    secretKeyRef: {name: {{ include "wxapp.otlpSecret" $ }}, key: headers}
{{- end }}
{{- with .resourceAttributes }}
{{- $attributes := list }}
{{- range $name, $value := . }}
{{- $attributes = append $attributes (printf "%s=%s" $name ($value | toString | urlquery | replace "+" "%20")) }}
{{- end }}
- {name: OTEL_RESOURCE_ATTRIBUTES, value: {{ join "," $attributes | quote }}}
{{- end }}
{{- end }}
{{- end }}
{{- range $name, $value := .Values.settings }}
- {name: {{ $name }}, value: {{ $value | toString | quote }}}
{{- end }}
{{- with .Values.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* It is ready after five minutes at the latest, hence the 66 times five seconds. */}}
{{- define "wxapp.probes" -}}
{{- if include "wxapp.webConfig" . -}}
{{- /* These need neither the password nor a certificate. */ -}}
startupProbe:
  exec: {command: [/wxapp_exporter, healthcheck]}
  periodSeconds: 5
  timeoutSeconds: 5
  failureThreshold: 66
livenessProbe:
  exec: {command: [/wxapp_exporter, healthcheck]}
  periodSeconds: 30
  timeoutSeconds: 5
  failureThreshold: 4
{{- else -}}
startupProbe:
  httpGet: {path: /-/ready, port: http}
  periodSeconds: 5
  timeoutSeconds: 5
  failureThreshold: 66
livenessProbe:
  httpGet: {path: /-/healthy, port: http}
  periodSeconds: 30
  timeoutSeconds: 5
  failureThreshold: 4
readinessProbe:
  httpGet: {path: /-/ready, port: http}
  periodSeconds: 10
  timeoutSeconds: 5
{{- end }}
{{- end -}}
