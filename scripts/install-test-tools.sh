#!/usr/bin/env bash
# Installs the Debian packages that some tests talk to. Only where apt and root are there: elsewhere those tests are
# reported as skipped, by name (with CI=true they fail).
#   scripts/install-test-tools.sh [--help]
set -euo pipefail

# Package, and the program (or the file of it) that the tests look for.
packages=(
  "postgresql-client psql"    # looks at the database from outside
  "slowhttptest slowhttptest" # clients that are slow on purpose
  "sqlmap sqlmap"             # looks for SQL in what a request carries
  "ffuf ffuf"                 # looks for paths that were forgotten
  "hydra hydra"               # guesses passwords
  "redis-server redis-server" # the state that several instances share
  "chromium chromium"         # a browser that makes and uses passkeys
  "softhsm2 softhsm2-util"    # a hardware security module in software
  "opensc pkcs11-tool"        # makes keys in it
  "prometheus promtool"       # fetches the metrics, judges the alert rules
  "prometheus-alertmanager amtool" # delivers the alerts
  "rsyslog rsyslogd"          # a collector of security events
  "rsyslog-openssl /usr/lib/*/rsyslog/lmnsd_ossl.so" # its TLS
  "oathtool oathtool"         # a second implementation of one-time passwords
)

if [[ "${1:-}" == "--help" ]]; then
  sed -n '2,4s/^# \{0,1\}//p' "$0"
  exit 0
fi

missing=()
for entry in "${packages[@]}"; do
  read -r package program <<<"$entry"
  command -v "$program" >/dev/null || compgen -G "$program" >/dev/null || missing+=("$package")
done
if [[ ${#missing[@]} -eq 0 ]]; then exit 0; fi

if [[ "$(id -u)" != 0 ]] || ! command -v apt-get >/dev/null; then
  echo "not installed, their tests will be skipped: ${missing[*]}"
  exit 0
fi

echo "installing ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
# No service is started: the tests start their own, on ports of their own.
policy=/usr/sbin/policy-rc.d
if [[ ! -e "$policy" ]]; then
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod +x "$policy"
  trap 'rm -f "$policy"' EXIT
fi
log=$(mktemp)
if ! { apt-get update && apt-get install --yes --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
  tail -n 20 "$log"
  echo "not installed, their tests will be skipped: ${missing[*]}"
fi
rm -f "$log"
