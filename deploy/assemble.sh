#!/usr/bin/env bash
# Puts what production needs into an empty folder: the built server, the migrations and what applies them, the packages.
#   deploy/assemble.sh FOLDER [npm ci options]     in the root of a checkout, after npm run build
# What is copied is named here, one by one: what nobody names stays out. @control A9.4
set -euo pipefail

target=${1:?the folder is missing}
shift
if [[ -e "$target" && -n "$(ls -A "$target")" ]]; then
  echo "$target is not empty" >&2
  exit 1
fi

mkdir -p "$target/prisma" "$target/scripts"
cp package.json package-lock.json .npmrc LICENSE "$target"
cp -R dist "$target/dist"
cp -R prisma/schema prisma/migrations "$target/prisma"
cp -R scripts/bootstrap scripts/db "$target/scripts"
cp scripts/built-command.ts "$target/scripts"
cp -R scripts/keys scripts/audit "$target/scripts"
find "$target/dist" -type f \( -name '.*' -o -name '*.map' -o -name '*.d.ts' -o -name '*.spec.*' \) -delete

cd "$target"
npm ci --omit=dev --no-fund --no-audit "$@"
# The image has a Node of its own, from the Node project. --omit=optional would leave out the native half of koffi as well.
rm -rf node_modules/node-linux-* node_modules/node-darwin-* node_modules/node-win-* node_modules/.bin/node
