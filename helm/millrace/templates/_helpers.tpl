{{- define "millrace.labels" -}}
app.kubernetes.io/part-of: millrace
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}

{{- define "millrace.image" -}}
{{ required "set images.registry to where the images lie" .root.Values.images.registry }}/{{ .name }}:{{ .root.Values.images.tag }}
{{- end }}

{{- define "millrace.secret" -}}
{{ required "set secret.existingName to a Secret with the passwords and the masking key" .Values.secret.existingName }}
{{- end }}

{{- define "millrace.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
seccompProfile: {type: RuntimeDefault}
{{- end }}

{{- define "millrace.containerSecurity" -}}
allowPrivilegeEscalation: false
capabilities: {drop: [ALL]}
{{- end }}

{{/* What a use case's ConfigMap is called in the release (.root), and its volume: the release's own has no other name. */}}
{{- define "millrace.useCaseName" -}}
use-case{{ if ne .useCase .root.Values.useCase }}-{{ .useCase | lower | replace "_" "-" }}{{ end }}
{{- end }}

{{- define "millrace.useCaseFiles" -}}
{{- $prefix := printf "use-cases/%s/" .useCase }}
{{- $files := .root.Files.Glob (printf "%s**" $prefix) }}
{{- if not $files }}{{ fail (printf "use-cases/%s is not in the chart: package it from the repository" .useCase) }}{{ end -}}
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .root.Release.Name }}-{{ include "millrace.useCaseName" . }}
  labels: {{- include "millrace.labels" .root | nindent 4 }}
data:
{{- range $path, $content := $files }}
  {{ $path | trimPrefix $prefix | replace "/" "__" }}: |-
    {{- $content | toString | nindent 4 }}
{{- end }}
{{- end }}

{{/* A use case's files, at their paths: a key of a ConfigMap has no slashes. */}}
{{- define "millrace.oneUseCaseVolume" -}}
{{- $prefix := printf "use-cases/%s/" .useCase -}}
- name: {{ include "millrace.useCaseName" . }}
  configMap:
    name: {{ .root.Release.Name }}-{{ include "millrace.useCaseName" . }}
    items:
    {{- range $path, $_ := .root.Files.Glob (printf "%s**" $prefix) }}
      - {key: {{ $path | trimPrefix $prefix | replace "/" "__" | quote }}, path: {{ $path | trimPrefix $prefix | quote }}}
    {{- end }}
{{- end }}

{{- define "millrace.oneUseCaseMount" -}}
- {name: {{ include "millrace.useCaseName" . }}, mountPath: /use-cases/{{ .useCase }}, readOnly: true}
{{- end }}

{{- define "millrace.useCaseVolume" -}}
{{ include "millrace.oneUseCaseVolume" (dict "root" . "useCase" .Values.useCase) }}
{{- end }}

{{- define "millrace.useCaseMount" -}}
{{ include "millrace.oneUseCaseMount" (dict "root" . "useCase" .Values.useCase) }}
{{- end }}

{{/* What the two services that are called over HTTP know callers and themselves by. Whole folders: files of Secrets change in place. */}}
{{- define "millrace.securityVolumes" -}}
{{- with .Values.security }}
- {name: jwt-keys, emptyDir: {}}
{{- with .apiKeys.existingSecret }}
- {name: api-keys, secret: {secretName: {{ . }}, items: [{key: api-keys, path: api-keys}]}}
{{- end }}
{{- with .tls.existingSecret }}
- {name: tls, secret: {secretName: {{ . }}}}
{{- end }}
{{- end }}
{{- end }}

{{- define "millrace.securityMounts" -}}
{{- with .Values.security }}
- {name: jwt-keys, mountPath: /var/lib/millrace-keys}
{{- if .apiKeys.existingSecret }}
- {name: api-keys, mountPath: /etc/millrace/keys, readOnly: true}
{{- end }}
{{- if .tls.existingSecret }}
- {name: tls, mountPath: /etc/millrace/tls, readOnly: true}
{{- end }}
{{- end }}
{{- end }}

{{- define "millrace.scheme" -}}
{{ ternary "https" "http" (ne .Values.security.tls.existingSecret "") }}
{{- end }}

{{/* A changed setting or definition restarts what has read it. */}}
{{- define "millrace.annotations" -}}
checksum/settings: {{ include (print $.Template.BasePath "/settings.yaml") . | sha256sum }}
checksum/use-case: {{ include (print $.Template.BasePath "/use-case.yaml") . | sha256sum }}
{{- end }}

{{- define "millrace.scrape" -}}
prometheus.io/scrape: "true"
prometheus.io/path: /metrics
prometheus.io/port: {{ . | quote }}
{{- end }}
