#!/usr/bin/env bash
# The page's own tests: its template is what the sources build, its figures, its views in Chromium.
#
# Usage: page_in_browser_test.sh BUILD SOURCE; called by CTest. Needs the npm packages and chromium,
# which `./dev test full` installs; without them it skips (77) and says why.
set -euo pipefail
build=$1
web=$2/analysis/web

skip() {
  echo "skipped: $1; ./dev test full installs it"
  exit 77
}
command -v node >/dev/null || skip "no node"
[ -d "$web/node_modules/vite" ] || skip "no npm packages in analysis/web/node_modules"
[ -x "${PLUMBLINE_CHROMIUM:-/usr/bin/chromium}" ] || skip "no chromium"

cd "$web"
built=$(mktemp -d)
trap 'rm -rf "$built"' EXIT
node_modules/.bin/tsc --noEmit
node_modules/.bin/vite build --outDir "$built" --emptyOutDir --logLevel warn
cmp "$built/page.html" dist/page.html ||
  { echo "dist/page.html is not what src/ builds: npm run build, and commit it" && exit 1; }
PLUMBLINE_BUILD=$build node_modules/.bin/vitest run
