// node fetch-duckdb.mjs <version> <platform> <library file> <destination folder>
//
// Unpacks DuckDB's library and licence from its npm package into the destination. Builds that run at once may all come here: each
// works in a folder of its own and the first rename wins, so that a destination folder is either absent or complete.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, utimesSync } from 'node:fs';
import { dirname, join } from 'node:path';

const [version, platform, library, destination] = process.argv.slice(2);
const packageName = `@duckdb/node-bindings-${platform}`;
const installed = () => existsSync(join(destination, library));

function fail(code, message) {
  console.error(`eng/fetch-duckdb.mjs : error ${code}: ${message}`);
  process.exit(1);
}

function run(command, args, cwd) {
  // npm is a script on Windows, which only a shell starts; none of the arguments holds a character that a shell reads.
  const result = spawnSync(command, args, { cwd, encoding: 'utf8', shell: process.platform === 'win32' });
  return { ok: !result.error && result.status === 0, text: `${result.error?.message ?? ''}${result.stderr ?? ''}`.trim() };
}

if (installed()) process.exit(0);

mkdirSync(dirname(destination), { recursive: true });
const work = mkdtempSync(join(dirname(destination), '.fetch-'));
process.on('exit', () => rmSync(work, { recursive: true, force: true }));

if (!run('npm', ['--version'], work).ok) {
  fail('DUCKDB002', 'npm was not found beside Node.js. Install npm, so that it is on the PATH.');
}

const pack = run('npm', ['pack', '--loglevel=error', `${packageName}@${version}`], work);
const archive = readdirSync(work).find(name => name.endsWith('.tgz'));
if (!pack.ok || !archive) {
  fail('DUCKDB003', `npm could not fetch ${packageName} ${version}: ${pack.text.replaceAll('\n', ' ')}`);
}

const unpack = run('tar', ['-xzf', archive], work);
if (!unpack.ok) fail('DUCKDB004', `tar could not unpack ${archive}: ${unpack.text}`);

const unpacked = join(work, 'package');
const manifest = JSON.parse(readFileSync(join(unpacked, 'package.json'), 'utf8'));
if (manifest.name !== packageName || manifest.version !== version) {
  fail('DUCKDB005', `expected ${packageName} ${version}, the package says it is ${manifest.name} ${manifest.version}`);
}

const ready = join(work, 'ready');
mkdirSync(ready);
for (const name of [library, 'LICENSE', 'package.json']) {
  if (!existsSync(join(unpacked, name))) fail('DUCKDB006', `${packageName} ${version} holds no ${name}`);
  copyFileSync(join(unpacked, name), join(ready, name));
  // Archives carry a fixed date; a build that copies what is newer would keep the library of an earlier version.
  utimesSync(join(ready, name), new Date(), new Date());
}

try {
  renameSync(ready, destination);
} catch (error) {
  if (!installed()) fail('DUCKDB007', `cannot move the library to ${destination}: ${error.message}`);
}
