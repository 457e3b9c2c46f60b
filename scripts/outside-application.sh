#!/usr/bin/env bash
# Makes the application of packages/release-checks/application outside of this workspace: with the packed
# object store from npm, its own users, images, Sequelize and sequelize-cli, and Jest as it comes.
set -euo pipefail
cd "$(dirname "$0")/.."

export DO_NOT_TRACK=1 TURBO_TELEMETRY_DISABLED=1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

npx --yes pnpm@12 exec turbo run build --filter=@repo/local-services --output-logs=errors-only
npx --yes pnpm@12 pack:object-store --name object-store --out "$folder/packed"
cp -R packages/release-checks/application "$folder/application"
cp "$folder"/packed/*.tgz "$folder/application/object-store.tgz"
services=$PWD/packages/release-checks/src/with-services.js

cd "$folder/application"
npm install --silent --no-audit --no-fund
node "$services" bash -euc '
  npm run --silent migrate
  npm run --silent rollback
  npm run --silent migrate
  npm test --silent
'
