import { expect, test } from 'bun:test';
import { parseChange, parseChanges } from './changes.ts';

test.each([
  ['CMD ["a", "b c"]', { Cmd: ['a', 'b c'] }],
  ['cmd echo "$HOME"', { Cmd: ['/bin/sh', '-c', 'echo "$HOME"'] }],
  ['CMD', { Cmd: [] }],
  ['ENTRYPOINT', { Entrypoint: [] }],
  ['ENTRYPOINT ["/x"]', { Entrypoint: ['/x'] }],
  ['ENV A=1 B="two words" C=\'$A\'', { Env: ['A=1', 'B=two words', 'C=$A'] }],
  ['ENV A all of this', { Env: ['A=all of this'] }],
  ['LABEL a.b=c d="e f"', { Labels: { 'a.b': 'c', d: 'e f' } }],
  ['EXPOSE 80 53/udp 8000-8001', { ExposedPorts: { '80/tcp': {}, '53/udp': {}, '8000/tcp': {}, '8001/tcp': {} } }],
  ['VOLUME /a /b', { Volumes: { '/a': {}, '/b': {} } }],
  ['VOLUME ["/a b"]', { Volumes: { '/a b': {} } }],
  ['USER 1000:1000', { User: '1000:1000' }],
  ['WORKDIR /a/../b', { WorkingDir: '/b' }],
  ['WORKDIR rel', { WorkingDir: '/rel' }],
  ['ONBUILD RUN x y', { OnBuild: ['RUN x y'] }],
  ['STOPSIGNAL SIGQUIT', { StopSignal: 'SIGQUIT' }],
  ['HEALTHCHECK NONE', { Healthcheck: { Test: ['NONE'] } }],
  [
    'HEALTHCHECK --interval=1m30s --retries=3 CMD curl -f x',
    { Healthcheck: { Interval: 90e9, Retries: 3, Test: ['CMD-SHELL', 'curl -f x'] } },
  ],
])('%s', (change, expected) => {
  expect(parseChange(change)).toEqual(expected);
});

test.each([
  ['RUN x', 'RUN is not a valid change command'],
  ['ENV', 'ENV requires at least one argument'],
  ['ENV A', 'ENV must have two arguments'],
  ['ENV A=b c', 'Syntax error - can\'t find = in "c". Must be of the form: name=value'],
  ['ENV =x', 'ENV names can not be blank'],
  ['EXPOSE x', 'Invalid containerPort: x'],
  ['EXPOSE 80/icmp', 'Invalid proto: icmp'],
  ['EXPOSE 70000', 'Invalid containerPort: 70000'],
  ['VOLUME [""]', 'VOLUME specified can not be an empty string'],
  ['USER a b', 'USER requires exactly one argument'],
  ['ONBUILD FROM x', "FROM isn't allowed as an ONBUILD trigger"],
  ['HEALTHCHECK x', 'Unknown type "X" in HEALTHCHECK (try CMD)'],
  ['HEALTHCHECK --interval=5 CMD x', 'time: missing unit in duration "5"'],
  ['HEALTHCHECK --foo=1 CMD x', 'unknown flag: --foo'],
  ['HEALTHCHECK --retries=-1 CMD x', '--retries cannot be negative (-1)'],
  ['WORKDIR', 'WORKDIR requires exactly one argument'],
  ['VOLUME', 'VOLUME requires at least one argument'],
  ['STOPSIGNAL FOO', 'invalid signal: FOO'],
  ['ENV A="x', 'failed to process "\\"x": unexpected end of statement while looking for matching double-quote'],
  ['CMD "', undefined],
  ['', 'file with no instructions'],
  ['\n # x', 'file with no instructions'],
])('%s is refused', (change, message) => {
  if (message === undefined) expect(parseChange(change)).toEqual({ Cmd: ['/bin/sh', '-c', '"'] });
  else expect(() => parseChange(change)).toThrow(message);
});

test('changes build on each other and on the base', () => {
  const base = { Env: ['PATH=/bin', 'A=0'], Cmd: ['old'], WorkingDir: '/w', Labels: { x: 'y' } };
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a Dockerfile's variables
  const changes = ['ENV A=1', 'ENV B=${A}-${NONE:-none}$PATH', 'WORKDIR sub', 'LABEL z=$B', 'ENTRYPOINT ["e"]'];
  expect(parseChanges(changes, base)).toEqual({
    Env: ['PATH=/bin', 'A=1', 'B=1-none/bin'],
    WorkingDir: '/w/sub',
    Labels: { x: 'y', z: '1-none/bin' },
    Entrypoint: ['e'],
  });
  expect(parseChanges(['CMD ["c"]', 'ENTRYPOINT ["e"]'], base)).toMatchObject({ Cmd: ['c'], Entrypoint: ['e'] });
  expect(base.Cmd).toEqual(['old']);
  expect(parseChanges(['', 'USER u'])).toEqual({ User: 'u' });
  expect(parseChanges([], { User: 'u' })).toEqual({ User: 'u' });
});
