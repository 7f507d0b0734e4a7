// Credentials in files, with helpers and in the environment.

import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CredentialStore } from './credential-store.ts';
import { credentialKey, hubKey, toHostname } from './registry-key.ts';

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'berth-credentials-'));
  file = join(folder, 'docker', 'config.json');
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function open(environment: Record<string, string> = {}): CredentialStore {
  const given = { PATH: `${folder}:${process.env.PATH}`, DOCKER_CONFIG: join(folder, 'docker'), ...environment };
  return new CredentialStore({ environment: given }, { config: '' });
}

function write(config: object): void {
  mkdirSync(join(folder, 'docker'), { recursive: true });
  writeFileSync(file, JSON.stringify(config));
}

const read = () => JSON.parse(readFileSync(file, 'utf8'));
const auth = (text: string) => ({ auth: Buffer.from(text).toString('base64') });

test('Docker Hub has a key of its own, others their host', () => {
  expect(credentialKey('docker.io')).toBe(hubKey);
  expect(credentialKey('localhost:5000')).toBe('localhost:5000');
  expect(
    ['https://a.b:5000/v2/', 'http://a.b/v1', 'a.b/x', 'https://[::1]:5000', 'https://u@h/'].map(toHostname),
  ).toEqual(['a.b:5000', 'a.b', 'a.b', '[::1]:5000', 'h']);
});

describe('in the configuration file', () => {
  test('they are kept for the user alone, beside everything else', async () => {
    const store = open();
    expect(await store.store({ serveraddress: 'a.b', username: 'me', password: 'x:y' })).toBe(file);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder, 'docker')).mode & 0o777).toBe(0o700);
    expect(read()).toEqual({ auths: { 'a.b': auth('me:x:y') } });
    expect(await store.get('a.b')).toEqual({ serveraddress: 'a.b', username: 'me', password: 'x:y' });
  });

  test('other keys, the mode and a link stay as they are', async () => {
    write({ psFormat: 'x', auths: { z: auth('u:p') }, unknown: { deep: [1] } });
    chmodSync(file, 0o640);
    const link = join(folder, 'link');
    mkdirSync(link);
    symlinkSync(file, join(link, 'config.json'));
    await open({ DOCKER_CONFIG: link }).store({ serveraddress: 'a', username: 'u', identitytoken: 'token' });
    expect(read()).toEqual({
      auths: { a: { ...auth('u:'), identitytoken: 'token' }, z: auth('u:p') },
      psFormat: 'x',
      unknown: { deep: [1] },
    });
    expect(statSync(file).mode & 0o777).toBe(0o640);
  });

  test('what is the same already is not written', async () => {
    write({ auths: { a: auth('u:p') } });
    expect(await open().store({ serveraddress: 'a', username: 'u', password: 'p' })).toBeUndefined();
  });

  test('an old entry by address is found, and erased by its own name', async () => {
    write({ auths: { 'https://a.b/v1/': auth('u:p') } });
    expect(await open().get('a.b')).toMatchObject({ username: 'u', serveraddress: 'https://a.b/v1/' });
    await open().erase('a.b');
    expect(await open().get('a.b')).toMatchObject({ username: 'u' });
    await open().erase('https://a.b/v1/');
    expect(await open().get('a.b')).toEqual({});
  });

  test.each([
    ['{', 'Error parsing config file'],
    ['{bad', "invalid character 'b' looking for beginning of object key string"],
    ['{"auths":[]}', 'auths: not an object'],
    ['{"auths":{"a":{"auth":"eA=="}}}', 'auths: a: Invalid auth configuration file'],
    ['{"credsStore":5}', 'credsStore: not a string'],
  ])('nonsense is named and never overwritten: %s', async (text, message) => {
    write({});
    writeFileSync(file, text);
    await expect(open().store({ serveraddress: 'b', username: 'u', password: 'p' })).rejects.toThrow(message);
    expect(readFileSync(file, 'utf8')).toBe(text);
  });
});

describe('with a helper', () => {
  // Keeps one line for each server in files beside it; `sed` finds the server in the JSON.
  const script = `#!/bin/sh
cd "${'$'}(dirname "${'$'}0")"; in=${'$'}(cat)
case ${'$'}1 in
get) f=kept-${'$'}(echo "${'$'}in" | tr '/:' '__'); [ -f "${'$'}f" ] && cat "${'$'}f" || { echo "credentials not found in native keychain"; exit 1; };;
store) s=${'$'}(echo "${'$'}in" | sed 's/.*"ServerURL":"\\([^"]*\\)".*/\\1/' | tr '/:' '__'); echo "${'$'}in" > "kept-${'$'}s";;
erase) rm -f "kept-${'$'}(echo "${'$'}in" | tr '/:' '__')";;
esac
`;

  beforeEach(() => {
    writeFileSync(join(folder, 'docker-credential-test'), script, { mode: 0o755 });
    writeFileSync(join(folder, 'docker-credential-closed'), '#!/bin/sh\necho "the vault is closed"; exit 3\n', {
      mode: 0o755,
    });
  });

  test('the helper has the secret, the file a note', async () => {
    write({ credsStore: 'test' });
    expect(await open().store({ serveraddress: 'a.b', username: 'me', password: 'secret' })).toBeUndefined();
    expect(read()).toEqual({ auths: { 'a.b': {} }, credsStore: 'test' });
    expect(await open().get('a.b')).toEqual({ serveraddress: 'a.b', username: 'me', password: 'secret' });
    expect(await open().get('other')).toEqual({});
    await open().erase('a.b');
    expect(await open().get('a.b')).toEqual({});
    expect(read()).toEqual({ auths: {}, credsStore: 'test' });
  });

  test('an identity token goes by the name <token>', async () => {
    write({ credHelpers: { 'a.b': 'test' }, auths: { c: auth('u:p') } });
    await open().store({ serveraddress: 'a.b', username: 'me', password: '', identitytoken: 'id' });
    expect(readFileSync(join(folder, 'kept-a.b'), 'utf8')).toContain('"Username":"<token>","Secret":"id"');
    expect(await open().get('a.b')).toEqual({ serveraddress: 'a.b', identitytoken: 'id' });
    expect(await open().get('c')).toMatchObject({ username: 'u' });
  });

  test('a helper that fails or is not there says so', async () => {
    write({ credsStore: 'closed' });
    await expect(open().get('a')).rejects.toThrow(
      'error getting credentials - err: exit status 3, out: `the vault is closed`',
    );
    write({ credsStore: 'nowhere' });
    await expect(open().get('a')).rejects.toThrow(
      'exec: "docker-credential-nowhere": executable file not found in $PATH',
    );
  });
});

test('DOCKER_AUTH_CONFIG goes before the file', async () => {
  write({ auths: { a: auth('file:p'), b: auth('file:p') } });
  const store = open({ DOCKER_AUTH_CONFIG: JSON.stringify({ auths: { a: auth('given:p') } }) });
  expect(await store.get('a')).toMatchObject({ username: 'given' });
  expect(await store.get('b')).toMatchObject({ username: 'file' });
});
