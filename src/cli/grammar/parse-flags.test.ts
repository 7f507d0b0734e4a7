import { describe, expect, test } from 'bun:test';
import { bool, list, map, string } from './flag.ts';
import { bytes, cpus, duration, int, uint } from './number-flags.ts';
import { FlagError, parseFlags } from './parse-flags.ts';

const set = () => ({
  detach: bool('', { short: 'd' }),
  interactive: bool('', { short: 'i' }),
  tty: bool('', { short: 't' }),
  rm: bool(''),
  'sig-proxy': bool('', { initial: true }),
  env: list('', { short: 'e' }),
  label: map('', { short: 'l' }),
  name: string('', { aliases: ['nickname'] }),
  publish: list('', { short: 'p' }),
  memory: bytes('', { short: 'm' }),
  swap: bytes('', { unlimited: true }),
  cpus: cpus(''),
  count: int(''),
  weight: uint('', { bits: 16 }),
  wait: duration(''),
  'log-opt': list(''),
});

const parse = (...argv: string[]) => parseFlags(argv, set(), { interspersed: true });
const failure = (...argv: string[]): FlagError => {
  try {
    parse(...argv);
  } catch (error) {
    if (error instanceof FlagError) return error;
  }
  throw new Error('no FlagError');
};

describe('flags', () => {
  test('switches cluster, and the last letter may carry its value', () => {
    expect(parse('-itd').flags).toMatchObject({ interactive: true, tty: true, detach: true });
    expect(parse('-itp8080:80').flags).toMatchObject({ tty: true, publish: ['8080:80'] });
    expect(parse('-p=80', '-p', '90').flags.publish).toEqual(['80', '90']);
    expect(parse('-t=false', '-i=1').flags).toMatchObject({ tty: false, interactive: true });
  });

  test('a switch never takes the next word', () => {
    expect(parse('--detach', 'true').args).toEqual(['true']);
    expect(parse('--sig-proxy=false').flags['sig-proxy']).toBe(false);
  });

  test('lists repeat, maps merge, strings are replaced', () => {
    const { flags } = parse('-e', 'A=1', '--env=B=2', '-lx=1', '-l', 'y', '--name', 'a', '--nickname', 'b');
    expect(flags).toMatchObject({ env: ['A=1', 'B=2'], label: { x: '1', y: '' }, name: 'b' });
  });

  test('a value may look like a flag', () => {
    expect(parse('--name', '-x').flags.name).toBe('-x');
  });

  test('flags may follow arguments only where a command allows it', () => {
    expect(parse('a', '-d', 'b')).toMatchObject({ args: ['a', 'b'], flags: { detach: true } });
    const run = parseFlags(['-d', 'image', '-d', '--', 'x'], set(), { interspersed: false });
    expect(run.args).toEqual(['image', '-d', '--', 'x']);
    expect(parse('--', '-d').args).toEqual(['-d']);
    expect(parse('-').args).toEqual(['-']);
  });

  test('numbers are read as Go reads them', () => {
    const { flags } = parse('-m1.5g', '--swap', '-1', '--cpus', '1.5', '--count', '0x10', '--wait', '1m30s');
    expect(flags).toMatchObject({ memory: 1610612736, swap: -1, cpus: 1_500_000_000, count: 16, wait: 90e9 });
  });

  test('changed tells what stood there', () => {
    const parsed = parse('--sig-proxy=true');
    expect([parsed.changed('sig-proxy'), parsed.changed('detach')]).toEqual([true, false]);
  });

  test('help is seen wherever flags are', () => {
    expect([parse('x', '--help').help, parse('-h').help, parse('--', '--help').help]).toEqual([true, true, false]);
  });

  test.each([
    [['--foo'], 'unknown flag: --foo'],
    [['-z'], "unknown shorthand flag: 'z' in -z"],
    [['-iz'], "unknown shorthand flag: 'z' in -z"],
    [['--name'], 'flag needs an argument: --name'],
    [['-e'], "flag needs an argument: 'e' in -e"],
    [['--=x'], 'bad flag syntax: --=x'],
    [['---x'], 'bad flag syntax: ---x'],
    [
      ['--tty=maybe'],
      'invalid argument "maybe" for "-t, --tty" flag: strconv.ParseBool: parsing "maybe": invalid syntax',
    ],
    [['-m', 'x'], 'invalid argument "x" for "-m, --memory" flag: invalid size: \'x\''],
    [
      ['--weight', '70000'],
      'invalid argument "70000" for "--weight" flag: strconv.ParseUint: parsing "70000": value out of range',
    ],
    [['--cpus', '0.0000000001'], 'invalid argument "0.0000000001" for "--cpus" flag: value is too precise'],
    [['--count', 'x'], 'invalid argument "x" for "--count" flag: strconv.ParseInt: parsing "x": invalid syntax'],
  ])('%p is refused in pflag’s words', (argv, message) => {
    expect(failure(...argv).message).toBe(message);
  });

  test.each([
    ['-rm', '--rm'],
    ['--log-opts', '--log-opt'],
    ['--detatch', '--detach'],
    ['--publis', '--publish'],
    ['--xyzzy', undefined],
  ])('%p may have meant %p', (argument, suggestion) => {
    expect(failure(argument).suggestion).toBe(suggestion);
  });
});
