import { expect, test } from 'bun:test';
import { processorLevel } from './processor-level.ts';

const v2 = 'fpu sse sse2 pni ssse3 cx16 sse4_1 sse4_2 popcnt lahf_lm';
const v3 = `${v2} xsave avx avx2 bmi1 bmi2 f16c fma abm movbe`;
const cpuinfo = (flags: string) =>
  `processor\t: 0\nmodel name\t: x\nflags\t\t: ${flags}\nbugs\t\t: avx2\n\nprocessor\t: 1\n`;

test('the level is the highest of which nothing is missing', () => {
  expect(processorLevel(cpuinfo('fpu sse sse2'))).toBeUndefined();
  expect(processorLevel(cpuinfo(v2))).toBe('v2');
  expect(processorLevel(cpuinfo(v3))).toBe('v3');
  expect(processorLevel(cpuinfo(v3.replace('ssse3 ', '')))).toBeUndefined();
  expect(processorLevel(cpuinfo(`${v3} avx512f avx512bw avx512cd avx512dq avx512vl`))).toBe('v4');
  expect(processorLevel('processor : 0\nFeatures : fp asimd\n')).toBeUndefined();
});
