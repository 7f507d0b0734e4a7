// The rules that make src/ a house, applied to one file at a time; each finding says what would be right.

import { dirname, normalize } from 'node:path/posix';
import { entryMayImport, kernelRoom, longestFile, programRooms, rooms } from './rooms.ts';
import { type ImportStatement, readSourceFile } from './source-file.ts';

/** One broken rule; `path` is relative to the source root, `line` starts at 1. */
export interface Finding {
  readonly path: string;
  readonly line: number;
  readonly message: string;
}

/** Checks one file of the tree below `src/`; `path` is relative to it, with `/`. */
export function checkFile(path: string, text: string): Finding[] {
  const file = readSourceFile(text);
  const findings: Finding[] = [];
  const report = (line: number, message: string) => findings.push({ path, line, message });
  const room = roomOf(path);
  if (room !== undefined && !(room in rooms)) {
    report(
      1,
      `src/${room}/ is not a room of the house: put it into one, or add it to scripts/layers/rooms.ts and ARCHITECTURE.md`,
    );
    return findings;
  }
  if (file.lines > longestFile)
    report(longestFile + 1, `${file.lines} lines; no file over ${longestFile}: split it by purpose`);
  if (isDoor(path) && !file.startsWithComment) {
    report(1, 'a door opens with a paragraph: what the room is for and what it leaves to others');
  }
  for (const statement of file.imports) {
    for (const message of checkImport(path, statement)) report(statement.line, message);
  }
  if (!isTest(path)) findings.push(...checkCode(path, file.code));
  return findings;
}

/** What is wrong with one import, in the order a reader would want to mend it. */
function* checkImport(path: string, statement: ImportStatement): Generator<string> {
  const { specifier, star } = statement;
  if (star === 'export') yield `export * from '${specifier}': name what is exported`;
  const from = roomOf(path);
  if (!specifier.startsWith('.')) {
    if (specifier === 'bun:ffi' && from !== kernelRoom) yield `bun:ffi belongs to ${kernelRoom}/: ask it for the call`;
    return;
  }
  const target = normalize(`${dirname(path)}/${specifier}`);
  const to = roomOf(target);
  if (target.startsWith('..')) {
    const toTests = isTest(path) && target.startsWith('../test/');
    if (!toTests && target !== '../package.json') {
      yield `imports '${specifier}' from outside src/: sources stand on their own`;
    }
    return;
  }
  if (!/\.(ts|tsx|json)$/.test(target)) yield `'${specifier}': write the file's extension (.ts)`;
  if (to === undefined) yield `imports '${specifier}': nothing imports the program's entry`;
  // Tests of every room may build on the double of the kernel.
  else if (to === kernelRoom && isTest(path) && isDoor(target)) return;
  else if (to !== from) yield* checkOtherRoom({ from, to, target }, statement);
  else if (isDoor(target) && !isTest(path)) yield `imports its own door '${specifier}': import the file itself`;
}

function* checkOtherRoom(
  { from, to, target }: { from: string | undefined; to: string; target: string },
  { specifier, star }: ImportStatement,
): Generator<string> {
  const allowed = [...(from === undefined ? entryMayImport : (rooms[from]?.mayImport ?? [])), 'lib'];
  if (!allowed.includes(to)) {
    const who = from === undefined ? 'the entry' : `${from}/`;
    yield `${who} may not import ${to}/ ('${specifier}'); it may import: ${allowed.join(', ')}`;
    return;
  }
  if (!rooms[to]?.door) return;
  const door = `${to}/index.ts`;
  if (target !== door) yield `imports '${specifier}' past the door: import from ${door} and export it there by name`;
  if (star === 'import') yield `import * from ${door}: import explicit names`;
}

/**
 * A file call on a path that starts at the host's own /proc or /sys, or such a path built for a process. Plain strings are
 * a container's paths in a spec; namespaces and roots of a process are values handed to the runtime: those stay allowed.
 */
const hostTree =
  /\b(?:\w*(?:read|write|open|stat|access|exists|watch|mkdir|readdir|readlink|realpath)\w*|file)\(\s*['"`]\/(?:proc|sys)\b|['"`]\/proc\/(?:self|\$\{[^}]*\}\/(?!(?:ns|root)\/))/gi;
const codeRules: { pattern: RegExp; allowedIn: readonly (string | undefined)[]; message: string }[] = [
  {
    pattern: hostTree,
    allowedIn: [kernelRoom, undefined],
    message: `only ${kernelRoom}/ touches /proc and /sys: ask it`,
  },
  {
    pattern: /\bprocess\.(?:env|argv|exit|exitCode)\b|\bBun\.(?:env|argv)\b/g,
    allowedIn: [...programRooms, undefined],
    message: `only ${programRooms.join('/ and ')}/ read the environment and arguments, or exit: take it as a parameter`,
  },
  {
    pattern: /^(?:export )?(?:let|var) /gm,
    allowedIn: [],
    message: 'module-level mutable state: put it into what daemon/build-daemon.ts constructs',
  },
];

function* checkCode(path: string, code: string): Generator<Finding> {
  for (const { pattern, allowedIn, message } of codeRules) {
    if (allowedIn.includes(roomOf(path))) continue;
    for (const match of code.matchAll(pattern)) {
      const line = code.slice(0, match.index).split('\n').length;
      yield { path, line, message: `${match[0].trim()}: ${message}` };
    }
  }
}

/** The first folder of a path below src/, or undefined for the entry itself. */
function roomOf(path: string): string | undefined {
  const slash = path.indexOf('/');
  return slash === -1 ? undefined : path.slice(0, slash);
}

function isDoor(path: string): boolean {
  const [room = '', file, ...deeper] = path.split('/');
  return file === 'index.ts' && deeper.length === 0 && rooms[room]?.door === true;
}

/** A test, a suite that tests run, or a folder `testing/` of what they need. */
function isTest(path: string): boolean {
  return /\.(test|suite)\.tsx?$/.test(path) || path.includes('/testing/');
}
