// What bake files mean, as buildx prints it: expectations were taken from buildx 0.29.
import { describe, expect, test } from 'bun:test';
import type { BakeFile } from './files/bake-file.ts';
import { understandBakeFiles } from './files/load-bake-files.ts';
import { mergeBakeFiles } from './files/merge-targets.ts';
import { readBakeCompose } from './files/read-compose.ts';
import { parseOverride, settingAll } from './overrides.ts';
import { printTargets } from './print-targets.ts';
import { resolveTargets } from './resolve-targets.ts';
import { targetOptions, withFlags } from './target-options.ts';

const json = {
  variable: { TAG: { default: 'v1' } },
  group: { default: { targets: ['app', 'db'] } },
  target: {
    base: { args: { A: '1' }, labels: { x: 'y' }, 'cache-from': ['user/app:cache'] },
    app: {
      ...{ inherits: ['base'], context: 'app', tags: [`me/app:\${TAG}`], args: { B: '2' }, output: ['type=docker'] },
      ...{ secret: ['id=a,src=b'], platforms: ['linux/amd64'], 'no-cache': true, attest: ['type=provenance,mode=max'] },
      contexts: { o: 'target:db' },
    },
    db: { 'dockerfile-inline': 'FROM busybox\n' },
    m: { matrix: { v: ['1', '2'] }, name: `m-\${v}`, args: { V: `\${v}` } },
  },
};

const app = {
  attest: [{ mode: 'max', type: 'provenance' }],
  context: 'app',
  contexts: { o: 'target:db' },
  dockerfile: 'Dockerfile',
  args: { A: '1', B: '2' },
  labels: { x: 'y' },
  tags: ['me/app:v1'],
  'cache-from': [{ ref: 'user/app:cache', type: 'registry' }],
  secret: [{ id: 'a', src: 'b' }],
  platforms: ['linux/amd64'],
  output: [{ type: 'docker' }],
  'no-cache': true,
};
const db = { context: '.', dockerfile: 'Dockerfile', 'dockerfile-inline': 'FROM busybox\n' };

const read = (document: unknown = json, environment = {}) => readAll([document], environment);
const readAll = (documents: readonly unknown[], environment: Record<string, string> = {}) => {
  const files = documents.map((document, at) => ({ name: `${at}.json`, text: JSON.stringify(document) }));
  return understandBakeFiles(files, { environment, directory: '/' });
};
const print = (file: BakeFile, names: string[] = [], set: string[] = []) =>
  JSON.parse(printTargets(resolveTargets(file, names, settingAll(file, set.map(parseOverride)))));

describe('JSON', () => {
  test('has groups, inheritance and variables', () => {
    expect(print(read())).toEqual({ group: { default: { targets: ['app', 'db'] } }, target: { app, db } });
    expect(print(read(json, { TAG: 'v9' })).target.app.tags).toEqual(['me/app:v9']);
  });

  test('prints fields in the order of buildx', () => {
    expect(Object.keys(print(read()).target.app)).toEqual(Object.keys(app));
  });

  test('has matrices, which are groups', () => {
    expect(print(read(), ['m'])).toEqual({
      group: { default: { targets: ['m'] }, m: { targets: ['m-1', 'm-2'] } },
      target: {
        'm-1': { context: '.', dockerfile: 'Dockerfile', args: { V: '1' } },
        'm-2': { context: '.', dockerfile: 'Dockerfile', args: { V: '2' } },
      },
    });
  });

  test('can be overridden on the command line', () => {
    const set = ['*.args.C=3', 'app.tags=new:1', 'app.platform=linux/arm64', 'db.output=type=local,dest=x'];
    const args = { A: '1', B: '2', C: '3' };
    expect(print(read(), ['app'], set)).toEqual({
      group: { default: { targets: ['app'] } },
      target: {
        app: { ...app, args, tags: ['new:1'], platforms: ['linux/arm64'] },
        db: { ...db, args: { C: '3' }, output: [{ type: 'cacheonly' }] },
      },
    });
  });

  test('is laid on top of an earlier file', () => {
    const above = read({ target: { app: { args: { B: '9' }, tags: ['other'], 'cache-from': ['more'] } } });
    const { target } = print(mergeBakeFiles(read(), above), ['app']);
    expect(target.app.args).toEqual({ A: '1', B: '9' });
    expect(target.app.tags).toEqual(['other']);
    expect(target.app['cache-from'].map(({ ref }: { ref: string }) => ref)).toEqual(['user/app:cache', 'more']);
  });

  test('says what is wrong with it, and where', () => {
    expect(() => print(read(), ['nope'])).toThrow('failed to find target nope');
    expect(() => read({ target: { a: { tags: 'x' } } })).toThrow(
      'target.a.tags: Unsuitable value type; Unsuitable value: list of string required',
    );
    expect(read({ target: { a: { platform: ['x'] } } }).warnings).toEqual([
      'target.a.platform: Unsupported attribute; Targets have no "platform": it does not count. Did you mean "platforms"?',
    ]);
    expect(() => read({ target: { a: { tags: [`\${NO}`] } } })).toThrow(
      'target.a.tags[0]: Unknown variable; There is no variable named "NO"',
    );
    expect(() => print(read({ target: { a: { inherits: ['b'] }, b: { inherits: ['a'] } } }), ['a'])).toThrow(
      'infinite loop',
    );
    const circle = { target: { a: { contexts: { x: 'target:b' } }, b: { contexts: { x: 'target:a' } } } };
    expect(() => print(read(circle), ['a'])).toThrow('infinite loop');
    expect(() => parseOverride('app')).toThrow('invalid override key app, expected target.name');
    expect(() => print(read(), ['app'], ['zzz.tags=a'])).toThrow("could not find any target matching 'zzz'");
  });
});

test('services of a Compose file that are built are targets', () => {
  const file = readBakeCompose(
    `services:
  web:
    image: me/web:\${T:-latest}
    build:
      context: ./web
      args: {A: "1"}
      target: prod
      labels: ["a=b"]
      cache_from: [me/c]
      x-bake: {platforms: [linux/amd64]}
      provenance: mode=max
      sbom: false
  plain:
    build: ./p
  img:
    image: busybox
`,
    {},
  );
  expect(print(file)).toEqual({
    group: { default: { targets: ['plain', 'web'] } },
    target: {
      plain: { context: 'p', dockerfile: 'Dockerfile' },
      web: {
        ...{ context: 'web', dockerfile: 'Dockerfile', args: { A: '1' }, labels: { a: 'b' }, tags: ['me/web:latest'] },
        ...{ 'cache-from': [{ ref: 'me/c', type: 'registry' }], target: 'prod', platforms: ['linux/amd64'] },
        attest: [
          { disabled: true, type: 'sbom' },
          { mode: 'max', type: 'provenance' },
        ],
      },
    },
  });
});

describe('expressions', () => {
  test('have the variables of all files, with kinds, and functions of their own', () => {
    const [below, above] = [
      {
        variable: { TAG: { default: 'v1' }, N: { default: 3 }, B: { default: true } },
        glob: `g-\${TAG}`,
        function: { inc: { params: ['n'], result: `\${n + 1}` } },
        target: {
          a: { tags: [`\${glob}`, `t:\${inc(N)}`], 'no-cache': `\${B}`, args: { X: `\${TAG == "v1" ? null : TAG}` } },
        },
      },
      { variable: { TAG: { default: 'v2' } }, target: { b: { inherits: ['a'], args: { Y: `\${glob}` } } } },
    ];
    const both = (environment: Record<string, string>) => readAll([below, above], environment);
    const common = { context: '.', dockerfile: 'Dockerfile', tags: ['g-v2', 't:4'], 'no-cache': true };
    expect(print(both({}), ['b']).target).toEqual({ b: { ...common, args: { X: 'v2', Y: 'g-v2' } } });
    expect(print(both({ TAG: 'v1', N: '5', B: 'false' }), ['a']).target).toEqual({
      a: { ...common, tags: ['g-v1', 't:6'], 'no-cache': false },
    });
    expect(() => both({ N: 'many' })).toThrow('variable.N: Invalid value; failed to parse N as number');
  });

  test('have conditions to hold, and no circles', () => {
    const validation = [{ condition: `\${V == "good"}`, error_message: 'V must be good' }];
    const file = { variable: { V: { default: 'good', validation } }, target: { default: {} } };
    expect(read(file).variables.V?.value).toBe('good');
    expect(() => read(file, { V: 'bad' })).toThrow(
      'variable.V.validation.condition: Validation failed; V must be good',
    );
    const circle = { variable: { A: { default: `\${B}` }, B: { default: `\${A}` } } };
    expect(() => read(circle)).toThrow('variable cycle not allowed for A');
  });

  test('make matrices of lists and objects', () => {
    const matrix = { i: [{ n: 'x' }, { n: 'y' }], v: `\${["1", "2"]}` };
    const file = read({ target: { m: { matrix, name: `\${i.n}-\${v}`, description: 'd', args: { V: `\${v}` } } } });
    expect(print(file, ['m']).group.m.targets).toEqual(['x-1', 'y-1', 'x-2', 'y-2']);
    expect(print(file, ['x-*']).group.default.targets).toEqual(['x-1', 'x-2']);
    expect(() => read({ target: { m: { matrix: { q: [1, 2] } } } })).toThrow('duplicate name "m"');
  });
});

test('what the command line says of all targets is printed as theirs', () => {
  const flags = {
    noCache: true,
    pull: true,
    push: true,
    load: false,
    attests: ['type=sbom,disabled=false', 'type=provenance,mode=min'],
  };
  const given = { attest: ['type=provenance,mode=max'], output: ['type=docker'] };
  expect(withFlags(given, flags)).toEqual({
    ...{ 'no-cache': true, pull: true, output: ['type=docker', 'type=image,push=true'] },
    attest: ['type=sbom', 'type=provenance,mode=min'],
  });
  expect(withFlags({ output: ['type=local,dest=x'] }, { ...flags, attests: [] }).output).toEqual(['type=local,dest=x']);
});

test('what lies in the working directory is found by its path', () => {
  const target = { context: 'app', dockerfile: 'cwd://D', contexts: { a: 'cwd://sub/', b: 'cwd://' } };
  const { file, namedContexts } = targetOptions(target, target.contexts);
  expect({ file, namedContexts }).toEqual({ file: 'D', namedContexts: ['a=sub/', 'b=.'] });
});

describe('HCL', () => {
  const hcl = (text: string, environment: Record<string, string> = {}) =>
    understandBakeFiles([{ name: '-', text }], { environment, directory: '/' });

  test('on standard input is known by what it is not', () => {
    expect(print(hcl('target "a" {\n  tags = ["x"]\n}\n'), ['a']).target.a.tags).toEqual(['x']);
    expect(() => hcl('target "a" {\n  tags = [NO]\n}\n')).toThrow('-:2,11-13: Unknown variable;');
  });

  test('warns of what means nothing', () => {
    expect(hcl('target "a" {\n  platform = ["x"]\n  args {\n    A = 1\n  }\n}\n').warnings).toEqual([
      '-:2,14-15: Unsupported attribute; Targets have no "platform": it does not count. Did you mean "platforms"?',
      '-:3,8-9: Unsupported block; Targets have no blocks: args does not count. Did you mean args = {…}?',
    ]);
  });

  test('may use names that every object has', () => {
    const file = hcl(
      'variable "constructor" { default = "c" }\ntarget "__proto__" {\n  args = { toString = constructor }\n}\n',
    );
    expect(Object.entries(print(file, ['__proto__']).target)).toEqual([
      ['__proto__', { context: '.', dockerfile: 'Dockerfile', args: { toString: 'c' } }],
    ]);
    expect(() => print(file, ['constructor'])).toThrow('failed to find target constructor');
    expect(() => hcl('target "a" {\n  context = valueOf\n}\n')).toThrow('Unknown variable');
    expect(() => hcl('target "a" {\n  context = { a = 1 }.constructor\n}\n')).toThrow('Unsupported attribute');
  });

  test('that would come to too much ends in a message', () => {
    const doubling = Array.from({ length: 60 }, (_, at) => `v${at + 1} = "\${v${at}}\${v${at}}"\n`).join('');
    expect(() => hcl(`v0 = "xx"\n${doubling}`)).toThrow('Text too long');
    const keys = Array.from({ length: 20 }, (_, at) => `k${at} = range(10)`).join(', ');
    expect(() => hcl(`target "a" { matrix = { ${keys} } }`)).toThrow('too many combinations');
    const heirs = Array.from({ length: 60 }, (_, at) => `target "t${at + 1}" { inherits = ["t${at}", "t${at}"] }\n`);
    expect(print(hcl(`target "t0" {}\n${heirs.join('')}`), ['t60']).target.t60.context).toBe('.');
  });
});
