// node engine.mjs <folder that chdb is installed in>
//
// Runs SQL for the tests: one JSON object per line comes in, {"id":1,"sql":"...","format":"..."}, and one goes out, {"id":1,"text":"..."} or
// {"id":1,"error":"..."}. Ends when the input does.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

// The engine takes absolute paths only below the folder that it runs in.
process.chdir('/');
const require = createRequire(join(process.argv[2], 'package.json'));
const chdb = require('chdb');

for await (const line of createInterface({ input: process.stdin })) {
  const { id, sql, format } = JSON.parse(line);
  let answer;
  try {
    answer = { id, text: String(chdb.query(sql, format ?? 'JSONCompactEachRow')) };
  } catch (error) {
    answer = { id, error: String(error.message ?? error) };
  }

  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
