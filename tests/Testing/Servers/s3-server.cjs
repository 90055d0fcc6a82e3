// node s3-server.cjs <port> <folder> [honour-conditions]
//
// s3rver, with what it lacks put in front of it: signatures of version 4 are checked (header and query), parts of an object are only given out as long
// as it is the one that If-Match names, uploads can be listed and aborted, keys are listed in their order, in pages, percent-encoded when asked. With "honour-conditions" an object
// is written with If-None-Match: * only where there is none; without, that header is ignored, as s3rver does.
// POST /-/buckets/<name> makes a bucket. POST / takes AssumeRole, and whoever comes with such credentials may do what their policy says and no more;
// and AssumeRoleWithWebIdentity without a signature, with a token "identity-until-<seconds>", refused from that time on. A role
// "one-hour" is not given for longer.
'use strict';
const crypto = require('node:crypto');
const fs = require('node:fs');
const http = require('node:http');
const path = require('node:path');
const { pipeline } = require('node:stream/promises');
const S3rver = require('s3rver');

const [port, directory, conditions] = process.argv.slice(2);
const honoursConditions = conditions === 'honour-conditions';
const secrets = new Map([['S3RVER', 'S3RVER']]);
const app = new S3rver({ directory, silent: true, vhostBuckets: false });

// s3rver answers before an object is written: who asks at once finds none of it, or half.
app.store.putObject = async function (object) {
  const file = this.getResourcePath(object.bucket, object.key, 'object');
  await fs.promises.mkdir(path.dirname(file), { recursive: true });
  const hash = crypto.createHash('md5');
  let size = 0;
  const counted = async function* (chunks) {
    for await (const chunk of chunks) {
      hash.update(chunk);
      size += chunk.length;
      yield chunk;
    }
  };
  await pipeline(Buffer.isBuffer(object.content) ? [object.content] : object.content, counted, fs.createWriteStream(file));
  const md5 = hash.digest('hex');
  await this.putMetadata(object.bucket, object.key, object.metadata, md5);
  return { size, md5 };
};
const serve = app.callback();

const uploads = new Map();
const { store } = app;
const initiate = store.initiateUpload.bind(store);
store.initiateUpload = async (bucket, key, id, metadata) => {
  uploads.set(id, { bucket, key, begun: new Date() });
  return initiate(bucket, key, id, metadata);
};

const hmac = (key, text) => crypto.createHmac('sha256', key).update(text, 'utf8').digest();
const encode = text => encodeURIComponent(text).replace(/[!'()*]/g, c => '%' + c.charCodeAt(0).toString(16).toUpperCase());
const escape = text => text.replace(/[<>&'"]/g, c => `&#${c.charCodeAt(0)};`);

function answer(res, status, code, message) {
  res.writeHead(status, { 'content-type': 'application/xml', 'x-amz-request-id': 'TESTREQUEST' });
  res.end(res.req.method === 'HEAD' ? '' : `<Error><Code>${code}</Code><Message>${message}</Message></Error>`);
}

const sessions = new Map();
const secretOf = id => secrets.get(id) ?? sessions.get(id)?.secret;
const idOf = (req, url) => (url.searchParams.get('X-Amz-Credential') ?? /Credential=([^,]+)/.exec(req.headers.authorization ?? '')?.[1] ?? '').split('/')[0];

function sessionFault(req, url, session) {
  if ((req.headers['x-amz-security-token'] ?? url.searchParams.get('X-Amz-Security-Token')) !== session.token) return 'InvalidToken';
  return Date.now() > session.endsAt ? 'ExpiredToken' : null;
}

function matches(pattern, text) {
  const literal = c => c.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
  const parts = pattern.match(/\$\{[*?$]\}|[^]/g).map(p => (p.length > 1 ? literal(p[2]) : p === '*' ? '[^]*' : p === '?' ? '[^]' : literal(p)));
  return new RegExp(`^${parts.join('')}$`).test(text);
}

// What a session's policy allows: reading objects and listing prefixes that it names.
function isAllowed(policy, req, url, bucket, key) {
  const isList = req.method === 'GET' && key === '' && url.searchParams.get('list-type') === '2';
  const action = isList ? 's3:ListBucket' : key !== '' && ['GET', 'HEAD'].includes(req.method) ? 's3:GetObject' : null;
  const resource = `arn:aws:s3:::${bucket}${isList ? '' : `/${key}`}`;
  return policy.Statement.some(statement => {
    const prefixes = statement.Condition?.StringLike['s3:prefix'];
    return (
      statement.Effect === 'Allow' &&
      statement.Action === action &&
      matches(statement.Resource, resource) &&
      (!prefixes || prefixes.some(pattern => matches(pattern, url.searchParams.get('prefix') ?? '')))
    );
  });
}

async function assumeRole(req, res, url) {
  const chunks = [];
  for await (const chunk of req) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  const form = new URLSearchParams(body.toString('utf8'));
  const action = form.get('Action');
  if (action === 'AssumeRoleWithWebIdentity') {
    const until = /^identity-until-(\d+)$/.exec(form.get('WebIdentityToken') ?? '')?.[1];
    if (!until || req.headers.authorization) return answer(res, 400, 'InvalidIdentityToken', 'The ID Token provided is not a valid JWT');
    if (Date.now() >= Number(until) * 1000) return answer(res, 400, 'ExpiredTokenException', 'Token expired');
    if (!/^arn:aws:iam::\d+:role\/.+$/.test(form.get('RoleArn') ?? '') || !/^[\w+=,.@-]{2,64}$/.test(form.get('RoleSessionName') ?? ''))
      return answer(res, 400, 'ValidationError', 'The request is not valid');
    if (form.get('RoleArn').endsWith('/one-hour') && Number(form.get('DurationSeconds')) > 3600)
      return answer(res, 400, 'ValidationError', 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.');
  } else {
    const code = fault(req, url, crypto.createHash('sha256').update(body).digest('hex'));
    if (code) return answer(res, 403, code, 'The request is not signed as it should be.');
    const session = sessions.get(idOf(req, url));
    const sessionCode = session && sessionFault(req, url, session);
    if (sessionCode) return answer(res, 403, sessionCode, 'The session is not good.');
    if (session && Number(form.get('DurationSeconds')) > 3600)
      return answer(res, 400, 'ValidationError', 'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.');
  }
  const [id, secret, token] = ['ASIA', '', ''].map(start => start + crypto.randomBytes(12).toString('hex').toUpperCase());
  const endsAt = Date.now() + Number(form.get('DurationSeconds') ?? 3600) * 1000;
  sessions.set(id, { secret, token, policy: JSON.parse(form.get('Policy')), endsAt });
  res.setHeader('content-type', 'text/xml');
  res.end(
    `<${action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><${action}Result><Credentials><AccessKeyId>${id}</AccessKeyId>` +
      `<SecretAccessKey>${secret}</SecretAccessKey><SessionToken>${token}</SessionToken><Expiration>${new Date(endsAt).toISOString()}</Expiration>` +
      `</Credentials></${action}Result></${action}Response>`,
  );
}

// Null where the request is signed as it should be, else the code of the refusal.
function fault(req, url, hash) {
  const query = [...url.searchParams].filter(([name]) => name !== 'X-Amz-Signature');
  const inQuery = url.searchParams.has('X-Amz-Signature');
  const header = /^AWS4-HMAC-SHA256 Credential=([^,]+), SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/.exec(req.headers.authorization ?? '');
  if (!inQuery && !header) return 'AccessDenied';
  const [credential, signed, signature] = inQuery
    ? ['X-Amz-Credential', 'X-Amz-SignedHeaders', 'X-Amz-Signature'].map(name => url.searchParams.get(name))
    : header.slice(1);
  const time = inQuery ? url.searchParams.get('X-Amz-Date') : req.headers['x-amz-date'];
  const [id, ...scope] = credential.split('/');
  if (!secretOf(id)) return 'InvalidAccessKeyId';
  const begun = Date.parse(time.replace(/^(....)(..)(..)T(..)(..)(..)Z$/, '$1-$2-$3T$4:$5:$6Z'));
  const lifetime = inQuery ? Number(url.searchParams.get('X-Amz-Expires')) * 1000 : 15 * 60 * 1000;
  if (Date.now() > begun + lifetime) return 'AccessDenied';
  const canonical = [
    req.method,
    url.pathname.split('/').map(segment => encode(decodeURIComponent(segment))).join('/'),
    query.map(([name, value]) => `${encode(name)}=${encode(value)}`).sort().join('&'),
    ...signed.split(';').map(name => `${name}:${(req.headers[name] ?? '').trim()}`),
    '',
    signed,
    inQuery ? 'UNSIGNED-PAYLOAD' : (hash ?? req.headers['x-amz-content-sha256']),
  ].join('\n');
  const text = ['AWS4-HMAC-SHA256', time, scope.join('/'), crypto.createHash('sha256').update(canonical, 'utf8').digest('hex')].join('\n');
  const key = scope.reduce(hmac, 'AWS4' + secretOf(id));
  return hmac(key, text).toString('hex') === signature ? null : 'SignatureDoesNotMatch';
}

const turns = new Map();
function inTurn(name, work) {
  const turn = (turns.get(name) ?? Promise.resolve()).then(work, work);
  turns.set(name, turn);
  return turn;
}

const find = async (bucket, key) => {
  try {
    return await store.getObject(bucket, key, undefined);
  } catch {
    return null;
  }
};

// s3rver lists folder by folder, and cannot go on after a page.
async function list(res, bucket, query) {
  if (!(await store.getBucket(bucket))) return answer(res, 404, 'NoSuchBucket', 'The specified bucket does not exist');
  const after = query.get('continuation-token') ?? query.get('start-after') ?? '';
  const compare = (a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b));
  const all = (await store.listObjects(bucket, { prefix: query.get('prefix') ?? '' })).objects;
  const objects = all.filter(object => compare(object.key, after) > 0).sort((a, b) => compare(a.key, b.key));
  const page = objects.slice(0, Number(query.get('max-keys') ?? 1000));
  const isEncoded = query.get('encoding-type') === 'url';
  const contents = page.map(object => {
    const key = isEncoded ? encode(object.key).replaceAll('%20', '+') : escape(object.key);
    const modified = object.lastModifiedDate.toISOString();
    return `<Contents><Key>${key}</Key><LastModified>${modified}</LastModified><ETag>${escape(object.metadata.etag)}</ETag><Size>${object.size}</Size></Contents>`;
  });
  const isTruncated = page.length < objects.length;
  res.setHeader('content-type', 'application/xml');
  res.end(
    `<?xml version="1.0"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><IsTruncated>${isTruncated}</IsTruncated>` +
      (isTruncated ? `<NextContinuationToken>${escape(page.at(-1).key)}</NextContinuationToken>` : '') +
      (isEncoded ? '<EncodingType>url</EncodingType>' : '') +
      `${contents.join('')}</ListBucketResult>`,
  );
}

const done = (req, res) => new Promise(resolve => (res.on('close', resolve), serve(req, res)));

async function handle(req, res) {
  const url = new URL(req.url, 'http://s3');
  const made = /^\/-\/buckets\/([^/]+)$/.exec(url.pathname);
  if (made && req.method === 'POST') {
    await store.putBucket(made[1]);
    res.end();
    return;
  }

  if (url.pathname === '/' && req.method === 'POST') return assumeRole(req, res, url);
  const session = sessions.get(idOf(req, url));
  const code = fault(req, url) ?? (session && sessionFault(req, url, session));
  if (code) return answer(res, 403, code, 'The request is not signed as it should be.');
  // Checked here; behind this, signatures mean nothing.
  delete req.headers.authorization;
  const [, bucket, ...rest] = url.pathname.split('/').map(decodeURIComponent);
  const key = rest.join('/');
  if (session?.policy && !isAllowed(session.policy, req, url, bucket, key)) return answer(res, 403, 'AccessDenied', 'Access Denied');
  if (inQuerySigned(url)) req.url = url.pathname;

  if (req.method === 'GET' && key === '' && url.searchParams.has('uploads')) {
    const found = [...uploads].filter(([, upload]) => upload.bucket === bucket && upload.key.startsWith(url.searchParams.get('prefix') ?? ''));
    const list = found.map(([id, u]) => `<Upload><Key>${escape(u.key)}</Key><UploadId>${id}</UploadId><Owner><ID>o</ID></Owner><Initiated>${u.begun.toISOString()}</Initiated></Upload>`);
    res.setHeader('content-type', 'application/xml');
    return res.end(`<?xml version="1.0"?><ListMultipartUploadsResult><Bucket>${bucket}</Bucket><IsTruncated>false</IsTruncated>${list.join('')}</ListMultipartUploadsResult>`);
  }

  if (req.method === 'GET' && key === '' && url.searchParams.get('list-type') === '2') return list(res, bucket, url.searchParams);

  if (req.method === 'DELETE' && url.searchParams.has('uploadId')) {
    uploads.delete(url.searchParams.get('uploadId'));
    return res.writeHead(204).end();
  }

  if (req.method === 'POST' && url.searchParams.has('uploadId')) {
    return ifAbsent(req, res, bucket, key, async () => {
      await done(req, res);
      uploads.delete(url.searchParams.get('uploadId'));
    });
  }

  if (req.method === 'GET' && req.headers['if-match']) {
    const present = await find(bucket, key);
    present?.content?.destroy();
    if (present?.metadata.etag !== req.headers['if-match']) return answer(res, 412, 'PreconditionFailed', 'The object is another one.');
  }

  if (req.method === 'PUT') return ifAbsent(req, res, bucket, key, () => done(req, res));

  serve(req, res);
}

// Does the work, unless it is to be done only where there is no object and there is one.
function ifAbsent(req, res, bucket, key, work) {
  if (!honoursConditions || req.headers['if-none-match'] !== '*') return work();
  return inTurn(`${bucket}/${key}`, async () => {
    const present = await find(bucket, key);
    present?.content?.destroy();
    if (!present) return work();
    req.resume();
    answer(res, 412, 'PreconditionFailed', 'At least one of the pre-conditions you specified did not hold');
  });
}

// s3rver reads files that others replace and delete meanwhile; such a request fails, and not the server with it.
function fail(res, error) {
  console.error(error);
  if (res.headersSent) res.destroy();
  else answer(res, 500, 'InternalError', 'We encountered an internal error. Please try again.');
}
process.on('uncaughtException', error => console.error(error));

http.createServer((req, res) => handle(req, res).catch(error => fail(res, error))).listen(Number(port), '127.0.0.1');

function inQuerySigned(url) {
  return url.searchParams.has('X-Amz-Signature');
}
