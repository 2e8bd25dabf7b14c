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

{{/* The use case's files, at their paths: a key of a ConfigMap has no slashes. */}}
{{- define "millrace.useCaseVolume" -}}
{{- $prefix := printf "use-cases/%s/" .Values.useCase -}}
- name: use-case
  configMap:
    name: {{ .Release.Name }}-use-case
    items:
    {{- range $path, $_ := .Files.Glob (printf "%s**" $prefix) }}
      - {key: {{ $path | trimPrefix $prefix | replace "/" "__" | quote }}, path: {{ $path | trimPrefix $prefix | quote }}}
    {{- end }}
{{- end }}

{{- define "millrace.useCaseMount" -}}
- {name: use-case, mountPath: /use-cases/{{ .Values.useCase }}, readOnly: true}
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
