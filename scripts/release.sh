#!/usr/bin/env bash
# All of a release that needs nobody's account: its files, sums, bill of materials and notes, in the folder release.
#   npm run release:dry           tries it
#   bash scripts/release.sh v1.2.3  the same for a tag, which has to be that of package.json and of the changelog's first part
set -euo pipefail
cd "$(dirname "$0")/.."
tag=${1:-}
version=$(node -p 'require("./package.json").version')
homepage=$(node -p 'require("./package.json").homepage ?? ""')

# The changelog's part of this version: from its heading to the next.
notes() { awk -v heading="## $version" 'index($0, "## ") == 1 { shown = index($0, heading) == 1; next } shown' CHANGELOG.md; }

fail() { printf 'no release: %s\n' "$*" >&2; exit 1; }
if [ -n "$tag" ]; then
  [ "$tag" = "v$version" ] || fail "the tag is $tag, package.json has $version"
  [ -n "$homepage" ] || fail 'the project has no address: set homepage in package.json'
  ! grep -q "^## $version – unreleased" CHANGELOG.md || fail "the changelog calls $version unreleased"
fi
[ -n "$(notes)" ] || fail "the changelog has nothing of $version"

node scripts/package.mjs --single
if command -v lintian >/dev/null; then lintian --no-cfg --allow-root --fail-on error release/*.deb; fi
# What is bundled is what is needed for running alone.
npm sbom --omit dev --sbom-format cyclonedx >release/sbom.cdx.json
(cd release && sha256sum sbom.cdx.json >>SHA256SUMS && sha256sum --check --strict --quiet SHA256SUMS)
notes >release.md
npm publish --dry-run ./release/home-lab-infra-monitor-"$version".tgz 2>&1 | sed -n 's/^npm notice \(total files\|package size\|unpacked size\)/npm: \1/p'
printf 'release %s is ready, with notes in release.md\n' "$version"
